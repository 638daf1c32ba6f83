#!/usr/bin/env bash
# Tries a cluster over two hosts with addresses of their own: two network namespaces on one cable.
#
# The node on host b starts first, while its seed on host a is down; then a starts, and b must find it
# by itself and reach its services. Then a is killed, b must say so, and a comes back.
# Needs root, ip (Debian: iproute2) and curl.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
weft=$root/scripts/weft
address_a=10.77.0.1
address_b=10.77.0.2
host_a=weft-a-$$
host_b=weft-b-$$
work=$(mktemp -d)
pids=()

usage() {
  cat <<'TEXT'
usage: lab/hosts/run.sh

Runs two nodes in two network namespaces and prints what was tried and how long it took. Exit code 1
when something does not hold, 2 when it cannot be tried on this machine.
TEXT
}

case ${1:-} in
  '') ;;
  -h | --help) usage; exit 0 ;;
  *) echo "lab/hosts/run.sh: unknown argument: $1: see --help" >&2; exit 2 ;;
esac

clean_up() {
  local pid
  for pid in ${pids[@]+"${pids[@]}"}; do
    kill "$pid" 2>/dev/null || true
  done
  for pid in ${pids[@]+"${pids[@]}"}; do
    wait "$pid" 2>/dev/null || true
  done
  ip netns del "$host_a" 2>/dev/null || true
  ip netns del "$host_b" 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT

# A token of an operator for each host: each has a key of its own.
declare -A tokens

if [[ $EUID != 0 ]] || ! command -v ip >/dev/null || ! command -v curl >/dev/null; then
  echo "lab/hosts/run.sh: needs root, ip and curl (Debian: iproute2, curl)" >&2
  exit 2
fi

ip netns add "$host_a"
ip netns add "$host_b"
ip link add weft0 netns "$host_a" type veth peer name weft0 netns "$host_b"
for host in a b; do
  namespace=host_$host
  address=address_$host
  ip -n "${!namespace}" link set lo up
  ip -n "${!namespace}" addr add "${!address}/24" dev weft0
  ip -n "${!namespace}" link set weft0 up
done

fail() {
  echo "FAILED: $*" >&2
  tail -n 30 "$work"/*.log >&2 || true
  exit 1
}

# Starts a node on a host; the rest are its flags. Leaves its pid in $pid.
start() {
  local host=$1 namespace=host_$1
  shift
  ip netns exec "${!namespace}" "$weft" node --name "$host" --zone "$host" \
    --data "$work/$host" --log-file "$work/$host.log" "$@" >"$work/$host.out" 2>&1 </dev/null &
  pid=$!
  pids+=("$pid")
}

# Asks a host's own HTTP port, from that host.
ask() {
  local namespace=host_$1 token
  token=$("$weft" token --data "$work/$1")
  shift
  ip netns exec "${!namespace}" curl -H "Authorization: Bearer $token" --silent --show-error --max-time 3 "$@"
}

# Waits until a command succeeds, and says how long that took.
eventually() {
  local what=$1 begin=$SECONDS
  shift
  local start_ms=$(date +%s%3N)
  until "$@" >/dev/null 2>&1; do
    ((SECONDS - begin < 40)) || fail "$what: not within 40 s"
    sleep 0.1
  done
  echo "$what: after $(($(date +%s%3N) - start_ms)) ms"
}

status() {
  local namespace=host_$1
  [[ -n ${tokens[$1]:-} ]] || tokens[$1]=$("$weft" token --data "$work/$1")
  [[ $(ip netns exec "${!namespace}" curl --silent --output /dev/null --max-time 3 \
    -H "Authorization: Bearer ${tokens[$1]}" \
    --write-out '%{http_code}' "http://127.0.0.1:8080$2") == "$3" ]]
}

user='{"email":"ada@example.com","name":"Ada","currency":"EUR","creditLimit":100000}'

start b --host "$address_b" --services routing --join "$address_a:5701"
eventually "b is up while its seed is down" status b /health/live 200
status b /v1/users 503 || fail "b has no users to reach and should answer 503"

start a --host "$address_a"
pid_a=$pid
eventually "a is ready" status a /health/ready 200
eventually "b reaches users on a" status b /v1/users 200
location=$(ask b --fail -X POST http://127.0.0.1:8080/v1/users -H 'Content-Type: application/json' \
  -d "$user" -D - -o /dev/null | tr -d '\r' | sed -n 's/^location: //Ip')
[[ -n $location ]] || fail "b did not create a user on a"
status a "$location" 200 || fail "a does not have the user that b created: $location"
echo "a user created at b is read at a: $location"

java_a=$(cat "$work/a/nodes/a.json" | sed -n 's/.*"pid" *: *\([0-9]*\).*/\1/p')
kill -9 "${java_a:-$pid_a}"
eventually "b answers 503 once a is killed" status b "$location" 503
start a --host "$address_a" --join "$address_b:5701"
eventually "b reaches users on a that came back" status b "$location" 200

echo "two hosts: all holds"
