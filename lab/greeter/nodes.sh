# Read by the scripts of the lab that need a cluster to look at: three nodes with a service greeter,
# of which n3 has another version. Before it is read, `root` is the folder of the project, `work` a
# folder of one's own, and `offset` is added to all ports.

data=$work/data
export root work data offset

# Starts the nodes up to n$1 that do not run, with version $2 of the greeter; the rest are flags.
nodes() {
  local count=$1 version=$2
  shift 2
  WEFT_CLASSPATH=$work/greeter WEFT_JAVA_OPTS=-Dgreeter.version=$version WEFT_BRIDGE_TCP_PORT=0 \
    "$root/scripts/start.sh" --nodes "$count" --background --data "$data" --offset "$offset" \
    -- --services users,orders,routing,greeter "$@"
}

third() {
  nodes 3 1.1.0 "$@"
}

kill_third() {
  [[ $(<"$data/nodes/n3.json") =~ \"pid\"\ :\ ([0-9]+) ]]
  kill -9 "${BASH_REMATCH[1]}"
}

# Whoever looks at the cluster may kill its third node, and start it again.
export -f nodes third kill_third

# Flags are for the third.
start_all() {
  "$root/scripts/build.sh"
  "$root/lab/greeter/build.sh" "$work/greeter"
  nodes 2 1.0.0
  third "$@"
}

stop_all() {
  "$root/scripts/stop.sh" --data "$data" >/dev/null 2>&1 ||
    echo "$script: nodes of $data did not stop" >&2
  rm -rf "$work"
}
