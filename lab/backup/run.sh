#!/usr/bin/env bash
# Backs up a mesh that takes orders meanwhile, restores the backup into an empty one, and compares.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
offset=6200
work=$(mktemp -d)
replay_pid=

usage() {
  cat <<'TEXT'
usage: lab/backup/run.sh [--offset N]

Starts two nodes, places orders, backs up while more orders are placed, restores into an empty data
folder, compares every row, and starts nodes on it. Then tries backups and targets that must be
refused. Exit code 1 when something does not hold.

  --offset N   added to all ports (default: 6200)
  --help       print this and exit
TEXT
}

while (($#)); do
  case $1 in
    --offset) offset=${2:-}; shift ;;
    -h | --help) usage; exit 0 ;;
    *) echo "lab/backup/run.sh: unknown argument: $1: see --help" >&2; exit 2 ;;
  esac
  shift || true
done
[[ $offset =~ ^[0-9]{1,5}$ ]] || { echo "lab/backup/run.sh: --offset: \"$offset\" (expected: 0 to 50000)" >&2; exit 2; }

clean_up() {
  local data
  [[ -z $replay_pid ]] || kill "$replay_pid" 2>/dev/null || true
  for data in "$work/first" "$work/second"; do
    [[ ! -d $data ]] || "$root/scripts/stop.sh" --data "$data" >/dev/null 2>&1 || true
  done
  rm -rf "$work"
}
trap clean_up EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

start() {
  "$root/scripts/start.sh" --nodes 2 --background --data "$1" --offset "$offset"
}

# The manifest's part that says what every row is: its digests.
rows() {
  python3 - "$1" <<'PYTHON'
import json, sys, zipfile
manifest = json.loads(zipfile.ZipFile(sys.argv[1]).read("manifest.json"))
print(json.dumps(manifest["services"], indent=1, sort_keys=True))
PYTHON
}

# Runs a command that must be refused in one line that has $1 in it, with exit code 2.
refused() {
  local expected=$1 code=0 said
  shift
  said=$("$@" 2>&1 >/dev/null) || code=$?
  ((code == 2)) || fail "$* ended with $code (expected: 2): $said"
  [[ $said == *"$expected"* && $said != *$'\n'* ]] ||
    fail "$*: \"$said\" (expected: one line with \"$expected\")"
  echo "refused: $said"
}

# 300 orders, so that a backup is taken in their midst.
make_book() {
  local i
  mkdir -p "$1"
  cp "$root/scripts/sample/customers.jsonl" "$1"
  local codes=(HARBR MILLR STATN)
  for ((i = 1; i <= 300; i++)); do
    printf '{"number": %d, "customer": "%s", "lines": [{"sku": "A-%d", "quantity": %d, "unitPrice": %d}]}\n' \
      "$i" "${codes[$((i % 3))]}" $((i % 7)) $((1 + i % 9)) $((99 + i * 7))
  done >"$1/orders.jsonl"
}

start "$work/first"
"$root/scripts/replay.sh" --data "$work/first" "$root/scripts/sample" | tail -n 2
"$root/scripts/scale.sh" --data "$work/first" users=3 | tail -n 1
"$root/scripts/policy.sh" apply "$root/conf/policies-production.yaml" --data "$work/first" | tail -n 1

make_book "$work/book"
: >"$work/replay.log"
"$root/scripts/replay.sh" --data "$work/first" "$work/book" >"$work/replay.log" 2>&1 &
replay_pid=$!
until [[ $(<"$work/replay.log") == *"orders "[1-9]* ]]; do
  kill -0 "$replay_pid" 2>/dev/null || fail "the replay ended: $(<"$work/replay.log")"
  sleep 0.05
done
begin=$(date +%s%3N)
"$root/scripts/backup.sh" --data "$work/first" "$work/midst.backup"
echo "backed up while orders were placed: after $(($(date +%s%3N) - begin)) ms"
wait "$replay_pid" || fail "the replay did not go on well: $(<"$work/replay.log")"
replay_pid=

# As an outside PostgreSQL, whose password travels in the environment.
place=$(<"$work/first/postgres/port")/postgres
WEFT_POSTGRES_URI="postgresql://weft:$(<"$work/first/postgres/password")@127.0.0.1:$place" \
  "$root/scripts/backup.sh" --data "$work/first" "$work/outside.backup"
refused "password authentication failed" env \
  WEFT_POSTGRES_URI="postgresql://weft:wrong@127.0.0.1:$place" \
  "$root/scripts/backup.sh" --data "$work/first" "$work/wrong.backup"
refused "exists already" "$root/scripts/backup.sh" --data "$work/first" "$work/midst.backup"
refused "nodes of" "$root/scripts/restore.sh" --data "$work/first" "$work/midst.backup"
if [[ $EUID == 0 ]]; then
  mkdir "$work/small"
  refused "No space left on device" unshare --mount bash -ec \
    'mount -t tmpfs -o size=8k small "$1"; exec "${@:2}"' full "$work/small" \
    "$root/scripts/backup.sh" --data "$work/first" "$work/small/full.backup"
fi
"$root/scripts/stop.sh" --data "$work/first"
refused "services keep data there already: orders, sites, users" \
  "$root/scripts/restore.sh" --data "$work/first" "$work/midst.backup"

head -c 3000 "$work/midst.backup" >"$work/short.backup"
refused "is no backup, or was cut short" "$root/scripts/restore.sh" --data "$work/second" \
  "$work/short.backup"
[[ ! -d $work/second/postgres ]] || fail "a refused restore has touched the data folder"
"$root/scripts/restore.sh" --check "$work/midst.backup"

begin=$(date +%s%3N)
"$root/scripts/restore.sh" --data "$work/second" "$work/midst.backup"
echo "restored: after $(($(date +%s%3N) - begin)) ms"
"$root/scripts/backup.sh" --data "$work/second" "$work/again.backup"
diff <(rows "$work/midst.backup") <(rows "$work/again.backup") ||
  fail "the restored rows are not those of the backup"
echo "every row of every table is as it was"

start "$work/second"
# What was placed before is answered as before, what was lost is placed now, and totals agree.
"$root/scripts/replay.sh" --data "$work/second" "$root/scripts/sample" | tee "$work/sample.log"
[[ $(<"$work/sample.log") == *" 12 replays"* ]] || fail "orders of the sample were placed again"
"$root/scripts/replay.sh" --data "$work/second" "$work/book"
[[ $("$root/scripts/policy.sh" get --data "$work/second") == *"applied"* ]] ||
  fail "the policies that were applied are gone"
[[ $("$root/scripts/scale.sh" --data "$work/second") == *users*3* ]] ||
  fail "the desired counts are gone"
"$root/scripts/stop.sh" --data "$work/second"
echo "backup and restore: all holds"
