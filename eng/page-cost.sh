#!/usr/bin/env bash
# What one open topology page costs an application that coordinates three real servers: its processor time with and without an open stream, in turn. Prints a table and
# saves it as artifacts/page-cost.txt. The exit code is 0 only where the median is below 1 % of a core. Takes about 4 minutes.
#   bash eng/page-cost.sh [seconds of each measurement, 30] [pairs, 3] [reads a second, 200]
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/eng/lib.sh"

require_dotnet
require_postgres
build "$root/benchmarks/HaConnect.PageCost/HaConnect.PageCost.csproj"
mkdir -p "$root/artifacts"
dotnet "$root/benchmarks/HaConnect.PageCost/bin/Release/net10.0/HaConnect.PageCost.dll" "$@" | tee "$root/artifacts/page-cost.txt"
