#!/usr/bin/env bash
# Harms real node processes under load, and judges by the targets what that cost.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
script=chaos.sh
faults=(kill drain pause partition pair foreign orders overload failing expired scale sites)

usage() {
  cat <<'TEXT'
usage: scripts/chaos.sh FAULT [--rounds N] [--seconds N] [--rate N] [--seed N] [--json FILE]
       scripts/chaos.sh orders [--cycles N] [--rate N] [--seed N] [--json FILE]
       scripts/chaos.sh sites [--cycles N] [--rate N] [--seed N] [--json FILE]
       scripts/chaos.sh scale [--rounds N] [--rate N] [--json FILE]

Three nodes, each a process, and a load that does not slow down when they do: latencies count from
when a call was meant to begin. Calls go over the mesh, from a node of this process to nodes that
echo; kill and drain are done a second time to the shipped node with PostgreSQL, over HTTP, and
orders and scale only there.

  kill       row 1: kill -9 of one node, started again          (rounds: 100)
  drain      row 2: SIGTERM of one node after the other         (rounds: 20)
  pause      row 3: SIGSTOP of one node, then SIGCONT           (rounds: 1, seconds: 30)
  partition  row 4: one node is cut off, two-way and one-way    (rounds: 1, seconds: 5 and 60)
  pair       row 5: two of three nodes killed at once           (rounds: 50)
  foreign    row 5: nodes are killed and started at random; what a program that is no node lists
                                                                (rounds: 100)
  upgrade    row 2: nodes of the release before are upgraded one by one, and one taken back; the
             release is built from git the first time (WEFT_PREVIOUS: its folder, if built already)
  orders     row 6: nodes and PostgreSQL killed at random while orders are placed, cancelled and
             asked for twice; a client's ledger is held against what is there in the end
             (cycles: 1,000, which take more than an hour; 20 take about two minutes)
  overload   row 7: 2 and 5 times what the nodes can do         (seconds: 60)
  failing    row 8: every backend refuses every call            (seconds: 20)
  expired    row 9: calls arrive that are of no use any more
  scale      row 17: services and nodes are scaled, drained and taken back by the scripts, with a
             node killed in the middle of it; in the end one is killed while nobody looks, a load
             goes up and down under automatic scaling, and all nodes restart
                                      (rounds: 2; 1 leaves out what is done in the end)
  sites      row 18: a hub and two edge sites, each on a network of its own: links are cut and nodes
             killed at random while orders are placed at all of them, for some of which there is no
             credit; and how soon edges answer what they need no hub for, linked and cut off
                                           (cycles: 100, which take about 20 minutes; rate: 15)
  all        all of these, one after the other

  --rounds N   how often; --cycles is the same
  --seconds N  how long the fault lasts
  --rate N     calls per second (default: half of what goes through at most; over HTTP 500;
               of orders 50, while scaling 100)
  --over WHAT  only mesh or only http, for kill and drain (default: both)
  --seed N     of the choice of nodes (default: 1)
  --json FILE  also write one line of JSON per target: row, what, target, measured, met
  --help       print this and exit

Exit code 0 when every target is met, 1 when one is missed, 2 when it could not be run. partition
and sites need root, and ip, unshare and nsenter (Debian: iproute2, util-linux).
TEXT
}

source "$root/scripts/help"

fault=${1:-}
if [[ -z $fault ]]; then
  usage >&2
  exit 2
fi

# Each fault in a JVM of its own: one that cannot be run does not keep the others from it.
if [[ $fault == all ]]; then
  shift
  json=
  arguments=()
  while (($#)); do
    case $1 in
      --json) json=${2:-}; shift ;;
      --json=*) json=${1#*=} ;;
      *) arguments+=("$1") ;;
    esac
    shift || { echo "$script: a value is missing: see scripts/chaos.sh --help" >&2; exit 2; }
  done
  part=$(mktemp)
  trap 'rm -f "$part"' EXIT
  [[ -z $json ]] || : >"$json"
  worst=0
  for each in "${faults[@]}"; do
    code=0
    : >"$part"
    "$0" "$each" ${arguments[@]+"${arguments[@]}"} --json "$part" || code=$?
    [[ -z $json ]] || cat "$part" >>"$json"
    ((code <= worst)) || worst=$code
  done
  exit "$worst"
fi

source "$root/lab/build.sh"

over=("$java")
case $fault in
  kill | drain | orders | scale | sites)
    "$root/scripts/build.sh"
    # Nodes would make it themselves, beside what is measured.
    "$root/scripts/archive.sh" >/dev/null || true
    ;;
  upgrade)
    "$root/scripts/build.sh"
    previous=${WEFT_PREVIOUS:-}
    [[ -n $previous ]] || previous=$("$root/lab/upgrade/previous.sh")
    jvm+=("-Dweft.previous=$previous")
    ;;
esac
case $fault in
  partition | sites)
    if [[ $EUID != 0 ]] || ! command -v ip unshare nsenter >/dev/null; then
      echo "$script: needs root, ip, unshare and nsenter (Debian: iproute2, util-linux)" >&2
      exit 2
    fi
    over=(unshare --net "$java")
    ;;
esac

# Of nodes that are killed, those that go on have much to say.
jvm+=(-Xms256m -Xmx512m -Dweft.lab.log=ERROR)
exec "${over[@]}" "${jvm[@]}" -cp "$lib/*" io.weft.lab.chaos.Main "$@"
