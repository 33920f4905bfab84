#!/usr/bin/env bash
# A million reads at a bound of 1 s on four real servers, of which one replays late, one stands still, one is cut off, and the primary is killed, with
# Npgsql's PreferStandby and sessions in causal scopes beside them. Judges the history and prints a table; both are saved under artifacts/reads.
#   bash eng/reads.sh [reads, 1000000]
# The exit code is 0 only where every promise was kept, and fresh standbys served at least 90 % of the bounded reads of every phase.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/eng/lib.sh"

reads="${1:-1000000}"
[[ "$reads" =~ ^[1-9][0-9]{0,8}$ ]] || { say "The number of reads is '$reads'; it must be a whole number from 1 to 999999999."; exit 2; }

require_dotnet
require_postgres
build "$root/tests/HaConnect.ClusterTests/HaConnect.ClusterTests.csproj"

results="$root/artifacts/reads"
rm -rf "$results"
mkdir -p "$results"
failed=0
HACONNECT_READS="$reads" HACONNECT_READS_RESULTS="$results" \
  dotnet "$root/tests/HaConnect.ClusterTests/bin/Release/net10.0/HaConnect.ClusterTests.dll" -class '*.ReadSeriesTests' -noColor -showLiveOutput >"$results/reads.log" 2>&1 </dev/null || failed=1
if [ "$failed" -ne 0 ]; then
  say "Not every promise was kept, or it could not be run:"
  grep -E '\[FAIL\]|Failure|PROBLEM|did not come true|served|only |shows little|no stale|^ +\S+Exception' "$results/reads.log" | head -n 20 >&2 || tail -n 20 "$results/reads.log" >&2
fi

if [ -f "$results/table.md" ]; then
  # In front, so that the file says by itself where it was measured.
  machine="$(nproc) cores, $(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo 2>/dev/null || echo '?'), $("$HACONNECT_PG_BIN/postgres" --version), load at the end $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || echo '?')"
  { printf '%s\n\n' "$machine"; cat "$results/table.md"; } >"$results/table.md.new"
  mv "$results/table.md.new" "$results/table.md"
  cat "$results/table.md"
fi
[ "$failed" -eq 0 ]
