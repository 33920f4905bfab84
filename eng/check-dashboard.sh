#!/usr/bin/env bash
# Checks the dashboard of monitoring/grafana against Grafana's published schema. What that takes (the npm packages @grafana/schema and typescript) goes into a folder of the user's.
# Exit code 0: it is as the schema has it; 1: it is not; 77: it could not be checked here, and why is said.
set -uo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

folder="${XDG_CACHE_HOME:-$HOME/.cache}/haconnect/grafana-schema"
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "Node.js is not on this machine." >&2
  exit 77
fi
if [ ! -d "$folder/node_modules/@grafana/schema" ] || [ ! -f "$folder/node_modules/typescript/bin/tsc" ]; then
  mkdir -p "$folder"
  if ! npm install --prefix "$folder" --no-audit --no-fund --no-save --ignore-scripts @grafana/schema@11.6.0 typescript@5.7.3 >"$folder/npm.log" 2>&1; then
    echo "npm did not get @grafana/schema: $(tail -n 1 "$folder/npm.log")" >&2
    exit 77
  fi
fi
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
ln -s "$folder/node_modules" "$work/node_modules"
node "$root/monitoring/grafana/check.mjs" "${1:-$root/monitoring/grafana/haconnect-dashboard.json}" "$work"
