#!/usr/bin/env bash
# Changes how many instances of services, or how many nodes, run, while they run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
weft=$root/scripts/weft

usage() {
  cat <<'TEXT'
usage: scripts/scale.sh [--data FOLDER] [--offset N] [--zone ZONE] [--dry-run]
                        [SERVICE=INSTANCES…] [nodes=N]

  users=4 orders=2   instances of services in the whole site, spread over its nodes and zones; they
                     stay so many when nodes die, restart or come
  nodes=5            node processes on this host: n1 to n5 run; further ones are drained and stopped
  --zone ZONE        counts the instances in this zone only, from now on
  --dry-run          only say what would be done to services
  --data FOLDER      the data folder (default: data, beside scripts)
  --offset N         as given to scripts/start.sh, for nodes=N (default: 0)
  --help             print this and exit

Prints what was done, where, in how long, and how many calls failed meanwhile. Nothing is restarted.
Without services and nodes it shows how many instances are desired, and why.
TEXT
}

refuse() {
  echo "scale.sh: $*: see scripts/scale.sh --help" >&2
  exit 2
}

data=$root/data
offset=0
nodes=
services=()
flags=()
while (($#)); do
  case $1 in
    --data) data=${2:-}; shift ;;
    --data=*) data=${1#*=} ;;
    --offset) offset=${2:-}; shift ;;
    --offset=*) offset=${1#*=} ;;
    --zone) flags+=(--zone "${2:-}"); shift ;;
    --zone=*) flags+=("$1") ;;
    --dry-run) flags+=("$1") ;;
    -h | --help) usage; exit 0 ;;
    nodes=*) nodes=${1#*=} ;;
    -*) refuse "unknown argument: $1" ;;
    *=*) services+=("$1") ;;
    *) refuse "\"$1\" (expected: service=instances, as in users=4)" ;;
  esac
  shift || refuse "a value is missing"
done

# Drains nodes one by one; when one cannot be, those before it take their work on again.
drain() {
  local name drained=()
  for name in "$@"; do
    if ! "$weft" drain --data "$data" "$name"; then
      for name in ${drained[@]+"${drained[@]}"}; do
        "$weft" undrain --data "$data" "$name" || true
      done
      echo "scale.sh: nothing was stopped" >&2
      exit 1
    fi
    drained+=("$name")
  done
}

if [[ -n $nodes ]]; then
  [[ $nodes =~ ^[0-9]{1,2}$ ]] && ((10#$nodes >= 1 && 10#$nodes <= 16)) ||
    refuse "nodes: \"$nodes\" (expected: 1 to 16)"
  for flag in ${flags[@]+"${flags[@]}"}; do
    [[ $flag != --dry-run ]] || refuse "nodes=$nodes cannot be tried with --dry-run"
  done
  nodes=$((10#$nodes))
  started=${EPOCHREALTIME/./}
  mapfile -t running < <("$weft" status --names --data "$data")
  surplus=()
  for name in ${running[@]+"${running[@]}"}; do
    if [[ $name =~ ^n([0-9]+)$ ]] && ((BASH_REMATCH[1] > nodes)); then
      surplus+=("$name")
    fi
  done
  "$root/scripts/start.sh" --nodes "$nodes" --background --data "$data" --offset "$offset"
  if ((${#surplus[@]})); then
    drain "${surplus[@]}"
    "$weft" stop --data "$data" "${surplus[@]}"
  fi
  took=$(((${EPOCHREALTIME/./} - started) / 1000))
  echo "nodes: ${#running[@]} -> $("$weft" status --names --data "$data" | wc -l) in $took ms"
  ((${#services[@]})) || exit 0
fi
exec "$weft" scale --data "$data" ${flags[@]+"${flags[@]}"} ${services[@]+"${services[@]}"}
