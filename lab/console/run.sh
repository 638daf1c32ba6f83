#!/usr/bin/env bash
# Looks at the console of a real cluster in a real browser: three nodes under load, one of which runs
# another version of a service, wants a token, is killed and comes back.
#
# Needs Node.js with npm, and Chromium.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
here=$root/lab/console
script=lab/console/run.sh
# No port of the nodes may be 10080, which browsers do not ask.
offset=$((2100 + $$ % 18900))
shots=()

usage() {
  cat <<'TEXT'
usage: lab/console/run.sh [--offset N] [--shots FOLDER]

Starts three nodes, looks at every view while they are under load, kills a node, moves a split, asks
for what cannot be done, and prints each check with what was measured. Exit code 1 when one fails,
2 when it cannot be tried on this machine.
  --offset N        added to all ports of the nodes (default: one of this process)
  --shots FOLDER    keeps a picture of each view
  --help            print this and exit
TEXT
}

while (($#)); do
  case $1 in
    --offset) offset=${2:-}; shift ;;
    --shots) shots=(--shots "${2:-}"); shift ;;
    -h | --help) usage; exit 0 ;;
    *) echo "$script: unknown argument: $1: see --help" >&2; exit 2 ;;
  esac
  shift || { echo "$script: a value is missing: see --help" >&2; exit 2; }
done
if ! command -v npm >/dev/null; then
  echo "$script: no npm (expected: Node.js with npm)" >&2
  exit 2
fi

work=$(mktemp -d)
source "$root/lab/greeter/nodes.sh"
clean_up() {
  local code=$?
  ((code == 0)) || tail -n 20 "$data"/logs/*.log >&2 2>/dev/null || true
  stop_all
}
trap clean_up EXIT

(cd "$here" && npm ci --no-audit --no-fund --loglevel=error >/dev/null)
# Elsewhere than on loopback the admin port wants a token.
guarded=(--admin-host 0.0.0.0)
start_all "${guarded[@]}"
"$root/scripts/replay.sh" --data "$data" "$root/scripts/sample" >/dev/null
WEFT_TOKEN=$("$root/scripts/weft" token --data "$data") \
  node "$here/check.mjs" --admin "http://127.0.0.1:$((9080 + offset))" \
  --load "http://127.0.0.1:$((8080 + offset))" \
  --guarded "http://127.0.0.1:$((9082 + offset))" \
  --split greeter.hello --kill kill_third --revive "third ${guarded[*]}" ${shots[@]+"${shots[@]}"}
