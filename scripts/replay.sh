#!/usr/bin/env bash
# Replays a book of orders over HTTP, and compares the totals that come back, to the cent.
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)

usage() {
  cat <<'TEXT'
usage: scripts/replay.sh [--urls URL,…] [--ca FILE] [--concurrency N] [--data FOLDER] BOOK

Customers become users and orders are placed, spread over all gateways and repeated with the same
key until answered; then the totals per customer that the API lists are compared with the book's. A
second run changes nothing. The format of a book: docs/REPLAY.md. A sample: scripts/sample

  --urls URL,…      gateways, as in http://127.0.0.1:8080 (default: the nodes of this host)
  --ca FILE         the PEM certificates of the authorities that gateways with TLS are believed by
                    (default: WEFT_CA, or else those that Java knows); scripts/weft certs makes one
  --concurrency N   requests at a time (default: 16)
  --data FOLDER     the data folder of the nodes (default: as conf/node.yaml says)
  --help            print this and exit

It asks as an operator: with the token in WEFT_TOKEN, or else with one that it issues itself, as
scripts/weft token does, which other hosts than this one may not take.

Exit code 0 when every total is right, 1 on any difference, 2 when it could not be ended.
TEXT
}

source "$scripts/help"
exec "$scripts/weft" replay "$@"
