#!/usr/bin/env bash
# Follows the example of three sites as its start says: places orders, cuts a line, heals it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

usage() {
  cat <<'TEXT'
usage: lab/sites/run.sh [--offset N]

Starts the three sites of examples/sites, and gives the commands that its start advises, in their
order. Needs a JDK. Exit code 1 when one of them does not say what it is told to.

  --offset N   added to all ports (default: one by the process id)
  --help       print this and exit
TEXT
}

refuse() {
  echo "lab/sites/run.sh: $*: see --help" >&2
  exit 2
}

# Two runs at once must not meet; below the ephemeral ports.
offset=$((1000 + $$ % 20000))
while (($#)); do
  case $1 in
    --offset) offset=${2:-}; shift ;;
    -h | --help) usage; exit 0 ;;
    *) refuse "unknown argument: $1" ;;
  esac
  shift || refuse "a value is missing"
done
[[ $offset =~ ^[0-9]{1,5}$ ]] || refuse "--offset: \"$offset\" (expected: 0 to 49000)"

work=$(mktemp -d)
data=$work/sites

sites() {
  "$root/examples/sites/sites.sh" "$@" --data "$data" --offset "$offset"
}

clean_up() {
  sites stop >/dev/null 2>&1 || echo "lab/sites/run.sh: the sites of $data did not stop" >&2
  rm -rf "$work"
}
trap clean_up EXIT

fail() {
  echo "FAILED: $*" >&2
  tail -n 10 "$data"/*/logs/n1.log >&2 || true
  exit 1
}

sites start | tee "$work/start"
# What it advises is what is done: a command, and behind # what becomes of it.
mapfile -t advised < <(sed -n "s|^  examples/sites/sites.sh --data $data --offset $offset ||p" \
  "$work/start")
((${#advised[@]} == 11)) || fail "start advises ${#advised[@]} commands (expected: 11)"

for line in "${advised[@]}"; do
  read -r -a words <<<"${line%%#*}"
  echo "\$ sites.sh ${words[*]}"
  begin=$SECONDS
  while :; do
    sites "${words[@]}" >"$work/said" 2>&1 || fail "${words[*]}: $(<"$work/said")"
    # Whoever is cut off is known to be so after a few seconds, and back after some more.
    case "${words[*]}" in
      "order "*)
        [[ $line =~ CONFIRMED|PROVISIONAL ]]
        grep -q "${BASH_REMATCH[0]}" "$work/said" && break
        ;;
      orders) grep -q REJECTED "$work/said" && ! grep -q PROVISIONAL "$work/said" && break ;;
      status)
        [[ $line != *CUT_OFF* ]] && break
        grep -q "CUT_OFF" "$work/said" && break
        ;;
      *) break ;;
    esac
    [[ ${words[0]} != order ]] || fail "$line: $(<"$work/said")"
    ((SECONDS - begin < 60)) || fail "$line: not within 60 s: $(<"$work/said")"
    sleep 1
  done
  cat "$work/said"
done

# After stop nothing of it is left.
for site in cloud north south; do
  [[ -z $("$root/scripts/weft" status --names --data "$data/$site") ]] || fail "$site still runs"
done
[[ -z $(ps -eo args= | grep -F "Relay.java $((8170 + offset)) " | grep -v grep) ]] ||
  fail "a line still runs"
echo "three sites: all holds"
