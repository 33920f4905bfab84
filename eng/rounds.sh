#!/usr/bin/env bash
# On one real cluster under load, round after round: the primary is killed, another node takes over, and the killed one is brought back by
# HaConnect.Operations. Judges the history, compares every row of every table on all nodes, looks for what was left behind, and prints a table,
# which is saved under artifacts/rounds.
#   bash eng/rounds.sh [rounds, 10]
# The exit code is 0 only where every promise was kept.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/eng/lib.sh"

rounds="${1:-10}"
[[ "$rounds" =~ ^[1-9][0-9]*$ ]] || { say "The number of rounds is '$rounds'; it must be a whole number from 1."; exit 2; }

require_dotnet
require_postgres
build "$root/tests/HaConnect.ClusterTests/HaConnect.ClusterTests.csproj"

results="$root/artifacts/rounds"
rm -rf "$results"
mkdir -p "$results"
failed=0
HACONNECT_ROUNDS="$rounds" HACONNECT_FAULT_RESULTS="$results" \
  dotnet "$root/tests/HaConnect.ClusterTests/bin/Release/net10.0/HaConnect.ClusterTests.dll" -class '*.RejoinRoundsTests' -noColor -showLiveOutput >"$results/rounds.log" 2>&1 </dev/null || failed=1
if [ "$failed" -ne 0 ]; then
  say "Not every promise was kept, or it could not be run:"
  grep -E 'VIOLATION|\[FAIL\]|Failure|did not come true|has other rows|^ +\S+Exception' "$results/rounds.log" | head -n 20 >&2 || tail -n 20 "$results/rounds.log" >&2
fi

{
  printf '%s\n' "$(nproc) cores, $(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo 2>/dev/null || echo '?'), $("$HACONNECT_PG_BIN/postgres" --version), load at the end $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || echo '?')"
  printf '%5s  %-10s %-7s %-8s %8s  %-10s %8s  %s\n' round fault former promoted gap method seconds why
  number=0
  [ ! -f "$results/rounds.tsv" ] || while IFS=$'\t' read -r fault former promoted gap method seconds why; do
    if [ "$fault" = total ]; then
      printf '%s acked writes, %s violations, %s failed operations, %s unknown\n' "$former" "$promoted" "$gap" "$method"
      continue
    fi
    label=""
    [ "$fault" != kill ] || { number=$((number + 1)); label="$number"; }
    printf '%5s  %-10s %-7s %-8s %8s  %-10s %8s  %s\n' "$label" "$fault" "$former" "$promoted" "$gap" "$method" "$seconds" "$why"
  done <"$results/rounds.tsv"
  grep -ohE 'all nodes at [^ ]+, with the same .*' "$results/rounds.log" | head -n 1 || true
} | tee "$results/table.txt"
[ "$failed" -eq 0 ]
