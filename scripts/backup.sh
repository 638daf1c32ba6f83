#!/usr/bin/env bash
# Writes all that the nodes keep into one file, while they run.
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)

usage() {
  cat <<'TEXT'
usage: scripts/backup.sh [--data FOLDER] [--postgres URI] FILE

Writes what all services keep in PostgreSQL, as of one moment, and the policies and desired counts
of the nodes of the data folder into FILE, which only its owner can read. The nodes may run. Keys
and certificates are not in it. docs/BACKUP.md has the rest.

  FILE            the file to make; there must be none yet
  --data FOLDER   the data folder (default: as conf/node.yaml says)
  --postgres URI  the nodes' PostgreSQL, embedded or postgresql://user:password@host:port/database
                  (default: as conf/node.yaml or WEFT_POSTGRES_URI say, which keeps the password
                  out of the list of processes)
  --help          print this and exit
TEXT
}

source "$scripts/help"
exec "$scripts/weft" backup "$@"
