#!/usr/bin/env bash
# Puts a backup into an empty database, and compares every row.
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)

usage() {
  cat <<'TEXT'
usage: scripts/restore.sh [--data FOLDER] [--postgres URI] [--nodes NAMES] [--check] FILE

Puts a backup into a database in which no service keeps anything, compares every row with it, and
makes the database usable only then. No node may run meanwhile. A restore that was broken off begins
anew when it is given again. docs/BACKUP.md has the rest.

  FILE            a file that scripts/backup.sh made
  --data FOLDER   the data folder (default: as conf/node.yaml says)
  --postgres URI  where to, embedded or postgresql://user:password@host:port/database (default: as
                  conf/node.yaml or WEFT_POSTGRES_URI say)
  --nodes NAMES   nodes that are to have the policies and desired counts, as n1,n2 (default: those
                  that had them)
  --check         only read the backup, and say whether it is whole
  --help          print this and exit
TEXT
}

source "$scripts/help"
exec "$scripts/weft" restore "$@"
