#!/usr/bin/env bash
# Runs the mesh's own code in worlds of virtual time, drawn from seeds, and looks at its laws.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
script=sim.sh

usage() {
  cat <<'TEXT'
usage: scripts/sim.sh [seeds] [--seeds N] [--from SEED] [--json FILE]
       scripts/sim.sh --seed S [--verbose]
       scripts/sim.sh sites [--seeds N] [--from SEED] [--seed S] [--verbose] [--json FILE]
       scripts/sim.sh scenarios|convergence [--seed S] [--json FILE]
       scripts/sim.sh balancers [--seed S] [--figures FOLDER]

seeds:        one world for each seed, with faults drawn from it; all laws are looked at after every
              step (docs/SIMULATION.md has them). The same seed takes the same steps.
sites:        a hub and three sites whose links are cut, with the credit that sites hold ahead; and
              a site that is cut off for a week.
scenarios:    every backend failing, discovery frozen, halves apart.
convergence:  a node joins a site of 100 nodes with 10,000 instances.
balancers:    the ways to choose an endpoint, side by side: one of a hundred is slow, or fails fast.

  --seeds N         how many worlds (default: 200)
  --from SEED       the first seed (default: 1)
  --seed S          this one only
  --verbose         every event, as it happens
  --json FILE       one line for each target: row, what, target, measured, met
  --figures FOLDER  where a figure (SVG) of each comparison goes
  --help            print this and exit

Exit code 0 when everything held, 1 when a law was broken or a target missed (the seed, the step and
what happened last are printed), 2 when it could not run.
TEXT
}

for argument in "$@"; do
  case $argument in
    -h | --help) usage; exit 0 ;;
  esac
done

source "$root/lab/build.sh"

exec "$java" "${jvm[@]}" -Xmx2g -cp "$lib/*" io.weft.lab.sim.Main "$@"
