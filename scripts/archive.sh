#!/usr/bin/env bash
# Makes the archive of the classes that nodes load, so that they start in about half the time.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
script=archive.sh

usage() {
  cat <<'TEXT'
usage: scripts/archive.sh [--force]

Makes now what a first node has made in the background otherwise: the archive of the classes that
nodes load on this JVM. For images and hosts whose program folder cannot be written later. A node
with every service and an embedded PostgreSQL runs for it once, with data of its own.

  --force   make it although there is one
  --help    print this and exit

WEFT_CACHE names the folder of archives (default: the program's cache folder, or where that cannot
be written $XDG_CACHE_HOME/weft or ~/.cache/weft); with "off" there are none.
Exit code 0 when there is one in the end, 1 when there is none, 2 when it cannot be tried.
TEXT
}

force=
while (($#)); do
  case $1 in
    --force) force=1 ;;
    -h | --help) usage; exit 0 ;;
    *) echo "archive.sh: unknown argument: $1: see scripts/archive.sh --help" >&2; exit 2 ;;
  esac
  shift
done

source "$root/scripts/layout"
source "$root/scripts/java"
source "$root/scripts/class-archive"

key=$(archive_key)
if [[ -z $force ]] && folder=$(archive_find "$key"); then
  echo "$folder/$key.jsa"
  exit 0
fi
if ! folder=$(archive_folder); then
  echo "archive.sh: no folder to write archives in: name one with WEFT_CACHE" >&2
  exit 2
fi

work=$(mktemp -d)
clean_up() {
  "$root/scripts/weft" stop --data "$work/data" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap clean_up EXIT

# A port that seeds would name cannot be left to the node; a taken one is told by the node.
port=$((20000 + $$ % 10000))
mkdir -p "$work/data"
WEFT_CACHE=off WEFT_JAVA_OPTS="-XX:DumpLoadedClassList=$work/classes ${WEFT_JAVA_OPTS:-}" \
  "$root/scripts/weft" node --name archive --cluster-name "archive-$$" --data "$work/data" \
  --cluster-port "$port" --http-port 0 --admin-port 0 --log-file "$work/log" \
  >"$work/out" 2>&1 </dev/null &
pid=$!
until [[ -e $work/data/nodes/archive.json ]]; do
  if ! kill -0 "$pid" 2>/dev/null; then
    echo "archive.sh: no node can run here: $(tail -n 1 "$work/out")" >&2
    exit 1
  fi
  sleep 0.1
done
# What a node does later, and not at its start, is worth having too.
"$root/scripts/weft" replay --data "$work/data" "$root/scripts/sample" >/dev/null 2>&1 || true
"$root/scripts/weft" stop --data "$work/data" >/dev/null 2>&1 || true
wait "$pid" 2>/dev/null || true

if ! why=$(archive_make "$folder" "$key" "$work/classes" 2>&1); then
  echo "archive.sh: ${why##*$'\n'}" >&2
  exit 1
fi
echo "$folder/$key.jsa"
