#!/usr/bin/env bash
# A primary and its standby with a table of many rows, and a workload that changes it without a pause. In alternation the workload runs by itself and while the two are verified. Prints rows, duration, rows per
# second and the median latency of the workload before and meanwhile, and saves that under artifacts/verify-rows.
#   bash eng/verify-rows.sh [rows, 10000000]
# The exit code is 0 only where nothing was reported as different, ten million rows would take at most 2 minutes, and the median latency was at most 1.5 times as high.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/eng/lib.sh"

rows="${1:-10000000}"
[[ "$rows" =~ ^[1-9][0-9]{4,8}$ ]] || { say "The number of rows is '$rows'; it must be a whole number from 10000 to 999999999."; exit 2; }

require_dotnet
require_postgres
build "$root/tests/HaConnect.ClusterTests/HaConnect.ClusterTests.csproj"

results="$root/artifacts/verify-rows"
rm -rf "$results"
mkdir -p "$results"
failed=0
HACONNECT_VERIFY_ROWS="$rows" HACONNECT_VERIFY_RESULTS="$results" \
  dotnet "$root/tests/HaConnect.ClusterTests/bin/Release/net10.0/HaConnect.ClusterTests.dll" -class '*.Integrity.RowsTests' -noColor -showLiveOutput >"$results/rows.log" 2>&1 </dev/null || failed=1
if [ "$failed" -ne 0 ]; then
  say "A figure is not as it has to be, or it could not be run:"
  grep -E '\[FAIL\]|Failure|did not come true|the median latency was|rows took|^ +\S+Exception' "$results/rows.log" | head -n 20 >&2 || tail -n 20 "$results/rows.log" >&2
fi

{
  printf '%s\n\n' "$(nproc) cores, $(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo 2>/dev/null || echo '?'), $("$HACONNECT_PG_BIN/postgres" --version), load at the end $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || echo '?')"
  [ ! -f "$results/rows.md" ] || cat "$results/rows.md"
} | tee "$results/table.md"
[ "$failed" -eq 0 ]
