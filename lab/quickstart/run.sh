#!/usr/bin/env bash
# Follows the quick start as a stranger does: in a Debian with nothing but what the README asks for,
# as a user who is not root, with the commands taken from the documents themselves.
# Needs root, debootstrap, unshare and python3, and a mirror of Debian and of Maven Central.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

usage() {
  cat <<'TEXT'
usage: lab/quickstart/run.sh [--root FOLDER] [--suite NAME]

Bootstraps Debian into a folder, installs a JDK, Maven and curl in it, puts a copy of this checkout
there (what git knows, with changes), and gives each command of README.md and docs/WRITE-A-SERVICE.md
in it, comparing what it prints with what they show. Takes the ports of three nodes (8080 to 8083 and
others). Exit code 1 when something is not as shown, 2 when it cannot be tried here.

  --root FOLDER   keep the bootstrapped system here, and use it if it is there (default: none is kept)
  --suite NAME    the release of Debian (default: bookworm)
  --help          print this and exit
TEXT
}

refuse() {
  echo "lab/quickstart/run.sh: $*: see --help" >&2
  exit 2
}

system=
suite=bookworm
while (($#)); do
  case $1 in
    --root) system=${2:-}; shift ;;
    --suite) suite=${2:-}; shift ;;
    -h | --help) usage; exit 0 ;;
    *) refuse "unknown argument: $1" ;;
  esac
  shift || refuse "a value is missing"
done
[[ $suite =~ ^[a-z]+$ ]] || refuse "--suite: \"$suite\" (expected: a name such as bookworm)"
for tool in debootstrap unshare chroot python3 git; do
  command -v "$tool" >/dev/null || refuse "no $tool (expected: Debian's $tool)"
done
[[ $EUID == 0 ]] || refuse "not root (expected: root, to bootstrap and to change the root folder)"
for port in 8080 8081 8082 8083 9080 9081 9082 9083 5701 5702 5703 5704; do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    refuse "port $port is taken (expected: the ports that the README names)"
  fi
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
system=${system:-$work/system}
mkdir -p "$system" || refuse "--root: \"$system\" (expected: a folder to write in)"
system=$(cd "$system" && pwd -P)

# What is there and was not made here is left alone: a folder in it is replaced below.
if [[ ! -e $system/.bootstrapped && -n $(ls -A "$system" 2>/dev/null) ]]; then
  refuse "--root: $system is neither empty nor of an earlier run"
fi
if [[ ! -e $system/.bootstrapped ]]; then
  echo "bootstrapping $suite…"
  if ! debootstrap --variant=minbase \
    --include=ca-certificates,curl,openjdk-17-jdk-headless,maven "$suite" "$system" \
    >"$work/bootstrap.log" 2>&1; then
    tail -n 20 "$work/bootstrap.log" >&2
    refuse "Debian cannot be bootstrapped"
  fi
  chroot "$system" useradd --create-home --shell /bin/bash ada
  touch "$system/.bootstrapped"
fi

# A fresh checkout: what git knows, as it is in the work tree.
home=$system/home/ada
rm -rf "$home/weft"
mkdir -p "$home/weft"
git -C "$root" ls-files -z --cached --others --exclude-standard |
  (cd "$root" && xargs -0 sh -c 'for f; do [ -e "$f" ] && printf "%s\0" "$f"; done' sh) |
  tar -C "$root" --null --files-from=- -c | tar -C "$home/weft" -x
# On a terminal curl shows no meter when it shows the answer.
echo no-progress-meter >"$home/.curlrc"
chroot "$system" chown -R ada:ada /home/ada

# In namespaces of its own: what it mounts and starts ends with it. What this host trusts and how it
# resolves names counts inside too, so that it works behind a mirror.
cat >"$work/inside" <<'INSIDE'
set -euo pipefail
system=$1
mount --bind /etc/ssl/certs "$system/etc/ssl/certs"
cp -L /etc/resolv.conf /etc/hosts "$system/etc/"
mount -t proc proc "$system/proc"
mount -t tmpfs tmpfs "$system/tmp"
mount -t tmpfs tmpfs "$system/dev"
for device in null zero random urandom; do
  touch "$system/dev/$device"
  mount --bind "/dev/$device" "$system/dev/$device"
done
mkdir "$system/dev/shm"
chmod 1777 "$system/dev/shm" "$system/tmp"
ln -s /proc/self/fd "$system/dev/fd"
exec chroot --userspec=ada:ada "$system" /usr/bin/env -i HOME=/home/ada USER=ada LANG=C.UTF-8 \
  PATH=/usr/local/bin:/usr/bin:/bin bash -c 'cd ~/weft && exec bash --noprofile --norc'
INSIDE

python3 "$root/lab/quickstart/follow.py" "$root" -- \
  unshare --mount --pid --fork --kill-child --propagation private \
  bash "$work/inside" "$system"
