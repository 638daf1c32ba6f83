#!/usr/bin/env bash
# Builds what is not built, or older than its source. Tests are not run: that is `mvn verify`.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

usage() {
  cat <<'TEXT'
usage: scripts/build.sh [--force]

Builds the node if it is not built or its sources have changed since.

  --force   build in any case
  --help    print this and exit
TEXT
}

force=
while (($#)); do
  case $1 in
    --force) force=1 ;;
    -h | --help) usage; exit 0 ;;
    *) echo "build.sh: unknown argument: $1: see scripts/build.sh --help" >&2; exit 2 ;;
  esac
  shift
done

stamp=$root/node/target/lib/.built

stale() {
  [[ -e $stamp ]] || return 0
  shopt -s globstar nullglob
  local file
  for file in "$root"/pom.xml "$root"/*/pom.xml "$root"/*/*/pom.xml \
    "$root"/*/src/main/** "$root"/*/*/src/main/**; do
    [[ $file -nt $stamp && ! -d $file ]] && return 0
  done
  return 1
}

if [[ -z $force ]] && ! stale; then
  exit 0
fi
if ! command -v mvn >/dev/null; then
  echo "build.sh: no mvn (expected: Maven 3.8 or later): install Maven" >&2
  exit 2
fi
echo "building…" >&2
rm -rf "$root/node/target/lib"
if ! (cd "$root" && mvn -q -B -pl node -am -DskipTests package) >&2; then
  echo "build.sh: the build failed: its last lines say why" >&2
  exit 2
fi
: >"$stamp"
# The classes that commands load, as they lie in memory: with it commands start in half the time.
# Without it, or with another JVM than the one that made it, they start all the same. First a list
# of them and then the archive: one made at the exit of a run leaves picocli out
# (docs/decisions/0062-commands-start-from-an-archive-made-from-a-list.md).
archive=$root/node/target/lib/weft.jsa
{
  WEFT_JAVA_OPTS="-Xshare:off -XX:DumpLoadedClassList=$archive.classes" \
    "$root/scripts/weft" rehearse &&
    WEFT_JAVA_OPTS="-Xshare:dump -XX:SharedClassListFile=$archive.classes \
      -XX:SharedArchiveFile=$archive" "$root/scripts/weft" rehearse
} >/dev/null 2>&1 || rm -f "$archive"
