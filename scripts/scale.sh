#!/usr/bin/env bash
# Changes how many instances of services, or how many nodes, run, while they run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
weft=$root/scripts/weft

usage() {
  cat <<'TEXT'
usage: scripts/scale.sh [--data FOLDER] SERVICE=INSTANCES… [nodes=N]

  users=4 orders=2   instances of services in the whole cluster, spread over its nodes
  nodes=5            node processes on this host: n1 to n5 run, further ones are stopped
  --data FOLDER      the data folder (default: data, beside scripts)
  --help             print this and exit

Prints what was done, where, and in how long. Nothing is restarted.
TEXT
}

refuse() {
  echo "scale.sh: $*: see scripts/scale.sh --help" >&2
  exit 2
}

data=$root/data
nodes=
services=()
while (($#)); do
  case $1 in
    --data) data=${2:-}; shift ;;
    --data=*) data=${1#*=} ;;
    -h | --help) usage; exit 0 ;;
    nodes=*) nodes=${1#*=} ;;
    -*) refuse "unknown argument: $1" ;;
    *=*) services+=("$1") ;;
    *) refuse "\"$1\" (expected: service=instances, as in users=4)" ;;
  esac
  shift || refuse "a value is missing"
done
[[ -n $nodes || ${#services[@]} -gt 0 ]] || refuse "nothing to scale"

if [[ -n $nodes ]]; then
  [[ $nodes =~ ^[0-9]{1,2}$ ]] && ((10#$nodes >= 1 && 10#$nodes <= 16)) ||
    refuse "nodes: \"$nodes\" (expected: 1 to 16)"
  nodes=$((10#$nodes))
  started=${EPOCHREALTIME/./}
  mapfile -t running < <("$weft" status --names --data "$data")
  surplus=()
  for name in ${running[@]+"${running[@]}"}; do
    if [[ $name =~ ^n([0-9]+)$ ]] && ((BASH_REMATCH[1] > nodes)); then
      surplus+=("$name")
    fi
  done
  "$root/scripts/start.sh" --nodes "$nodes" --background --data "$data"
  if ((${#surplus[@]})); then
    "$weft" stop --data "$data" "${surplus[@]}"
  fi
  took=$(((${EPOCHREALTIME/./} - started) / 1000))
  echo "nodes: ${#running[@]} -> $("$weft" status --names --data "$data" | wc -l) in $took ms"
fi
if ((${#services[@]})); then
  exec "$weft" scale --data "$data" "${services[@]}"
fi
