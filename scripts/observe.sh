#!/usr/bin/env bash
# Starts Prometheus and Alertmanager beside the nodes of this host, with the rules of deploy/.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
source "$root/scripts/node-file"

usage() {
  cat <<'TEXT'
usage: scripts/observe.sh [--data FOLDER] [--port N] [--alertmanager-port N] [--background]
       scripts/observe.sh stop [--data FOLDER]

Scrapes every node that leaves its file in the data folder, also those that start or stop later,
and tells Alertmanager what is wrong. Both listen on 127.0.0.1 alone. What they keep is in
FOLDER/observe, at most 7 days or 1 GB. Needs Debian's prometheus and prometheus-alertmanager.

  --data FOLDER           the data folder of the nodes (default: data, beside scripts)
  --port N                of Prometheus (default: 9490)
  --alertmanager-port N   of Alertmanager (default: 9493)
  --background            return when both are ready; without it, Ctrl-C stops them
  stop                    stops those that run in the background for that data folder
  --help                  print this and exit
TEXT
}

refuse() {
  echo "observe.sh: $*: see scripts/observe.sh --help" >&2
  exit 2
}

action=start
data=$root/data
port=9490
alerts=9493
background=
while (($#)); do
  case $1 in
    start | stop | supervise) action=$1 ;;
    --data) data=${2:-}; shift ;;
    --data=*) data=${1#*=} ;;
    --port) port=${2:-}; shift ;;
    --port=*) port=${1#*=} ;;
    --alertmanager-port) alerts=${2:-}; shift ;;
    --alertmanager-port=*) alerts=${1#*=} ;;
    --background) background=1 ;;
    -h | --help) usage; exit 0 ;;
    *) refuse "unknown argument: $1" ;;
  esac
  shift || refuse "a value is missing"
done
for number in "$port" "$alerts"; do
  [[ $number =~ ^[0-9]{1,5}$ ]] && ((10#$number >= 1 && 10#$number <= 65535)) ||
    refuse "port: \"$number\" (expected: 1 to 65535)"
done
[[ -n $data ]] || refuse "--data: \"\" (expected: a folder)"
mkdir -p "$data/observe" || refuse "--data: \"$data\" (expected: a folder to write in)"
data=$(cd "$data" && pwd -P)
home=$data/observe
pidfile=$home/pid

# Whether the process of the pid file is ours: pids are used again.
ours() {
  local pid line
  [[ -r $pidfile ]] || return 1
  pid=$(<"$pidfile")
  [[ -r /proc/$pid/cmdline ]] || return 1
  line=$(tr '\0' ' ' <"/proc/$pid/cmdline")
  [[ $line == *"observe.sh supervise"*"$data"* ]]
}

stop() {
  local pid
  if ! ours; then
    rm -f "$pidfile"
    echo "nothing runs for $data"
    return 0
  fi
  pid=$(<"$pidfile")
  kill "$pid"
  for _ in {1..200}; do
    kill -0 "$pid" 2>/dev/null || { echo "stopped"; return 0; }
    sleep 0.1
  done
  echo "observe.sh: process $pid has not stopped within 20 s" >&2
  return 1
}

# Writes which nodes there are, when that has changed. A node that died has left its file, and is
# asked in vain, which is an alert; one that was stopped has taken its file with it.
targets() {
  local file name admin site zone list= now
  for file in "$data"/nodes/*.json; do
    [[ -r $file ]] || continue
    name=${file##*/}
    name=${name%.json}
    admin=$(field "$file" admin) || continue
    site=$(field "$file" site) || continue
    zone=$(field "$file" zone) || continue
    list+=${list:+,}$'\n'"  {\"targets\": [\"$admin\"], \"labels\": {\"instance\": \"$name\", \
\"site\": \"$site\", \"zone\": \"$zone\"}}"
  done
  now="[$list"$'\n'"]"
  if [[ ! -e $home/nodes.json || $(<"$home/nodes.json") != "$now" ]]; then
    printf '%s\n' "$now" >"$home/nodes.json.draft"
    mv "$home/nodes.json.draft" "$home/nodes.json"
  fi
}

configure() {
  cat >"$home/prometheus.yml" <<YAML
global:
  scrape_interval: 2s
  evaluation_interval: 2s
rule_files:
  - $root/deploy/prometheus/recording.yaml
  - $root/deploy/prometheus/alerts.yaml
alerting:
  alertmanagers:
    - static_configs:
        - targets: [127.0.0.1:$alerts]
scrape_configs:
  - job_name: weft
    file_sd_configs:
      - files: [$home/nodes.json]
        refresh_interval: 1m
YAML
}

children=()

supervise() {
  configure
  targets
  echo "$$" >"$pidfile"
  trap 'end 0' INT TERM
  prometheus --config.file="$home/prometheus.yml" --storage.tsdb.path="$home/prometheus" \
    --storage.tsdb.retention.time=7d --storage.tsdb.retention.size=1GB \
    --web.listen-address="127.0.0.1:$port" --log.level=warn >"$home/prometheus.log" 2>&1 &
  children+=($!)
  prometheus-alertmanager --config.file="$root/deploy/alertmanager/alertmanager.yaml" \
    --storage.path="$home/alertmanager" --web.listen-address="127.0.0.1:$alerts" \
    --cluster.listen-address= --log.level=warn >"$home/alertmanager.log" 2>&1 &
  children+=($!)
  local pid
  while :; do
    for pid in "${children[@]}"; do
      if ! kill -0 "$pid" 2>/dev/null; then
        echo "observe.sh: one of both has ended; their logs are in $home" >&2
        tail -n 5 "$home/prometheus.log" "$home/alertmanager.log" >&2
        end 1
      fi
    done
    targets
    # A trap waits for a command to end, but not for this wait.
    sleep 1 &
    wait $! || true
  done
}

end() {
  trap '' INT TERM
  local pid
  for pid in "${children[@]}"; do
    kill "$pid" 2>/dev/null || true
  done
  for pid in "${children[@]}"; do
    wait "$pid" 2>/dev/null || true
  done
  rm -f "$pidfile"
  exit "$1"
}

ready() {
  local url
  for url in "http://127.0.0.1:$port/-/ready" "http://127.0.0.1:$alerts/-/ready"; do
    curl -fs -o /dev/null --max-time 2 "$url" || return 1
  done
}

await_ready() {
  local pid=$1
  for _ in {1..300}; do
    ready && return 0
    kill -0 "$pid" 2>/dev/null || return 1
    sleep 0.1
  done
  echo "observe.sh: not ready within 30 s; logs are in $home" >&2
  return 1
}

case $action in
  stop) stop; exit ;;
  supervise) supervise ;;
esac

for tool in prometheus prometheus-alertmanager curl; do
  if ! command -v "$tool" >/dev/null; then
    echo "observe.sh: no $tool (Debian: apt-get install $tool)" >&2
    exit 2
  fi
done
if ours; then
  echo "it runs already: scripts/observe.sh stop --data $data"
  exit 0
fi
nohup "$root/scripts/observe.sh" supervise --data "$data" --port "$port" \
  --alertmanager-port "$alerts" </dev/null >"$home/observe.log" 2>&1 &
supervisor=$!
trap 'kill "$supervisor" 2>/dev/null; wait "$supervisor" 2>/dev/null; exit 130' INT TERM
if ! await_ready "$supervisor"; then
  cat "$home/observe.log" >&2
  kill "$supervisor" 2>/dev/null || true
  exit 1
fi
prometheus=http://127.0.0.1:$port
echo "Prometheus $prometheus  alerts $prometheus/alerts  Alertmanager http://127.0.0.1:$alerts"
if [[ -n $background ]]; then
  trap - INT TERM
  exit 0
fi
echo "Ctrl-C stops them; logs are in $home"
trap 'kill "$supervisor" 2>/dev/null; wait "$supervisor"; exit 0' INT TERM
wait "$supervisor"
