#!/usr/bin/env bash
# Looks whether Prometheus and Alertmanager see a cluster: what they scrape, what rules and
# dashboards ask for, and an alert that fires when a node dies and ends when it is back.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

usage() {
  cat <<'TEXT'
usage: lab/observe/run.sh [--offset N]

Starts three nodes with TLS at the gateway, and scripts/observe.sh beside them; places the orders of
scripts/sample; kills n3 and starts it again. Needs curl, Node.js and what scripts/observe.sh needs.
Exit code 1 when something does not hold, 2 when it cannot be tried.

  --offset N   added to all ports (default: one by the process id)
  --help       print this and exit
TEXT
}

refuse() {
  echo "lab/observe/run.sh: $*: see --help" >&2
  exit 2
}

# Two runs at once must not meet; below the ephemeral ports.
offset=$((1000 + $$ % 20000))
while (($#)); do
  case $1 in
    --offset) offset=${2:-}; shift ;;
    -h | --help) usage; exit 0 ;;
    *) refuse "unknown argument: $1" ;;
  esac
  shift || refuse "a value is missing"
done
[[ $offset =~ ^[0-9]{1,5}$ ]] || refuse "--offset: \"$offset\" (expected: 0 to 50000)"
for tool in curl node; do
  command -v "$tool" >/dev/null || refuse "no $tool"
done

work=$(mktemp -d)
data=$work/data
port=$((9490 + offset))
alerts=$((9493 + offset))
prometheus=http://127.0.0.1:$port

clean_up() {
  "$root/scripts/observe.sh" stop --data "$data" >/dev/null 2>&1 || true
  "$root/scripts/stop.sh" --data "$data" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap clean_up EXIT

fail() {
  echo "FAILED: $*" >&2
  tail -n 5 "$data"/observe/*.log "$data"/logs/*.log >&2 || true
  exit 1
}

# Prints the value of the first series of a query; nothing when there is none.
query() {
  local answer
  answer=$(curl -fsG "$prometheus/api/v1/query" --data-urlencode "query=$1") || return 0
  [[ $answer =~ \"value\":\[[0-9.]+,\"([^\"]*)\" ]] && echo "${BASH_REMATCH[1]}"
  return 0
}

# Waits until a command says something: $1 what it is to say, $2 for how many seconds at most.
await() {
  local wanted=$1 seconds=$2 until said=
  shift 2
  until=$((SECONDS + seconds))
  while ((SECONDS < until)); do
    said=$("$@")
    [[ $said == "$wanted" ]] && return 0
    sleep 0.5
  done
  fail "$*: \"$said\" after $seconds s (expected: \"$wanted\")"
}

# Prints which alerts about dead nodes Alertmanager has.
told() {
  local answer
  answer=$(curl -fs "http://127.0.0.1:$alerts/api/v2/alerts?active=true") || return 0
  [[ $answer == *'"alertname":"WeftNodeDown"'* ]] && echo WeftNodeDown
  return 0
}

start() {
  "$root/scripts/start.sh" --nodes 3 --background --data "$data" --offset "$offset" -- \
    --http-certificate "$data/certs/shop.pem" --http-key "$data/certs/shop.key"
}

"$root/scripts/build.sh"
mkdir -p "$data"
"$root/scripts/weft" certs shop --data "$data" >/dev/null
export WEFT_CA=$data/certs/authority.pem
start
"$root/scripts/replay.sh" --data "$data" "$root/scripts/sample" >"$work/replay.log" || {
  cat "$work/replay.log" >&2
  fail "the orders of the sample were not placed"
}

"$root/scripts/observe.sh" --data "$data" --port "$port" --alertmanager-port "$alerts" --background
await 3 30 query 'sum(up{job="weft"})'
echo "three nodes are scraped"
# Services are asked how they stand every 10 s.
await 3 30 query 'count(weft_certificate_expiry_timestamp_seconds{port="http"})'
await 3 30 query 'count(weft_saga_parked)'
await '' 30 query 'count(ALERTS{alertstate="firing"})'
node "$root/lab/observe/names.mjs" "$prometheus" || fail "names of metrics"

pid=$(sed -n 's/.*"pid" : \([0-9]*\).*/\1/p' "$data/nodes/n3.json")
kill -9 "$pid"
began=$SECONDS
await 1 60 query 'count(ALERTS{alertname="WeftNodeDown", alertstate="firing", instance="n3"})'
await WeftNodeDown 30 told
echo "a node was killed; WeftNodeDown was told after $((SECONDS - began)) s"
start
began=$SECONDS
await '' 60 query 'count(ALERTS{alertname="WeftNodeDown"})'
await '' 30 told
echo "it is back; the alert had ended after $((SECONDS - began)) s"

supervisor=$(<"$data/observe/pid")
"$root/scripts/observe.sh" stop --data "$data"
if kill -0 "$supervisor" 2>/dev/null || [[ -e $data/observe/pid ]]; then
  fail "process $supervisor still runs"
fi
for listens in "$port" "$alerts"; do
  if curl -s -o /dev/null --max-time 2 "http://127.0.0.1:$listens/-/ready"; then
    fail "port $listens still answers"
  fi
done
echo "stopped, and nothing is left"
