#!/usr/bin/env bash
# Measures what a node keeps of the memory, at rest and under load, by profile.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
script="bench.sh footprint"

usage() {
  cat <<'TEXT'
usage: scripts/bench.sh footprint [--seconds N] [--rate N] [--profile NAME,…] [--json FILE]
TEXT
}

seconds=30
rate=1000
profiles=default,edge
json=
while (($#)); do
  case $1 in
    --seconds) seconds=${2:-}; shift ;;
    --seconds=*) seconds=${1#*=} ;;
    --rate) rate=${2:-}; shift ;;
    --rate=*) rate=${1#*=} ;;
    --profile) profiles=${2:-}; shift ;;
    --profile=*) profiles=${1#*=} ;;
    --json) json=${2:-}; shift ;;
    --json=*) json=${1#*=} ;;
    -h | --help) usage; exit 0 ;;
    *) echo "$script: unknown argument: $1: see scripts/bench.sh --help" >&2; exit 2 ;;
  esac
  shift || { echo "$script: a value is missing: see scripts/bench.sh --help" >&2; exit 2; }
done
for number in "$seconds" "$rate"; do
  if ! [[ $number =~ ^[1-9][0-9]{0,4}$ ]]; then
    echo "$script: \"$number\" (expected: 1 to 99999)" >&2
    exit 2
  fi
done
for tool in h2load curl; do
  if ! command -v "$tool" >/dev/null; then
    echo "$script: no $tool (Debian: nghttp2-client curl): install it" >&2
    exit 2
  fi
done

source "$root/scripts/layout"
source "$root/lab/shipped/nodes"
source "$root/scripts/java"
connections=10
[[ -z $json ]] || : >"$json"

# The MiB of a process that are in memory.
resident() {
  awk '/^VmRSS/ {print int($2 / 1024)}' "/proc/$1/status"
}

# The MiB of the database's processes, what they share counted once.
database() {
  local each sum=0
  for each in "/proc/$1" $(pgrep -P "$1" | sed 's#^#/proc/#'); do
    sum=$((sum + $(awk '/^Pss:/ {print $2}' "$each/smaps_rollup" 2>/dev/null || echo 0)))
  done
  echo $((sum / 1024))
}

machine
printf '%-8s  %12s  %18s  %10s  %s\n' profile "at rest, MiB" "under load, MiB" "PostgreSQL" \
  "$rate requests/s for $seconds s"
"$root/scripts/archive.sh" >/dev/null || true
code=0
for profile in ${profiles//,/ }; do
  begin 1 --profile "$profile"
  sleep 30
  rest=$(resident "$pid")
  token=$("$root/scripts/weft" token --data "$data")
  url=http://127.0.0.1:$((ports + 1))/v1/users
  user=$(curl -fsS "$url" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
    -d "{\"email\":\"$profile@example.com\",\"name\":\"A\",\"currency\":\"EUR\",\"creditLimit\":1}" |
    sed 's/.*"id":"\([^"]*\)".*/\1/')
  h2load --h1 -c "$connections" -t 1 -D "$seconds" --rps $((rate / connections)) \
    -H "Authorization: Bearer $token" "$url/$user" >"$work/load" 2>&1 &
  load=$!
  most=0
  while kill -0 "$load" 2>/dev/null; do
    now=$(resident "$pid")
    ((now <= most)) || most=$now
    sleep 0.5
  done
  wait "$load" || true
  postmaster=$(head -n 1 "$data/postgres/cluster/postmaster.pid")
  kept=$(database "$postmaster")
  answered='s/^requests: .* \([0-9]*\) succeeded, \([0-9]*\) failed, .*/\1 answered, \2 failed/p'
  said="$(sed -n "$answered" "$work/load"), $(sed -n 's/^finished in .*, \([0-9.]*\) req.*/\1 per second/p' \
    "$work/load")"
  printf '%-8s  %12d  %18d  %10d  %s\n' "$profile" "$rest" "$most" "$kept" "$said"
  [[ $said == *" 0 failed"* ]] || code=1
  [[ -z $json ]] || printf \
    '{"bench":"footprint","profile":"%s","rest_mib":%d,"load_mib":%d,"postgres_mib":%d}\n' \
    "$profile" "$rest" "$most" "$kept" >>"$json"
  finish 1 "$pid"
done
exit "$code"
