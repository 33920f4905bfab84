#!/usr/bin/env bash
# What 100 application instances cost three servers with max_connections = 100, in peace, in use and while the primary is killed. Prints a table
# and saves it as artifacts/hundred.txt. Takes about 2 minutes.
#   bash eng/hundred.sh [instances, 100] [how many of them coordinate, all] [seconds per phase, 20]
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/eng/lib.sh"

require_dotnet
require_postgres
build "$root/benchmarks/HaConnect.Sizing/HaConnect.Sizing.csproj"
mkdir -p "$root/artifacts"
dotnet "$root/benchmarks/HaConnect.Sizing/bin/Release/net10.0/HaConnect.Sizing.dll" "$@" | tee "$root/artifacts/hundred.txt"
