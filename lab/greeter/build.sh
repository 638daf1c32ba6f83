#!/usr/bin/env bash
# Builds the greeter: a service outside of Weft, as its author would build it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)

usage() {
  cat <<'TEXT'
usage: lab/greeter/build.sh FOLDER

Builds a service `greeter` into FOLDER. A node with WEFT_CLASSPATH=FOLDER can host it, in version
1.0.0 or in the one of WEFT_JAVA_OPTS=-Dgreeter.version=1.1.0.
TEXT
}

case ${1:-} in
  '') echo "greeter/build.sh: no folder (expected: one to build into): see --help" >&2; exit 2 ;;
  -h | --help) usage; exit 0 ;;
  -*) echo "greeter/build.sh: unknown argument: $1: see --help" >&2; exit 2 ;;
esac

javac=javac
[[ -z ${JAVA_HOME:-} ]] || javac=$JAVA_HOME/bin/javac
mkdir -p "$1"
# Annotations that are read while Weft is built are not beside its jars.
"$javac" -Xlint:all,-classfile,-path,-processing -Werror -proc:none --release 17 -parameters \
  -cp "$root/node/target/lib/*" -d "$1" "$here"/greeter/Greeter.java
cp -r "$here/META-INF" "$1/"
