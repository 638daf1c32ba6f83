#!/usr/bin/env bash
# Prints what CHANGELOG.md says of one version, as the notes of its release.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

usage() {
  cat <<'TEXT'
usage: deploy/release-notes.sh [--changelog FILE] VERSION

Prints the section of CHANGELOG.md under the heading "## VERSION", which may be followed by a date.
Exit code 2 when there is none, or nothing in it.

  VERSION           as 1.2.0, or Unreleased
  --changelog FILE  another changelog (default: CHANGELOG.md)
  --help            print this and exit
TEXT
}

refuse() {
  echo "release-notes.sh: $*: see deploy/release-notes.sh --help" >&2
  exit 2
}

changelog=$root/CHANGELOG.md
version=
while (($#)); do
  case $1 in
    --changelog) changelog=${2:-}; shift ;;
    -h | --help) usage; exit 0 ;;
    -*) refuse "unknown argument: $1" ;;
    *) [[ -z $version ]] || refuse "two versions: $version and $1 (expected: one)"; version=$1 ;;
  esac
  shift || refuse "a value is missing"
done
[[ $version =~ ^([0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.-]*|Unreleased)$ ]] ||
  refuse "version \"$version\" (expected: as 1.2.0, or Unreleased)"
[[ -r $changelog ]] || refuse "$changelog (expected: a file that can be read)"

notes=()
inside=
while IFS= read -r line || [[ -n $line ]]; do
  if [[ $line == "## "* ]]; then
    heading=${line#"## "}
    inside=
    [[ ${heading%% *} == "$version" ]] && inside=1
    continue
  fi
  [[ -n $inside ]] && notes+=("$line")
done <"$changelog"

text=$(printf '%s\n' ${notes[@]+"${notes[@]}"})
# Empty lines around the notes are the changelog's, not theirs.
while [[ $text == $'\n'* ]]; do
  text=${text#$'\n'}
done
[[ -n ${text//[[:space:]]/} ]] ||
  refuse "$changelog has nothing under \"## $version\" (expected: what users notice)"
printf '%s\n' "$text"
