#!/usr/bin/env bash
# Repeats faults on real servers under load, judges the histories, and prints a table; all of it is saved under artifacts/faults.
#   bash eng/faults.sh [--fault kill|stop|freeze|cut|cut-with-coordinator|kill-with-coordinator] [--runs 20] [--all]
# --all runs the rest of the catalogue (tests/HaConnect.ClusterTests/Faults) too, at full length where the test command has it short.
# Faults that cross the network need root, for network namespaces. The exit code is 0 only where every promise was kept in every run.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/eng/lib.sh"

faults=(kill freeze cut cut-with-coordinator kill-with-coordinator) runs=20 all=""
while [ $# -gt 0 ]; do
  case "$1" in
    --fault) faults=("${2:?--fault needs a name}"); shift 2 ;;
    --runs) runs="${2:?--runs needs a number}"; shift 2 ;;
    --all) all=1; shift ;;
    *) say "Unknown argument '$1'; there are --fault, --runs and --all."; exit 2 ;;
  esac
done
[[ "$runs" =~ ^[1-9][0-9]*$ ]] || { say "--runs is '$runs'; it must be a whole number from 1."; exit 2; }

require_dotnet
require_postgres
bash "$root/eng/install-fault-tools.sh"
build "$root/tests/HaConnect.ClusterTests/HaConnect.ClusterTests.csproj"

results="$root/artifacts/faults"
rm -rf "$results"
mkdir -p "$results"
failed=0
for fault in "${faults[@]}"; do
  say "$fault, $runs runs …"
  if ! HACONNECT_FAULT="$fault" HACONNECT_FAULT_RUNS="$runs" HACONNECT_FAULT_RESULTS="$results" \
    dotnet "$root/tests/HaConnect.ClusterTests/bin/Release/net10.0/HaConnect.ClusterTests.dll" -class '*.FaultSeriesTests' -noColor >"$results/$fault.log" 2>&1 </dev/null \
    || ! grep -qs "^$fault	" "$results/table.tsv"; then
    failed=1
    say "$fault: not every promise was kept, or it could not be run:"
    grep -E 'VIOLATION|\[FAIL\]|Failure|network namespaces|not installed|did not come true|^ +\S+Exception' "$results/$fault.log" | head -n 20 >&2 || tail -n 20 "$results/$fault.log" >&2
  fi
done
if [ -n "$all" ]; then
  say "The rest of the catalogue …"
  HACONNECT_FAULT_LONG=1 dotnet "$root/tests/HaConnect.ClusterTests/bin/Release/net10.0/HaConnect.ClusterTests.dll" -namespace HaConnect.ClusterTests.Faults \
    -class- '*.FaultSeriesTests' -noColor -parallelMode none -reporter verbose >"$results/catalogue.log" 2>&1 </dev/null || failed=1
  grep -E '\[FAIL\]|\[SKIP\]|\[FINISHED\]|Total:' "$results/catalogue.log" >&2 || true
fi

table="$results/table.txt"
{
  printf '%s\n' "$(nproc) cores, $(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo 2>/dev/null || echo '?'), $("$HACONNECT_PG_BIN/postgres" --version), load at the end $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || echo '?')"
  printf '%-22s %4s %14s %10s %8s %5s %7s %8s %10s %12s %6s\n' fault runs "to write, med." worst acked lost failed unknown promotions "split brains" other
  [ ! -f "$results/table.tsv" ] || while IFS=$'\t' read -r fault runs median worst acked lost failedOperations unknown promotions split other; do
    printf '%-22s %4s %14s %10s %8s %5s %7s %8s %10s %12s %6s\n' "$fault" "$runs" "$median" "$worst" "$acked" "$lost" "$failedOperations" "$unknown" "$promotions" "$split" "$other"
  done <"$results/table.tsv"
} | tee "$table"
[ "$failed" -eq 0 ]
