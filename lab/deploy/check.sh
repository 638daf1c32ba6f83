#!/usr/bin/env bash
# Checks what is in deploy/ for those who install it, and .github/, without the net but for npm:
# systemd's own check of the units and of what they may do, the workflows, the scripts, the notes.
# The Helm chart and the compose file are tested by ChartTest and ComposeTest of lab.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
deploy=$root/deploy
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The units as if they were installed, with the checkout in the place of /opt/weft.
for unit in "$deploy"/systemd/*.service "$deploy"/systemd/*.timer; do
  name=$(basename "$unit")
  sed "s#=/opt/weft#=$root#; s# /opt/weft# $root#" "$unit" >"$work/${name/@./@n1.}"
  cp "$work/${name/@./@n1.}" "$work/$name"
done
systemd-analyze verify --man=no "$work"/*@n1.* 2>"$work/said" || { cat "$work/said"; exit 1; }
# What it only warns of is wrong too, but for what this host itself has.
if grep -F "$work" "$work/said"; then
  exit 1
fi
# At most 2.0 of 10, where 10 is a service that may do everything (its own measure).
for unit in "$work"/*@n1.service; do
  systemd-analyze security --offline=true --no-pager --threshold=20 "$unit" | tail -n 1
done

for script in "$deploy"/*.sh "$deploy/container/healthy" "$root"/scripts/*.sh "$root"/lab/*/*.sh; do
  bash -n "$script"
done
"$deploy/release-notes.sh" Unreleased >"$work/notes"
[[ -s $work/notes ]]
for wrong in "" 0.0.0 --no-such-flag "1.0.0 1.0.0"; do
  code=0
  # shellcheck disable=SC2086 # a word each
  "$deploy/release-notes.sh" $wrong >/dev/null 2>&1 || code=$?
  ((code == 2)) || { echo "release-notes.sh $wrong: exit code $code (expected: 2)"; exit 1; }
done

cd "$root/lab/deploy"
npm ci --no-audit --no-fund
node workflows.mjs
