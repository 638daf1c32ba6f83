#!/usr/bin/env bash
# Lets a Flask service join a mesh of two nodes with one command, and kills one of its processes.
#
# It is called through both gateways and by a Java verticle, with two processes and with one. While
# one is killed, no client may see it; and it must be out within the interval of its health checks.
# Needs python3 with Flask (Debian: python3-flask) and curl.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
script=lab/flask/check.sh
interval=500
calls=400
offset=$((1000 + $$ % 20000))
one=$((31000 + $$ % 500 * 2))
other=$((one + 1))
work=$(mktemp -d)
pids=()

usage() {
  cat <<'TEXT'
usage: lab/flask/check.sh [--offset N]

Runs two nodes and two processes of a Flask service, and prints what was tried. Exit code 1 when
something does not hold, 2 when it cannot be tried on this machine.
  --offset N   added to all ports of the nodes (default: one of this process)
  --help       print this and exit
TEXT
}

while (($#)); do
  case $1 in
    --offset) offset=${2:-}; shift ;;
    -h | --help) usage; exit 0 ;;
    *) echo "$script: unknown argument: $1: see --help" >&2; exit 2 ;;
  esac
  shift || { echo "$script: --offset: a value is missing" >&2; exit 2; }
done

clean_up() {
  local pid
  for pid in ${pids[@]+"${pids[@]}"}; do
    kill "$pid" 2>/dev/null || true
  done
  "$root/scripts/stop.sh" --data "$work/data" >/dev/null 2>&1 ||
    echo "$script: nodes of $work/data did not stop" >&2
  rm -rf "$work"
}
trap clean_up EXIT

python=
for candidate in /usr/bin/python3 python3; do
  if command -v "$candidate" >/dev/null && "$candidate" -c 'import flask' 2>/dev/null; then
    python=$candidate
    break
  fi
done
if [[ -z $python ]] || ! command -v curl >/dev/null; then
  echo "$script: needs python3 with Flask, and curl (Debian: python3-flask, curl)" >&2
  exit 2
fi
source "$root/lab/build.sh"

fail() {
  echo "$script: $*" >&2
  tail -n 20 "$work"/*.log "$work"/data/logs/*.log >&2 || true
  exit 1
}

serve() {
  "$python" "$root/lab/flask/reports.py" "$1" >"$work/flask-$1.log" 2>&1 &
  pids+=($!)
}

# Waits for a command to succeed, no longer than some seconds.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || fail "not in time: $*"
    sleep 0.05
  done
}

token=
ask() {
  curl -H "Authorization: Bearer $token" "$@"
}

gateway() {
  echo "http://127.0.0.1:$((8079 + $1 + offset))"
}

# Prints how many calls were answered; what its node has to say is told only when it fails.
verticle() {
  "$java" "${jvm[@]}" -Xmx256m -cp "$lib/*" io.weft.lab.http.Caller \
    "127.0.0.1:$((5701 + offset))" reports /reports/daily 200 2>"$work/verticle.log"
}

"$root/scripts/start.sh" --nodes 2 --background --data "$work/data" --offset "$offset" \
  -- --services routing=1 >"$work/start.log" 2>&1 || fail "the nodes did not start"
serve "$one"
serve "$other"
for port in "$one" "$other"; do
  within 20 curl -fsS "http://127.0.0.1:$port/health"
done

"$root/scripts/weft" upstream add reports --data "$work/data" \
  --endpoint "127.0.0.1:$one" --endpoint "127.0.0.1:$other" \
  --health /health --interval "$interval" --path /reports || fail "it could not join"
token=$("$root/scripts/weft" token --data "$work/data" --role customer)
for node in 1 2; do
  within 5 ask -fsS "$(gateway "$node")/reports/daily"
done
ask -fsS "$(gateway 1)/reports/daily"
[[ $(curl -sS -o "$work/refused" -w '%{http_code}' "$(gateway 1)/reports/daily") == 401 ]] ||
  fail "it is open to those without a token: $(<"$work/refused")"
[[ $(ask -sS -o "$work/post" -w '%{http_code}' -d 1234 "$(gateway 2)/reports/x") == 201 ]] ||
  fail "a POST is not answered: $(<"$work/post")"
echo "ok: called through both gateways"
verticle || fail "a Java verticle cannot call it"
echo "ok: called by a Java verticle"

killed=
for ((i = 1; i <= calls; i++)); do
  if ((i == calls / 4)); then
    kill -9 "${pids[1]}"
    killed=${EPOCHREALTIME/./}
  fi
  code=$(ask -sS -m 5 -o "$work/answer" -w '%{http_code}' "$(gateway $((i % 2 + 1)))/reports/$i")
  [[ $code == 200 ]] || fail "call $i of $calls was answered with $code: $(<"$work/answer")"
  if [[ -n $killed && -z ${out:-} ]] &&
    curl -fsS "http://127.0.0.1:$((9080 + offset))/v1/upstreams" | grep -q '"well":false'; then
    out=$(((${EPOCHREALTIME/./} - killed) / 1000))
  fi
done
[[ -n ${out:-} ]] || fail "the killed process is still in the mesh"
((out <= interval + 500)) || fail "the killed process was out after $out ms (interval: $interval)"
echo "ok: one of two killed; $calls calls, none failed; out after $out ms (interval: $interval)"
verticle || fail "a Java verticle cannot call it any more"

serve "$other"
within 10 "$root/scripts/weft" upstream list --data "$work/data"
echo "ok: in again once it runs again"
"$root/scripts/weft" upstream remove reports --data "$work/data" >/dev/null
[[ $(ask -sS -o /dev/null -w '%{http_code}' "$(gateway 1)/reports/x") == 404 ]] ||
  fail "it is still there after it was removed"
echo "ok: removed"
