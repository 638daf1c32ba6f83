#!/usr/bin/env bash
# Shows the policies of the site, and changes them while the nodes run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

usage() {
  cat <<'TEXT'
usage: scripts/policy.sh [--data FOLDER] show
       scripts/policy.sh [--data FOLDER] diff|check|apply FILE
       scripts/policy.sh [--data FOLDER] rollback [EPOCH]

  show               what counts, since when, and which nodes go by it
  diff FILE          what would change; exit code 1 when something would
  check FILE         whether a file is right; changes nothing
  apply FILE         makes a file count, and waits until every node goes by it
  rollback [EPOCH]   makes what counted before count again; 0 for what is built in
  --data FOLDER      the data folder of the nodes (default: data, beside scripts)
  --help             print this and exit

Exit code 0 when all is well, 1 when not every node goes by the same, 2 when it was refused.
docs/POLICIES.md has every key of a policy file.
TEXT
}

source "$root/scripts/help"
exec "$root/scripts/weft" policy "$@"
