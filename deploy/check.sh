#!/usr/bin/env bash
# Checks what is in deploy/: the rules of Prometheus and their tests, the routes of Alertmanager,
# and that the dashboards are what their generator makes.
set -euo pipefail

deploy=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)

promtool check rules "$deploy"/prometheus/recording.yaml "$deploy"/prometheus/alerts.yaml
promtool test rules "$deploy"/prometheus/tests/*.yaml
promtool check config --syntax-only "$deploy"/prometheus/prometheus.yaml
amtool check-config "$deploy"/alertmanager/alertmanager.yaml
node "$deploy"/grafana/make.mjs --check
