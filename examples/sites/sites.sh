#!/usr/bin/env bash
# Three sites on this host: a cloud, and two edges whose lines to it can be cut.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
script=sites.sh
weft=$root/scripts/weft
edges=(north south)

usage() {
  cat <<'TEXT'
usage: examples/sites/sites.sh start | stop [--data FOLDER] [--offset N]
       examples/sites/sites.sh cut SITE | heal SITE
       examples/sites/sites.sh order SITE PRICE
       examples/sites/sites.sh orders | status

A hub, cloud, and two edges, north and south: one node each, with a PostgreSQL, a data folder and
ports of its own. Each edge reaches the cloud by a line of its own, which is a small program here
(Relay.java), so that it can be cut without being root. docs/SITES.md says what to try, and why it
is so. Needs a JDK.

  start              starts all of it, has both edges join, and opens an account for Ada, whose
                     credit is 1,000.00 EUR, of which each edge holds a tenth; what runs already
                     is left as it is
  cut SITE           the line of an edge is dead from now on, and nobody is told so
  heal SITE          it is back
  order SITE PRICE   Ada orders something for PRICE cents, at north, south or cloud
  orders             what became of each of her orders, asked where it was placed
  status             how each site sees the others
  stop               stops all of it; the data stays

  --data FOLDER      where the data folders are (default: data/sites)
  --offset N         added to all ports (default: 200, so that the cloud's HTTP port is 8280)
  --help             print this and exit
TEXT
}

refuse() {
  echo "$script: $*: see examples/sites/sites.sh --help" >&2
  exit 2
}

data=$root/data/sites
offset=200
words=()
flags=() # as they are to be given again
while (($#)); do
  case $1 in
    --data | --offset) flags+=("$1" "${2:-}") ;;
    --data=* | --offset=*) flags+=("${1%%=*}" "${1#*=}") ;;
  esac
  case $1 in
    --data) data=${2:-}; shift ;;
    --data=*) data=${1#*=} ;;
    --offset) offset=${2:-}; shift ;;
    --offset=*) offset=${1#*=} ;;
    -h | --help) usage; exit 0 ;;
    -*) refuse "unknown argument: $1" ;;
    *) words+=("$1") ;;
  esac
  shift || refuse "a value is missing"
done
set -- ${words[@]+"${words[@]}"}
[[ $offset =~ ^[0-9]{1,5}$ ]] && ((10#$offset <= 49000)) ||
  refuse "--offset: \"$offset\" (expected: 0 to 49000)"
offset=$((10#$offset))
[[ -n $data ]] || refuse "--data: \"\" (expected: a folder)"

# Prints the ports of the sites apart: 0 for the cloud, 100 and 200 for the edges.
apart() {
  local i
  for i in "${!edges[@]}"; do
    [[ ${edges[i]} != "$1" ]] || echo $((100 * (i + 1)))
  done
  [[ $1 != cloud ]] || echo 0
}

# Below the HTTP ports of the site's nodes.
line_port() {
  echo $((8070 + offset + $(apart "$1")))
}

# Prints the process of an edge's line, if it runs: its number alone may be another program's.
line() {
  local pid
  pid=$(cat "$data/$1/line.pid" 2>/dev/null) || return 1
  [[ $(ps -o args= -p "$pid" 2>/dev/null) == *"Relay.java $(line_port "$1")"* ]] || return 1
  echo "$pid"
}

start_line() {
  local edge=$1 tries
  line "$edge" >/dev/null && return 0
  mkdir -p "$data/$edge"
  source "$root/scripts/jvm"
  nohup "$java" -Xmx32m -XX:+UseSerialGC "$root/examples/sites/Relay.java" \
    "$(line_port "$edge")" $((8080 + offset)) </dev/null >"$data/$edge/line.out" 2>&1 &
  echo $! >"$data/$edge/line.pid"
  for ((tries = 0; tries < 300; tries++)); do
    (exec 3<>"/dev/tcp/127.0.0.1/$(line_port "$edge")") 2>/dev/null && return 0
    kill -0 "$!" 2>/dev/null || break
    sleep 0.1
  done
  echo "$script: the line of $edge does not come up (it needs a JDK, not a JRE):" >&2
  cat "$data/$edge/line.out" >&2
  exit 1
}

# Calls an operation at a site; prints the answer as the admin API gives it.
call() {
  local site=$1
  shift
  "$weft" call "$@" --data "$data/$site" 2>/dev/null
}

# Prints a field of an answer; nothing when it is not there.
said() {
  [[ $1 =~ \"$2\"\ :\ \"?([^\",$'\n']*) ]] && echo "${BASH_REMATCH[1]}" || true
}

join_cloud() {
  local edge=$1 code
  [[ ! -e $data/$edge/joined ]] || return 0
  code=$("$weft" site invite "$edge" --data "$data/cloud" | head -n 1)
  "$weft" site join "$code" --data "$data/$edge" >/dev/null
  touch "$data/$edge/joined"
  echo "$edge has joined cloud"
}

open_account() {
  local ada
  [[ ! -s $data/ada ]] || return 0
  ada=$(call cloud users.create --key ada '{"email":"ada@example.com","name":"Ada",
    "currency":"EUR","creditLimit":100000}')
  said "$ada" id >"$data/ada"
}

await_links() {
  local edge begin=$SECONDS
  for edge in "${edges[@]}"; do
    until "$weft" sites --data "$data/$edge" 2>/dev/null | grep -q SERVING; do
      if ((SECONDS - begin > 60)); then
        echo "$script: $edge does not reach cloud: see $data/$edge/logs/n1.log" >&2
        exit 1
      fi
      sleep 0.5
    done
  done
}

# Has Ada order once at each edge: an edge holds credit of those who order there.
fill_purses() {
  local edge ada begin=$SECONDS held
  ada=$(<"$data/ada")
  for edge in "${edges[@]}"; do
    call "$edge" orders.place --key "first-$edge" "$(wish "$ada" 100)" >/dev/null || true
    until held=$(said "$(call cloud users.escrow '{"site":"'"$edge"'"}' || true)" EUR) &&
      ((${held:-0} > 0)); do
      if ((SECONDS - begin > 60)); then
        echo "$script: $edge holds no credit: see $data/$edge/logs/n1.log" >&2
        exit 1
      fi
      sleep 0.5
    done
  done
}

# Prints an order of one thing.
wish() {
  echo '{"userId":"'"$1"'","currency":"EUR",
    "lines":[{"sku":"BREAD-1","quantity":1,"unitPrice":'"$2"'}]}'
}

start() {
  local edge me=examples/sites/sites.sh
  me+=${flags[*]:+ ${flags[*]}}
  mkdir -p "$data" 2>/dev/null || refuse "--data: \"$data\" (expected: a folder to write in)"
  "$root/scripts/start.sh" --background --data "$data/cloud" --offset "$offset" --site cloud
  for edge in "${edges[@]}"; do
    start_line "$edge"
    # Whoever has logged in at the cloud is known at the edges, by its key.
    "$root/scripts/start.sh" --background --edge --data "$data/$edge" \
      --offset $((offset + $(apart "$edge"))) --site "$edge" \
      --link "127.0.0.1:$(line_port "$edge")" -- --link-tls off \
      --security-key-file "$data/cloud/keys/development.json"
    join_cloud "$edge"
  done
  open_account
  await_links
  fill_purses
  cat <<TEXT

Three sites are linked, and Ada has ordered at both edges. Now try, one after the other:

  $me status
  $me order north 2000      # placed at the cloud, by the link: CONFIRMED
  $me cut north
  $me order north 5000      # north is alone, and holds 100.00 of Ada's credit: CONFIRMED
  $me order north 60000     # more than it holds: PROVISIONAL
  $me order north 50000     # and more than she has: PROVISIONAL, too
  $me order south 1000      # nobody else is harmed: CONFIRMED
  $me status                # north: CUT_OFF
  $me heal north
  $me orders                # within some 20 s: CONFIRMED, and one REJECTED
  $me stop
TEXT
}

known_edge() {
  local edge
  for edge in "${edges[@]}"; do
    [[ $edge != "${1:-}" ]] || return 0
  done
  refuse "\"${1:-}\" (expected: ${edges[*]})"
}

# Stops or continues the line of an edge.
signal_line() {
  local pid
  pid=$(line "$2") || { echo "$script: the line of $2 does not run: start it first" >&2; exit 1; }
  kill "-$1" "$pid"
}

order() {
  local site=$1 price=$2 ada placed
  ada=$(cat "$data/ada" 2>/dev/null) || { echo "$script: start it first" >&2; exit 1; }
  placed=$(call "$site" orders.place --key "$(date +%s%N)" "$(wish "$ada" "$price")") ||
    { echo "$script: $site did not take the order: see $data/$site/logs/n1.log" >&2; exit 1; }
  echo "$site $(said "$placed" id)" >>"$data/orders"
  tell "$site" "$placed"
}

tell() {
  local cents reason
  cents=$(said "$2" total)
  reason=$(said "$2" reason)
  [[ $reason == null || -z $reason ]] || reason=" ($reason)"
  printf '%-6s %s  %6d.%02d EUR  %s%s\n' "$1" "$(said "$2" id)" $((cents / 100)) \
    $((cents % 100)) "$(said "$2" status)" "${reason#null}"
}

orders() {
  local site id found
  [[ -s $data/orders ]] || { echo "no orders yet"; return 0; }
  while read -r site id; do
    found=$(call "$site" orders.get '{"id":"'"$id"'"}') ||
      { echo "$site  $id  cannot be asked for now"; continue; }
    tell "$site" "$found"
  done <"$data/orders"
}

status() {
  local site
  for site in cloud "${edges[@]}"; do
    echo "seen from $site:"
    "$weft" sites --data "$data/$site" | sed 's/^/  /'
  done
}

stop() {
  local edge pid
  for edge in "${edges[@]}"; do
    "$root/scripts/stop.sh" --data "$data/$edge"
    if pid=$(line "$edge"); then
      kill "$pid"
      kill -CONT "$pid" # One that stands still hears of it when it goes on.
    fi
    rm -f "$data/$edge/line.pid"
  done
  "$root/scripts/stop.sh" --data "$data/cloud"
}

case ${1:-} in
  start | stop | orders | status)
    (($# == 1)) || refuse "unknown argument: $2"
    "$1"
    ;;
  cut)
    known_edge "${2:-}"
    signal_line STOP "$2"
    echo "$2 is cut off"
    ;;
  heal)
    known_edge "${2:-}"
    signal_line CONT "$2"
    echo "the line of $2 is back"
    ;;
  order)
    [[ ${2:-} == cloud ]] || known_edge "${2:-}"
    [[ ${3:-} =~ ^[1-9][0-9]{0,8}$ ]] || refuse "PRICE: \"${3:-}\" (expected: cents, from 1)"
    order "$2" "$3"
    ;;
  '') usage >&2; exit 2 ;;
  *) refuse "unknown argument: $1" ;;
esac
