#!/usr/bin/env bash
# Random changes, one at a time, in one of two databases and in the file of a standby: a changed byte, a missing, an extra, a swapped row. After each the two sides are
# verified: just that row has to be told, and nothing else. Prints how many were found of each kind, and saves that under artifacts/verify-trials.
#   bash eng/verify-trials.sh [trials, 1000] [seed, 20260101]
# The exit code is 0 only where every change was found.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/eng/lib.sh"

trials="${1:-1000}"
seed="${2:-20260101}"
[[ "$trials" =~ ^[1-9][0-9]{0,5}$ ]] || { say "The number of trials is '$trials'; it must be a whole number from 1 to 999999."; exit 2; }
[[ "$seed" =~ ^[1-9][0-9]{0,8}$ ]] || { say "The seed is '$seed'; it must be a whole number from 1 to 999999999."; exit 2; }

require_dotnet
require_postgres
build "$root/tests/HaConnect.ClusterTests/HaConnect.ClusterTests.csproj"

results="$root/artifacts/verify-trials"
rm -rf "$results"
mkdir -p "$results"
failed=0
HACONNECT_VERIFY_TRIALS="$trials" HACONNECT_VERIFY_SEED="$seed" HACONNECT_VERIFY_RESULTS="$results" \
  dotnet "$root/tests/HaConnect.ClusterTests/bin/Release/net10.0/HaConnect.ClusterTests.dll" -class '*.Integrity.Trials.TrialTests' -noColor -showLiveOutput >"$results/trials.log" 2>&1 </dev/null || failed=1
if [ "$failed" -ne 0 ]; then
  say "Not every change was found, or it could not be run:"
  grep -E 'NOT FOUND|\[FAIL\]|Failure|did not come true|^ +\S+Exception' "$results/trials.log" | head -n 20 >&2 || tail -n 20 "$results/trials.log" >&2
fi

{
  printf '%s\n\n' "$(nproc) cores, $(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo 2>/dev/null || echo '?'), $("$HACONNECT_PG_BIN/postgres" --version), load at the end $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || echo '?')"
  [ ! -f "$results/trials.md" ] || cat "$results/trials.md"
} | tee "$results/table.md"
[ "$failed" -eq 0 ]
