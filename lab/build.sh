# Read by the scripts of the lab: builds it where it is not built, and sets `java`, `lib` and `jvm`.
# Before it is read, `root` is the folder of the project and `script` the name for messages.

lib=$root/lab/target/lib
stamp=$lib/.built
source "$root/scripts/jvm"

stale() {
  [[ -e $stamp ]] || return 0
  shopt -s globstar nullglob
  local file
  for file in "$root"/pom.xml "$root"/{mesh,ledger,verticles/{users,orders,sites,routing},node,lab}/{pom.xml,src/main/**}; do
    [[ $file -nt $stamp && ! -d $file ]] && return 0
  done
  return 1
}

if stale; then
  if ! command -v mvn >/dev/null; then
    echo "$script: no mvn (expected: Maven 3.8 or later): install Maven" >&2
    exit 2
  fi
  echo "building…" >&2
  rm -rf "$lib"
  if ! (cd "$root" && mvn -q -B -pl lab -am -DskipTests package) >&2; then
    echo "$script: the build failed: its last lines say why" >&2
    exit 2
  fi
  : >"$stamp"
fi

jvm=(
  "@$root/lab/target/jvm.options"
  -XX:+UseSerialGC
  # Three full collections of four leave garbage where it lies, which would count as heap in use.
  -XX:MarkSweepAlwaysCompactCount=1
  -XX:+ExitOnOutOfMemoryError
  -Dfile.encoding=UTF-8
  -Dvertx.disableDnsResolver=true
  -Dvertx.logger-delegate-factory-class-name=io.vertx.core.logging.SLF4JLogDelegateFactory
  "-Dweft.home=$root"
)
if ((java_release >= 24)); then
  jvm+=(--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED)
fi
