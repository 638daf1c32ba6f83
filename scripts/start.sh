#!/usr/bin/env bash
# Starts nodes on this host, with every service and an embedded PostgreSQL.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
source "$root/scripts/node-file"
weft=$root/scripts/weft

usage() {
  cat <<'TEXT'
usage: scripts/start.sh [--nodes N] [--edge] [--background] [--data FOLDER] [--offset N]
                        [--site NAME] [--link HOST[:PORT]] [-- NODE FLAGS]

Builds what is not built, starts nodes n1 to nN, and says when they are ready and at which URLs.
Node i has HTTP port 8079+i, admin port 9079+i, cluster port 5700+i. PostgreSQL is embedded, and its
data stays in the data folder. Nodes that run already are left as they are.

  --nodes N       how many nodes, 1 to 16 (default: 1)
  --edge          nodes for a small host: less memory, fewer threads and connections
  --background    return when all are ready; without it, Ctrl-C stops them
  --data FOLDER   the data folder (default: data, beside scripts)
  --offset N      added to all ports, so that a second mesh finds them free (default: 0)
  --site NAME     the name of the site that the nodes are (default: local)
  --link HOST[:PORT]  the gateway of the hub that this site links to; see docs/SITES.md
  --help          print this and exit
  -- FLAGS        flags for every node, as `scripts/weft node --help` lists them

Logs of nodes in the background: FOLDER/logs/<name>.log
TEXT
}

refuse() {
  echo "start.sh: $*: see scripts/start.sh --help" >&2
  exit 2
}

nodes=1
background=
edge=
offset=0
data=$root/data
sites=()
while (($#)); do
  case $1 in
    --nodes) nodes=${2:-}; shift ;;
    --nodes=*) nodes=${1#*=} ;;
    --edge) edge=1 ;;
    --background) background=1 ;;
    --data) data=${2:-}; shift ;;
    --data=*) data=${1#*=} ;;
    --offset) offset=${2:-}; shift ;;
    --offset=*) offset=${1#*=} ;;
    --site | --link) sites+=("$1" "${2:-}"); shift ;;
    --site=* | --link=*) sites+=("${1%%=*}" "${1#*=}") ;;
    -h | --help) usage; exit 0 ;;
    --) shift; break ;;
    *) refuse "unknown argument: $1" ;;
  esac
  shift || refuse "a value is missing"
done
[[ $nodes =~ ^[0-9]{1,2}$ ]] && ((10#$nodes >= 1 && 10#$nodes <= 16)) ||
  refuse "--nodes: \"$nodes\" (expected: 1 to 16)"
nodes=$((10#$nodes))
[[ $offset =~ ^[0-9]{1,5}$ ]] && ((10#$offset <= 50000)) ||
  refuse "--offset: \"$offset\" (expected: 0 to 50000)"
offset=$((10#$offset))
[[ -n $data ]] || refuse "--data: \"\" (expected: a folder)"
mkdir -p "$data/logs" "$data/nodes" 2>/dev/null ||
  refuse "--data: \"$data\" (expected: a folder to write in)"
data=$(cd "$data" && pwd -P)
flags=(${edge:+--profile edge} ${sites[@]+"${sites[@]}"} "$@")

# What was unpacked needs no building.
[[ ! -e $root/pom.xml ]] || "$root/scripts/build.sh"

mapfile -t running < <("$weft" status --names --data "$data")

runs() {
  local name
  for name in ${running[@]+"${running[@]}"}; do
    [[ $name == "$1" ]] && return 0
  done
  return 1
}

missing=()
seeds= # only nodes that run: a node asks those that do not for seconds before it goes on
for ((i = 1; i <= nodes; i++)); do
  if runs "n$i"; then
    seeds+=${seeds:+,}127.0.0.1:$((5700 + offset + i))
    echo "n$i runs already: see scripts/status.sh"
  else
    missing+=("$i")
  fi
done
if ((${#missing[@]} == 0)); then
  # In the background that is what was asked for; in the foreground there is nothing to stay with.
  [[ -n $background ]] && exit 0
  exit 2
fi

zones=(a b c)

# Prints the flags of node i, one per line; those given by hand come last but may not be repeated.
arguments() {
  local i=$1
  printf '%s\n' node --name "n$i" --zone "${zones[$(((i - 1) % 3))]}" --data "$data" \
    --http-port $((8079 + offset + i)) --admin-port $((9079 + offset + i)) \
    --cluster-port $((5700 + offset + i))
  [[ -z $seeds ]] || printf '%s\n' --join "$seeds"
}

if ((nodes == 1)) && [[ -z $background ]]; then
  mapfile -t own < <(arguments 1)
  exec "$weft" "${own[@]}" ${flags[@]+"${flags[@]}"}
fi

# The URL of a port of a node file, whose last line lists the ports that speak TLS.
url() {
  local scheme=http
  [[ $(<"$1") =~ \"tls\"\ :\ .*\"$2\" ]] && scheme=https
  echo "$scheme://$(field "$1" "$2")"
}

pids=()
names=()

launch() {
  local i=$1 own
  mapfile -t own < <(arguments "$i")
  # Whatever is printed here is printed before the log is set up, or by a JVM that dies: little.
  nohup "$weft" "${own[@]}" --log-file "$data/logs/n$i.log" ${flags[@]+"${flags[@]}"} \
    </dev/null >"$data/logs/n$i.out" 2>&1 &
  pids+=($!)
  names+=("n$i")
}

# Ends what this run has started, when not all of it came up.
abandon() {
  local pid
  for pid in "${pids[@]}"; do
    kill "$pid" 2>/dev/null || true
  done
  for pid in "${pids[@]}"; do
    wait "$pid" 2>/dev/null || true
  done
}

await() {
  local k=$1 name=${names[$1]} pid=${pids[$1]} file code ms
  file=$data/nodes/$name.json
  until [[ -e $file && $(field "$file" pid || true) == "$pid" ]]; do
    if ! kill -0 "$pid" 2>/dev/null; then
      code=0
      wait "$pid" || code=$?
      echo "start.sh: $name did not start; its log is $data/logs/$name.log" >&2
      cat "$data/logs/$name.out" >&2
      abandon
      exit $((code == 0 ? 1 : code))
    fi
    sleep 0.05
  done
  ms=$(field "$file" readyAfterMillis)
  printf '%s ready after %d.%01d s: %s  docs %s/docs  admin %s\n' \
    "$name" $((ms / 1000)) $((ms % 1000 / 100)) "$(url "$file" http)" "$(url "$file" http)" \
    "$(url "$file" admin)"
}

trap 'abandon; exit 130' INT TERM

# The first founds the cluster and starts PostgreSQL; the others follow together.
launch "${missing[0]}"
await 0
seeds+=${seeds:+,}127.0.0.1:$((5700 + offset + missing[0]))
for i in "${missing[@]:1}"; do
  launch "$i"
done
for ((k = 1; k < ${#pids[@]}; k++)); do
  await "$k"
done

if [[ -n $background ]]; then
  trap - INT TERM
  exit 0
fi
echo "Ctrl-C stops them; logs are in $data/logs"
trap 'trap "" INT TERM; "$weft" stop --data "$data" "${names[@]}"; exit $?' INT TERM
for pid in "${pids[@]}"; do
  wait "$pid" || true
done
