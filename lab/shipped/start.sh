#!/usr/bin/env bash
# Measures how long a node takes from its process to serving, with and without the archive of classes.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
script="bench.sh start"

usage() {
  cat <<'TEXT'
usage: scripts/bench.sh start [--starts N] [--java FOLDER]… [--json FILE] [-- NODE FLAGS]
TEXT
}

starts=5
homes=()
json=
while (($#)); do
  case $1 in
    --starts) starts=${2:-}; shift ;;
    --starts=*) starts=${1#*=} ;;
    --java) homes+=("${2:-}"); shift ;;
    --java=*) homes+=("${1#*=}") ;;
    --json) json=${2:-}; shift ;;
    --json=*) json=${1#*=} ;;
    -h | --help) usage; exit 0 ;;
    --) shift; break ;;
    *) echo "$script: unknown argument: $1: see scripts/bench.sh --help" >&2; exit 2 ;;
  esac
  shift || { echo "$script: a value is missing: see scripts/bench.sh --help" >&2; exit 2; }
done
if ! [[ $starts =~ ^[1-9][0-9]?$ ]]; then
  echo "$script: --starts: \"$starts\" (expected: 1 to 99)" >&2
  exit 2
fi
flags=("$@")
((${#homes[@]} > 0)) || homes=("${JAVA_HOME:-}")

source "$root/scripts/layout"
source "$root/lab/shipped/nodes"
cache=$work/cache
[[ -z $json ]] || : >"$json"

# Starts node 2 so often, and prints what each start took in milliseconds.
series() {
  local i
  for ((i = 0; i < starts; i++)); do
    begin 2 --join "127.0.0.1:$((ports + 201))" ${flags[@]+"${flags[@]}"}
    sed -n 's/.*"readyAfterMillis" : \([0-9]*\).*/\1/p' "$data/nodes/n2.json"
    # A start that ends in the middle of what the one before has left to do would be longer.
    sleep 2
    finish 2 "$pid"
  done
}

# One line of the table: what, its median and its range.
row() {
  local what=$1 archive=$2 file=$3 line
  line=$(sort -n "$file" | awk '{a[NR] = $1} END {print a[1], a[NR]}')
  printf '%-34s %-8s %6d ms  %s\n' "$what" "$archive" "$(median <"$file")" "(${line/ / to })"
  [[ -z $json ]] || printf '{"bench":"start","what":"%s","archive":"%s","median_ms":%d}\n' \
    "$what" "$archive" "$(median <"$file")" >>"$json"
}

export WEFT_CACHE=off
source "$root/scripts/java"
machine
echo "a node that joins a running one, with a warm database: $starts starts each"
begin 1
first=$pid
for home in "${homes[@]}"; do
  if [[ -n $home ]]; then
    export JAVA_HOME=$home
  else
    unset JAVA_HOME
  fi
  source "$root/scripts/java"
  WEFT_CACHE=off series >"$work/without"
  row "Java $java_release" without "$work/without"
  WEFT_CACHE=$cache "$root/scripts/archive.sh" >/dev/null
  WEFT_CACHE=$cache series >"$work/with"
  row "Java $java_release" with "$work/with"
done

for ((i = 0; i < starts; i++)); do
  "$root/scripts/weft" scale --data "$data" users=2
  "$root/scripts/weft" scale --data "$data" users=1 >/dev/null
done >"$work/scaled"
sed -n 's/.*1 -> 2 in \([0-9]*\) ms.*/\1/p' "$work/scaled" >"$work/instance"
row "another instance in a running node" "" "$work/instance"
finish 1 "$first"
