#!/usr/bin/env bash
# Starts three nodes with some load, and writes what each command prints into docs/OPERATIONS.md.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
data=$(mktemp -d)
offset=${1:-300}

"$root/scripts/start.sh" --nodes 3 --background --data "$data" --offset "$offset"
load=
finish() {
  [[ -z $load ]] || kill "$load" 2>/dev/null || true
  "$root/scripts/stop.sh" --data "$data" || true
  rm -rf "$data"
}
trap finish EXIT

"$root/scripts/replay.sh" "$root/scripts/sample" --data "$data" >/dev/null
"$root/scripts/weft" bench users.list '{"limit":5}' --data "$data" --seconds 120 >/dev/null &
load=$!
# As many seconds as the numbers are of.
for _ in {1..12}; do "$root/scripts/weft" services --data "$data" >/dev/null && sleep 1; done
python3 "$root/lab/tour/tour.py" "$root" "$data"
