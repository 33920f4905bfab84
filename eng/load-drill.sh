#!/usr/bin/env bash
# How late two standbys get while the load of writes rises in steps to a peak, on a throw-away cluster. Prints the report, and saves it as Markdown, HTML and JSON in artifacts/load-drill. The exit code is 0 only
# where the peak was reached, and every standby was less than 60 s behind at it. Takes about 3 minutes.
#   bash eng/load-drill.sh [peak, 20MB] [steps, 5] [seconds of each, 30] [more arguments of haconnect drill load]
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/eng/lib.sh"

require_dotnet
require_postgres
build src/HaConnect.Cli/HaConnect.Cli.csproj
exec dotnet "$root/src/HaConnect.Cli/bin/Release/net10.0/HaConnect.Cli.dll" drill load --local --peak "${1:-20MB}" --steps "${2:-5}" --step-seconds "${3:-30}" --report "$root/artifacts/load-drill" "${@:4}"
