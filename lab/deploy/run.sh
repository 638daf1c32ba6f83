#!/usr/bin/env bash
# Runs three nodes as containers would have them, and tries what an orchestrator does to them.
#
# Each is process 1 of its own tree, a user without any capability, on a root that it cannot write to
# but for its two volumes; each has an address of its own and knows the others by one name with the
# addresses of all, as a headless service has. They start at once, one of them stops at SIGTERM, and
# comes back at another address.
# Needs root, ip (Debian: iproute2), curl, unshare and setpriv (util-linux).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
network=10.78.0
space=weft-deploy-$$
name=nodes.weft.test
user=10001
work=$(mktemp -d)
declare -A pids=()

usage() {
  cat <<'TEXT'
usage: lab/deploy/run.sh

Runs three nodes as containers would have them and prints what was tried and how long it took. Exit
code 1 when something does not hold, 2 when it cannot be tried on this machine.
TEXT
}

case ${1:-} in
  '') ;;
  -h | --help) usage; exit 0 ;;
  *) echo "lab/deploy/run.sh: unknown argument: $1: see --help" >&2; exit 2 ;;
esac

if [[ $EUID != 0 ]] || ! command -v ip >/dev/null || ! command -v curl >/dev/null ||
  ! command -v unshare >/dev/null || ! command -v setpriv >/dev/null; then
  echo "lab/deploy/run.sh: needs root, ip, curl, unshare and setpriv" >&2
  exit 2
fi
java=$(readlink -f "$(command -v "${JAVA_HOME:+$JAVA_HOME/bin/}java")")
java=${java%/bin/java}

clean_up() {
  local pid
  for pid in ${pids[@]+"${pids[@]}"}; do
    kill -9 "$pid" 2>/dev/null || true # unshare takes its process 1 along
  done
  for pid in ${pids[@]+"${pids[@]}"}; do
    wait "$pid" 2>/dev/null || true
  done
  ip netns del "$space" 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT

fail() {
  echo "FAILED: $*" >&2
  tail -n 30 "$work"/*.out >&2 || true
  exit 1
}

ip netns add "$space"
ip -n "$space" link set lo up
: >"$work/hosts"
cat /etc/passwd >"$work/passwd"
echo "weft:x:$user:$user::/var/lib/weft:/usr/sbin/nologin" >>"$work/passwd"

# Gives the one name these addresses, and no others; the file stays the one that is mounted.
resolve() {
  local n
  { echo "127.0.0.1 localhost"; for n in "$@"; do echo "$network.$n $name"; done; } >"$work/hosts"
}

# Becomes container $1: mounts what an image has, read-only, and its volumes. Runs as process 1.
contain() {
  local data=$1 image=$2 part
  shift 2
  mount --make-rprivate /
  mount -t tmpfs -o mode=755 weft "$image"
  cd "$image"
  mkdir -p opt/weft var/lib/weft tmp proc dev
  for part in usr bin sbin lib lib64 etc; do
    [[ -e /$part ]] || continue
    if [[ -L /$part ]]; then
      cp -P "/$part" .
    else
      mkdir -p "$part"
      mount --rbind "/$part" "$part"
    fi
  done
  mkdir -p ".$JAVA"
  mount --bind "$JAVA" ".$JAVA"
  mount --bind "$ROOT" opt/weft
  mount --bind "$WORK/hosts" etc/hosts
  mount --bind "$WORK/passwd" etc/passwd
  mount --rbind /dev dev
  mount -t proc proc proc
  mount --bind "$data" var/lib/weft
  mount -t tmpfs -o mode=1777,size=256m tmp tmp
  for part in usr etc opt/weft ".$JAVA" bin sbin lib lib64; do
    mountpoint -q "$part" && mount -o remount,bind,ro "$part"
  done
  mount -o remount,ro "$image"
  cd /
  exec chroot "$image" /usr/bin/setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups \
    --no-new-privs --bounding-set=-all --inh-caps=-all \
    /usr/bin/env -C /var/lib/weft -i PATH=/usr/bin:/bin JAVA_HOME="$JAVA" "$@"
}
export -f contain

# Starts node n$1 at address $2; the rest are further settings.
start() {
  local n=$1 address=$2
  shift 2
  mkdir -p "$work/n$n" "$work/image-n$n"
  chown "$user:$user" "$work/n$n"
  JAVA=$java ROOT=$root WORK=$work USER_ID=$user ip netns exec "$space" \
    unshare --mount --pid --fork --kill-child=KILL \
    bash -ec 'contain "$@"' contain "$work/n$n" "$work/image-n$n" \
    WEFT_NODE_NAME="n$n" WEFT_NODE_DATA=/var/lib/weft WEFT_CLUSTER_HOST="$network.$address" \
    WEFT_CLUSTER_JOIN="dns:$name" WEFT_CLUSTER_BUS_PORT=5702 \
    WEFT_HTTP_PORT=$((8080 + n)) WEFT_ADMIN_PORT=$((9080 + n)) "$@" \
    /opt/weft/scripts/weft node >"$work/n$n.out" 2>&1 </dev/null &
  pids[$n]=$!
}

inside() {
  ip netns exec "$space" "$@"
}

healthy() {
  inside "$root/deploy/container/healthy" $((9080 + $1))
}

# Whether node n$1 sees so many nodes.
sees() {
  [[ $(inside curl --silent --max-time 3 "http://127.0.0.1:$((9080 + $1))/metrics") == \
    *"weft_site_nodes $2"* ]]
}

all_see() {
  local count=$1 n
  shift
  for n in "$@"; do
    sees "$n" "$count" || return 1
  done
}

# Waits until a command succeeds, and says how long that took.
eventually() {
  local what=$1 begin=$SECONDS start_ms
  shift
  start_ms=$(date +%s%3N)
  until "$@" >/dev/null 2>&1; do
    ((SECONDS - begin < 60)) || fail "$what: not within 60 s"
    sleep 0.1
  done
  echo "$what: after $(($(date +%s%3N) - start_ms)) ms"
}

users() {
  [[ $(inside curl --silent --output /dev/null --max-time 3 -H "Authorization: Bearer $token" \
    --write-out '%{http_code}' "http://127.0.0.1:$((8080 + $1))/v1/users") == 200 ]]
}

# The process that is number 1 inside.
first_of() {
  local child
  read -r child _ <"/proc/${pids[$1]}/task/${pids[$1]}/children"
  echo "$child"
}

for n in 1 2 3 9; do
  ip -n "$space" addr add "$network.$n/32" dev lo
done
resolve 1 2 3

# A key that all take, as every deployment of several nodes has.
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out "$work/tokens.pem" 2>/dev/null
for n in 1 2 3; do
  mkdir -p "$work/n$n"
  cp "$work/tokens.pem" "$work/n$n/tokens.pem"
  chown "$user:$user" "$work/n$n/tokens.pem"
done
keys=WEFT_SECURITY_KEY_FILE=/var/lib/weft/tokens.pem
token=$(WEFT_SECURITY_KEY_FILE=$work/tokens.pem "$root/scripts/weft" token)

! healthy 1 2>/dev/null || fail "a node that is not there is healthy"
start 1 1 "$keys"
start 2 2 "$keys" WEFT_SERVICES=routing
start 3 3 "$keys" WEFT_SERVICES=routing
for n in 1 2 3; do
  eventually "n$n is healthy" healthy "$n"
done
eventually "three that started at once are one cluster, by one name" all_see 3 1 2 3
eventually "n3 reaches the users on n1" users 3

pid=$(first_of 2)
status=$(<"/proc/$pid/status")
[[ $status =~ NSpid:[[:space:]]+[0-9]+[[:space:]]+1$'\n' ]] || fail "the node is not process 1"
[[ $(readlink "/proc/$pid/exe") == *"$java/bin/java" ]] || fail "process 1 is not the JVM"
[[ $status == *$'Uid:\t'"$user"$'\t'* && $status == *$'CapBnd:\t0000000000000000'* &&
  $status == *$'NoNewPrivs:\t1'* ]] || fail "the node has rights: $status"
echo "the node is process 1, a user without capabilities, on a root that it cannot write to"

begin=$(date +%s%3N)
kill -TERM "$pid"
code=0
wait "${pids[2]}" || code=$?
unset 'pids[2]'
((code == 0)) || fail "the stopped node ended with $code (expected: 0)"
echo "n2 stopped at SIGTERM, with exit code 0: after $(($(date +%s%3N) - begin)) ms"
eventually "the others are two" all_see 2 1 3
resolve 1 9 3
start 2 9 "$keys" WEFT_SERVICES=routing
eventually "n2 is back at another address" all_see 3 1 2 3
eventually "it reaches the users on n1" users 2

for n in 1 2 3; do
  kill -TERM "$(first_of "$n")"
done
for n in 1 2 3; do
  code=0
  wait "${pids[$n]}" || code=$?
  ((code == 0)) || fail "n$n ended with $code (expected: 0)"
done
pids=()
echo "three nodes in containers: all holds"
