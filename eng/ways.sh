#!/usr/bin/env bash
# Ordinary applications under load, by Entity Framework Core, Dapper and ADO.NET, each through failovers and switchovers in turn on a real cluster, the former primary brought back after each.
# Judges each history (nothing lost, nothing doubled, no operation failed), and prints a table, which is saved under artifacts/ways.
#   bash eng/ways.sh [rounds, 10] [EntityFrameworkCore | Dapper | AdoNet]
# The exit code is 0 only where every promise was kept.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/eng/lib.sh"

rounds="${1:-10}"
[[ "$rounds" =~ ^[1-9][0-9]*$ ]] || { say "The number of rounds is '$rounds'; it must be a whole number from 1."; exit 2; }
way="${2:-}"
[[ "$way" =~ ^(|EntityFrameworkCore|Dapper|AdoNet)$ ]] || { say "The way is '$way'; it must be EntityFrameworkCore, Dapper or AdoNet."; exit 2; }

require_dotnet
require_postgres
build "$root/tests/HaConnect.ClusterTests/HaConnect.ClusterTests.csproj"

results="$root/artifacts/ways"
rm -rf "$results"
mkdir -p "$results"
failed=0
HACONNECT_ROUNDS="$rounds" HACONNECT_WAY="$way" HACONNECT_FAULT_RESULTS="$results" \
  dotnet "$root/tests/HaConnect.ClusterTests/bin/Release/net10.0/HaConnect.ClusterTests.dll" -class '*.WaysTests' -noColor -showLiveOutput >"$results/ways.log" 2>&1 </dev/null || failed=1
if [ "$failed" -ne 0 ]; then
  say "Not every promise was kept, or it could not be run:"
  grep -E 'VIOLATION|\[FAIL\]|Failure|did not come true|^ +\S+Exception' "$results/ways.log" | head -n 20 >&2 || tail -n 20 "$results/ways.log" >&2
fi

{
  printf '%s\n' "$(nproc) cores, $(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo 2>/dev/null || echo '?'), $("$HACONNECT_PG_BIN/postgres" --version), load at the end $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || echo '?')"
  printf '%-20s  %-10s %5s  %8s %8s  %8s %10s %7s %8s\n' way change runs median worst acked violations failed unknown
  [ ! -f "$results/ways.tsv" ] || while IFS=$'\t' read -r name change runs median worst acked violations failures unknown; do
    printf '%-20s  %-10s %5s  %6s s %6s s  %8s %10s %7s %8s\n' "$name" "$change" "$runs" "$median" "$worst" "$acked" "$violations" "$failures" "$unknown"
  done <"$results/ways.tsv"
} | tee "$results/table.txt"
[ "$failed" -eq 0 ]
