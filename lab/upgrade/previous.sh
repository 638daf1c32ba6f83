#!/usr/bin/env bash
# Builds the release that nodes are upgraded from in the check of upgrades, once, outside the tree.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
script=previous.sh
# The last commit before users had escrow and sites a link. To be moved on with each
# release, to its tag.
commit=ec9f64de20078deacdd804467cf615c9a54d5934
releases=${WEFT_RELEASES:-${XDG_CACHE_HOME:-$HOME/.cache}/weft/releases}

usage() {
  cat <<TEXT
usage: lab/upgrade/previous.sh [--cached] [COMMIT]

Prints the folder of the previous release, which it takes out of git and builds when it is not there:
in WEFT_RELEASES, or else in the cache folder of the user, by its commit. Its version is made
0.0.0-COMMIT, so that nodes say what they run.

  COMMIT     of this repository (default: ${commit:0:7})
  --cached   fail with exit code 3 where it would have to be built
  --help     print this and exit

Exit code 4 when the commit is not here. WEFT_MVN_FLAGS: further flags for Maven, such as -o.
TEXT
}

cached=
while (($#)); do
  case $1 in
    --cached) cached=1 ;;
    -h | --help) usage; exit 0 ;;
    -*) echo "$script: unknown argument: $1: see lab/upgrade/previous.sh --help" >&2; exit 2 ;;
    *) commit=$1 ;;
  esac
  shift
done

if ! known=$(git -C "$root" rev-parse --verify --quiet "$commit^{commit}"); then
  echo "$script: no commit ${commit:0:7} here (a shallow clone?): git fetch --unshallow" >&2
  exit 4
fi
commit=ec9f64de20078deacdd804467cf615c9a54d5934
folder=$releases/$commit
if [[ -e $folder/node/target/lib/.built ]]; then
  echo "$folder"
  exit 0
fi
if [[ -n $cached ]]; then
  echo "$script: ${commit:0:7} is not built yet: run lab/upgrade/previous.sh" >&2
  exit 3
fi

echo "building ${commit:0:7}…" >&2
mkdir -p "$releases"
draft=$(mktemp -d "$releases/draft-XXXXXX")
trap 'rm -rf "$draft"' EXIT
git -C "$root" archive "$commit" | tar -x -C "$draft"
find "$draft" -name pom.xml -exec \
  sed -i "s/<version>0\.1\.0-SNAPSHOT</<version>0.0.0-${commit:0:7}</" {} +
read -r -a flags <<<"${WEFT_MVN_FLAGS:-}"
if ! (cd "$draft" && mvn -q -B ${flags[@]+"${flags[@]}"} -pl node -am -DskipTests package) >&2; then
  echo "$script: the build of ${commit:0:7} failed: its last lines say why" >&2
  exit 2
fi
: >"$draft/node/target/lib/.built"
rm -rf "$folder"
mv "$draft" "$folder"
echo "$folder"
