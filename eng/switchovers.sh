#!/usr/bin/env bash
# Repeats planned switchovers on real servers under load, in each replication mode and under conditions that delay or forbid them, and has the
# target and the primary killed and frozen at each step, and the primary killed at each step of a change of who acks; judges the histories, prints tables, and saves all of it under artifacts/switchovers.
#   bash eng/switchovers.sh [--runs 10] [--mode asynchronous|'ANY 1'|'ANY 2'] [--condition NAME] [--only series|victims|membership]
# The conditions and steps are in tests/HaConnect.ClusterTests/Faults/{SwitchoverSeries,SwitchoverVictim,MembershipVictim}Tests.cs. All of it takes about two hours. The exit
# code is 0 only where every promise was kept in every run.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/eng/lib.sh"

runs=10 only="" modes=(asynchronous "ANY 1" "ANY 2")
conditions=(plain "transactions end" "transactions stay" "transactions ended" "target late" "target too late" "replay paused")
while [ $# -gt 0 ]; do
  case "$1" in
    --runs) runs="${2:?--runs needs a number}"; shift 2 ;;
    --mode) modes=("${2:?--mode needs a name}"); shift 2 ;;
    --condition) conditions=("${2:?--condition needs a name}"); shift 2 ;;
    --only) only="${2:?--only needs series, victims or membership}"; shift 2 ;;
    *) say "Unknown argument '$1'; there are --runs, --mode, --condition and --only."; exit 2 ;;
  esac
done
[[ "$runs" =~ ^[1-9][0-9]*$ ]] || { say "--runs is '$runs'; it must be a whole number from 1."; exit 2; }
[[ "$only" =~ ^(|series|victims|membership)$ ]] || { say "--only is '$only'; it must be series, victims or membership."; exit 2; }

require_dotnet
require_postgres
build "$root/tests/HaConnect.ClusterTests/HaConnect.ClusterTests.csproj"

results="$root/artifacts/switchovers"
rm -rf "$results"
mkdir -p "$results"
export HACONNECT_FAULT_RESULTS="$results" HACONNECT_FAULT_RUNS="$runs" HACONNECT_FAULT_LONG=1
failed=0

# run LABEL TEST-CLASS FILE LINES-START-WITH
run() {
  local log="$results/${1//[ :,]/-}.log"
  say "$1 …"
  if ! dotnet "$root/tests/HaConnect.ClusterTests/bin/Release/net10.0/HaConnect.ClusterTests.dll" -class "*.$2" -noColor -showLiveOutput >"$log" 2>&1 </dev/null || ! grep -qs "^$4" "$results/$3"; then
    failed=1
    say "$1: not every promise was kept, or it could not be run:"
    grep -E 'VIOLATION|\[FAIL\]|Failure|BROKEN|did not come true|^ +\S+Exception' "$log" | head -n 20 >&2 || tail -n 20 "$log" >&2
  fi
}

if [ -z "$only" ] || [ "$only" = series ]; then
  for mode in "${modes[@]}"; do
    for condition in "${conditions[@]}"; do
      HACONNECT_SWITCHOVER_MODE="$mode" HACONNECT_SWITCHOVER_CONDITION="$condition" HACONNECT_FAULT="${mode// /-}-${condition// /-}" \
        run "$mode, $condition, $runs runs" SwitchoverSeriesTests switchovers.tsv "$mode	$condition	"
    done
  done
fi
if [ -z "$only" ] || [ "$only" = membership ]; then
  run "names that change, the primary killed at each step" MembershipVictimTests membership.tsv "join	judged	"
fi
if [ -z "$only" ] || [ "$only" = victims ]; then
  for mode in "${modes[@]}"; do
    [ "$mode" != "ANY 2" ] || continue # four nodes add nothing to what is tried here
    for fault in "kill target" "freeze target" "kill primary" "freeze primary"; do
      HACONNECT_SWITCHOVER_MODE="$mode" HACONNECT_FAULT="$fault" run "$mode, $fault at each step" SwitchoverVictimTests victims.tsv "$mode	$fault, judged	"
    done
  done
fi

# rows FILE FORMAT HEADINGS…
rows() {
  local file="$results/$1" format="$2"
  shift 2
  [ -f "$file" ] || return 0
  # shellcheck disable=SC2059
  printf "$format" "$@"
  while IFS=$'\t' read -r -a fields; do
    # shellcheck disable=SC2059
    printf "$format" "${fields[@]}"
  done <"$file"
  printf '\n'
}
{
  printf '%s\n\n' "$(nproc) cores, $(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo 2>/dev/null || echo '?'), $("$HACONNECT_PG_BIN/postgres" --version), load at the end $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || echo '?'); seconds"
  rows switchovers.tsv '%-13s %-19s %4s %8s %8s %12s %9s %7s %7s %8s %5s %6s\n' mode condition runs "gap med." worst "after trans." finished acked failed unknown lost other
  rows phases.tsv '%-13s %-19s %-18s %4s %8s %8s\n' mode condition phase runs median worst
  rows membership.tsv '%-6s %-38s %-22s %-14s %s\n' change strike successor "first ack" names
  rows victims.tsv '%-13s %-34s %-14s %-12s %-18s %s\n' mode strike "came to" "first ack" "" outcome
} | tee "$results/table.txt"
[ "$failed" -eq 0 ]
