#!/usr/bin/env bash
# Shows that a linter from npm finds nothing in the contract. Needs Node.js 20 or later, with npm.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
npm ci --no-audit --no-fund
npx --no-install redocly lint --config redocly.yaml ../../conf/openapi.yaml
