#!/usr/bin/env bash
# Unpacks the distribution where there is neither a checkout nor Maven, runs a mesh from it, and
# starts nodes on hosts that lack something: each must say in one line what.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

usage() {
  cat <<'TEXT'
usage: lab/dist/check.sh [--again]

Checks dist/target/weft-VERSION.tar.gz, which `mvn package` has left. Needs root (for a small disk, a
host without /dev/shm and one with IPv6 alone), unshare and ip.

  --again   also build it a second time, in another folder, and compare both byte for byte
  --help    print this and exit
TEXT
}

again=
case ${1:-} in
  '') ;;
  --again) again=1 ;;
  -h | --help) usage; exit 0 ;;
  *) echo "check.sh: unknown argument: $1: see lab/dist/check.sh --help" >&2; exit 2 ;;
esac
if [[ $EUID != 0 ]] || ! command -v unshare ip >/dev/null; then
  echo "check.sh: needs root, unshare and ip (Debian: util-linux, iproute2)" >&2
  exit 2
fi
archive=$(compgen -G "$root/dist/target/weft-*.tar.gz") || {
  echo "check.sh: no dist/target/weft-*.tar.gz: run mvn package -DskipTests" >&2
  exit 2
}

work=$(mktemp -d)
offset=$((20000 + $$ % 9000))
clean_up() {
  "$home/scripts/stop.sh" --data "$work/data" >/dev/null 2>&1 || true
  "$home/scripts/stop.sh" --data "$work/bare" >/dev/null 2>&1 || true
  umount "$work/small" 2>/dev/null || true
  rm -rf "$work"
}
home=$work
trap clean_up EXIT

# What runs the distribution: a PATH without Maven, and nothing of this process's settings.
tools=$work/tools
mkdir -p "$tools"
for folder in /usr/bin /bin /usr/sbin /sbin; do
  for tool in "$folder"/*; do
    [[ ${tool##*/} == mvn* || -e $tools/${tool##*/} ]] || ln -s "$tool" "$tools/${tool##*/}"
  done
done
bare() {
  env -i "PATH=$tools" "HOME=$work" ${JAVA_HOME:+"JAVA_HOME=$JAVA_HOME"} "$@"
}

# Runs what must be refused: exit code 2, one line, and that line says this.
refused() {
  local wanted=$1 code=0
  shift
  "$@" >"$work/refused.out" 2>"$work/refused.err" || code=$?
  if ((code != 2)) || (($(wc -l <"$work/refused.err") != 1)) ||
    [[ $(<"$work/refused.err") != *"$wanted"* ]]; then
    echo "exit code $code (expected: 2), and not one line with \"$wanted\":" >&2
    cat "$work/refused.err" "$work/refused.out" >&2
    return 1
  fi
  cat "$work/refused.err"
}

echo "== unpacked"
tar -xzf "$archive" -C "$work"
home=$(compgen -G "$work/weft-*")
for each in lib conf scripts docs licenses/THIRD-PARTY.txt bom.json cluster.xml README.md; do
  [[ -e $home/$each ]] || { echo "no $each in the archive" >&2; exit 1; }
done
[[ $(<"$home/bom.json") == *'"bomFormat"'*CycloneDX* ]]

echo "== two nodes, a replay, a stop"
bare "$home/scripts/start.sh" --nodes 2 --background --data "$work/data" --offset "$offset"
bare "$home/scripts/status.sh" --data "$work/data"
bare "$home/scripts/replay.sh" --data "$work/data" "$home/scripts/sample"
bare "$home/scripts/stop.sh" --data "$work/data"

echo "== the archive of classes: one that is damaged is told of, and made anew"
jsa=$(bare "$home/scripts/archive.sh")
[[ -s $jsa ]]
printf 'damage' | dd of="$jsa" bs=1 seek=40000000 conv=notrunc 2>/dev/null || true
one=(node --services routing --name d1 --http-port 0 --admin-port 0 --cluster-port $((5800 + offset)))
bare "$home/scripts/weft" "${one[@]}" --data "$work/bare" >"$work/bare.out" 2>"$work/bare.err" &
pid=$!
until [[ -e $work/bare/nodes/d1.json ]]; do
  kill -0 "$pid" || { cat "$work/bare.err"; exit 1; }
  sleep 0.1
done
[[ $(<"$work/bare.err") == *"is damaged: this node starts without it, and it is made anew"* ]]
bare "$home/scripts/stop.sh" --data "$work/bare"
wait "$pid"
for ((i = 0; i < 600; i++)); do
  [[ ! -e $jsa ]] || break
  sleep 0.1
done
[[ -s $jsa ]]

echo "== a JRE that is too old"
mkdir -p "$work/jre/bin"
printf 'JAVA_VERSION="11.0.2"\n' >"$work/jre/release"
printf '#!/bin/sh\nexit 1\n' >"$work/jre/bin/java"
chmod +x "$work/jre/bin/java"
refused "is Java 11 (expected: 17 or later)" \
  env -i "PATH=$tools" "HOME=$work" "JAVA_HOME=$work/jre" "$home/scripts/weft" --version

echo "== a part of the archive is missing"
mv "$home/lib/jvm.options" "$work/jvm.options"
refused "unpack the distribution again" bare "$home/scripts/weft" --version
mv "$work/jvm.options" "$home/lib/jvm.options"

echo "== a folder that cannot be written"
refused "the data folder /proc/weft cannot be used" \
  bare "$home/scripts/weft" "${one[@]}" --data /proc/weft

echo "== a disk that is full"
mkdir "$work/small"
mount -t tmpfs -o size=32m tmpfs "$work/small"
refused "free (expected: at least 64 MiB): free some" \
  bare "$home/scripts/weft" "${one[@]}" --data "$work/small"
[[ -z $(ls "$work/small") ]]
umount "$work/small"

echo "== a data folder of a newer version"
mkdir "$work/newer"
echo 2 >"$work/newer/format"
refused "a newer version has used this data folder" \
  bare "$home/scripts/weft" "${one[@]}" --data "$work/newer"

# Starts a node with every service in a namespace that a command has prepared, and stops it.
elsewhere() {
  local prepare=$1
  shift
  unshare --net --mount bash -euc "$prepare
    shift
    rm -f '$work/there/nodes/d1.json'
    env -i 'PATH=$tools' 'HOME=$work' ${JAVA_HOME:+'JAVA_HOME=$JAVA_HOME'} \"\$@\" \
      --data '$work/there' >'$work/there.out' 2>&1 &
    pid=\$!
    until [[ -e '$work/there/nodes/d1.json' ]]; do
      kill -0 \$pid || { cat '$work/there.out'; exit 1; }
      sleep 0.1
    done
    tail -n 1 '$work/there.out'
    kill \$pid
    wait \$pid" bash x "$@"
}
every=(node --name d1 --http-port 8080 --admin-port 9080 --cluster-port 5701)

echo "== a host without /dev/shm"
elsewhere 'ip link set lo up; umount -l /dev/shm 2>/dev/null || true; mount -t tmpfs -o ro none /dev/shm' \
  "$home/scripts/weft" "${every[@]}"

echo "== a cluster on an address of IPv6"
refused "--host: \"fd00::1\" (expected: a host name or an IPv4 address of this host)" \
  bare "$home/scripts/weft" "${one[@]}" --data "$work/six" --host fd00::1

if [[ -n $again ]]; then
  echo "== built again in another folder"
  mkdir "$work/again"
  (cd "$root" && git ls-files -z | tar --null -T - -cf -) | tar -xf - -C "$work/again"
  (cd "$work/again" && mvn -q -B -pl dist -am -DskipTests package)
  cmp "$archive" "$work/again/dist/target/${archive##*/}"
fi
echo "all is well"
