#!/usr/bin/env bash
# Tries who is let onto a bus with mutual TLS: two nodes that belong, and others that do not.
#
# None of them hosts a service, so that none needs a database. Needs curl and openssl.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
weft=$root/scripts/weft
work=$(mktemp -d)
# Two runs at once must not meet; below the ephemeral ports.
base=$((12000 + $$ % 18000))
pids=()

usage() {
  cat <<'TEXT'
usage: lab/tls/run.sh

Makes two authorities with `weft certs`, starts two nodes with certificates of one of them, and
tries to start others: without a certificate, with one of the other authority, and with one that has
expired. Prints what each said. Exit code 1 when something does not hold, 2 when it cannot be tried.
TEXT
}

case ${1:-} in
  '') ;;
  -h | --help) usage; exit 0 ;;
  *) echo "lab/tls/run.sh: unknown argument: $1: see --help" >&2; exit 2 ;;
esac

clean_up() {
  local pid
  for pid in ${pids[@]+"${pids[@]}"}; do
    kill "$pid" 2>/dev/null || true
  done
  for pid in ${pids[@]+"${pids[@]}"}; do
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap clean_up EXIT

if ! command -v curl >/dev/null || ! command -v openssl >/dev/null; then
  echo "lab/tls/run.sh: needs curl and openssl (Debian: curl, openssl)" >&2
  exit 2
fi

fail() {
  echo "FAILED: $*" >&2
  tail -n 20 "$work"/*.out >&2 || true
  exit 1
}

# Prints the flags of a node that shows a certificate: $1 the folder of its authority, $2 its name,
# $3 the authorities that it believes.
shown() {
  echo "--bus-certificate $1/$2.pem --bus-key $1/$2.key --bus-authority $3"
}

# Runs a node; the rest are its flags. Its number makes its ports. In the background, with exec for
# $by, so that what is stopped in the end is the node and not the shell that waits for it.
by=
node() {
  local name=$1 number=$2
  shift 2
  $by "$weft" node --name "$name" --data "$work/$name" --services "" --cluster-name "tls-$base" \
    --cluster-port $((base + number)) --admin-port $((base + 100 + number)) "$@" \
    >"$work/$name.out" 2>&1 </dev/null
}

listed() {
  curl --silent --max-time 3 "http://127.0.0.1:$((base + 101))/v1/nodes" |
    grep -o '"id":"[a-z0-9-]*","incarnation"' | cut -d , -f 1 | sort -u | tr '\n' ' '
}

await_nodes() {
  local tries
  for ((tries = 0; tries < 240; tries++)); do
    [[ $(listed || true) == "$1" ]] && return 0
    sleep 0.5
  done
  fail "the nodes listed are $(listed || true) (expected: $1)"
}

# Tries to start a node that does not belong: it must end by itself and say why.
turned_away() {
  local what=$1 name=$2 number=$3 why=$4 code=0
  shift 4
  node "$name" "$number" --join "127.0.0.1:$((base + 1))" "$@" || code=$?
  ((code != 0)) || fail "$what was let in"
  grep -q -- "$why" "$work/$name.out" || fail "$what did not say: $why"
  echo "turned away: $what: $(grep -- "$why" "$work/$name.out" | tail -n 1 | cut -c1-300)"
}

"$weft" certs --folder "$work/ours" n1 n2 late
"$weft" certs --folder "$work/others" n3
if "$weft" certs --folder "$work/ours" n1 2>/dev/null; then
  fail "a certificate was written over"
fi
[[ $(stat -c %a "$work/ours/n1.key") == 600 ]] || fail "n1.key is not for its owner alone"
# Signed anew by the same authority, over before it began to count here.
openssl req -new -key "$work/ours/late.key" -subj /CN=late -out "$work/late.csr" 2>/dev/null
openssl x509 -req -in "$work/late.csr" -CA "$work/ours/authority.pem" \
  -CAkey "$work/ours/authority.key" -CAcreateserial -days -1 -out "$work/ours/late.pem" \
  2>/dev/null ||
  fail "openssl made no certificate that has expired"
cat "$work/ours/authority.pem" "$work/others/authority.pem" >"$work/both.pem"
own=$work/ours/authority.pem

read -r -a one <<<"$(shown "$work/ours" n1 "$own")"
read -r -a two <<<"$(shown "$work/ours" n2 "$own")"
read -r -a three <<<"$(shown "$work/others" n3 "$work/both.pem")"
read -r -a late <<<"$(shown "$work/ours" late "$own")"

by=exec node n1 1 "${one[@]}" &
pids+=($!)
await_nodes '"id":"n1" '
by=exec node n2 2 --join "127.0.0.1:$((base + 1))" "${two[@]}" &
pids+=($!)
await_nodes '"id":"n1" "id":"n2" '
echo "two nodes with certificates of one authority are one cluster"

turned_away "a node without a certificate" bare 3 "takes only nodes with a certificate"
turned_away "a node of another authority" n3 4 "turned away by the nodes" "${three[@]}"
turned_away "a node whose certificate has expired" late 5 "expired on" "${late[@]}"

await_nodes '"id":"n1" "id":"n2" '
echo "none of the others is listed"
