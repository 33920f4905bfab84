#!/usr/bin/env bash
# Runs a cluster, two applications that give metrics, node_exporter and a Prometheus with the alerts of monitoring/prometheus, on the loopback address, and prints where they are and which
# alerts fire. --kill kills the primary after a while, --seconds N ends it by itself; else Ctrl-C does, and nothing is left behind. --help lists it.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/eng/lib.sh"

require_dotnet
require_postgres
bash "$root/eng/install-prometheus.sh"
build "$root/samples/MonitoringStack/MonitoringStack.csproj"
# exec: Ctrl-C and SIGTERM reach the program itself, which then stops everything.
exec dotnet "$root/samples/MonitoringStack/bin/Release/net10.0/MonitoringStack.dll" "$@"
