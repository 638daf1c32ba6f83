#!/usr/bin/env bash
# Lets a coverage-guided fuzzer look for bytes that the mesh does not refuse as it should.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
script=fuzz.sh

usage() {
  cat <<'TEXT'
usage: scripts/fuzz.sh TARGET [--seconds N] [--corpus FOLDER] [--seed N]

frame: the reader of frames. Bytes are read, or refused with a FrameException; what was read can be
       written and read again.
lane:  a live lane of a node, frames and pieces. Nothing is thrown, and calls are still answered.
bridge: messages of clients of the event-bus bridge, a browser's and a TCP client's bytes. Nothing
       is thrown, all that is answered is JSON, and calls are still answered.
policy: the reader of policies. A text is read, or refused with a PolicyException.
cursor: the reader of cursors. What was written is read as it was; anything else is refused.
key:    idempotency keys. One is taken as it is, or refused with a problem of 400.
token:  the check of tokens. Whatever no key of ours has signed is refused as such.
link:   what crosses a link between two sites. Greetings, batches, codes, keys and pages of events
        are read, or refused in their one way; what was read can be written and read again.

  --seconds N      how long (default: 60)
  --corpus FOLDER  where inputs that reach new code are kept between runs
                   (default: lab/target/fuzz/<target>)
  --seed N         of the fuzzer's choices (default: 1)
  --help           print this and exit

Prints executions, coverage (cov: branches reached, ft: how often they were) and speed. Exit code 0
when nothing was found, 1 when something was (the input is kept beside the corpus), 2 when it could
not run.
TEXT
}

target=
seconds=60
corpus=
seed=1
while (($#)); do
  case $1 in
    frame | lane | bridge | policy | cursor | key | token | link) target=$1 ;;
    --seconds) seconds=${2:-}; shift ;;
    --corpus) corpus=${2:-}; shift ;;
    --seed) seed=${2:-}; shift ;;
    -h | --help) usage; exit 0 ;;
    *) echo "$script: unknown argument: $1: see scripts/fuzz.sh --help" >&2; exit 2 ;;
  esac
  shift || { echo "$script: a value is missing: see scripts/fuzz.sh --help" >&2; exit 2; }
done
case $target in
  frame) class=io.weft.lab.fuzz.FrameTarget ;;
  lane) class=io.weft.lab.fuzz.LaneTarget ;;
  bridge) class=io.weft.lab.fuzz.BridgeTarget ;;
  policy) class=io.weft.lab.fuzz.PolicyTarget ;;
  cursor) class=io.weft.lab.fuzz.CursorTarget ;;
  key) class=io.weft.lab.fuzz.KeyTarget ;;
  token) class=io.weft.lab.fuzz.TokenTarget ;;
  link) class=io.weft.lab.fuzz.LinkTarget ;;
  *) usage >&2; exit 2 ;;
esac
for number in "$seconds" "$seed"; do
  if [[ ! $number =~ ^[1-9][0-9]{0,8}$ ]]; then
    echo "$script: \"$number\" (expected: a number from 1)" >&2
    exit 2
  fi
done

source "$root/lab/build.sh"

corpus=${corpus:-$root/lab/target/fuzz/$target}
findings=$corpus-findings
mkdir -p "$corpus" "$findings"
corpus=$(cd "$corpus" && pwd -P)
findings=$(cd "$findings" && pwd -P)
"$java" "${jvm[@]}" -cp "$lib/*" io.weft.lab.fuzz.Seeds "$corpus" "$target"

code=0
# Netty uses Unsafe on purpose. Its own folder: the fuzzer leaves a reproducer where it stands.
cd "$findings"
"$java" "${jvm[@]}" -Xmx1g -cp "$lib/*" com.code_intelligence.jazzer.Jazzer \
  "--target_class=$class" '--instrumentation_includes=io.weft.**:com.nimbusds.**:org.snakeyaml.**' \
  --disabled_hooks=com.code_intelligence.jazzer.sanitizers.UnsafeSanitizer \
  "--reproducer_path=$findings" "-artifact_prefix=$findings/" \
  "-max_total_time=$seconds" "-seed=$seed" -max_len=4096 -timeout=20 -rss_limit_mb=4096 \
  -print_final_stats=1 "$corpus" || code=$?
if ((code != 0)); then
  echo "$script: found something: the input and what it threw are above, and in $findings" >&2
  exit 1
fi
