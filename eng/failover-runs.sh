#!/usr/bin/env bash
# Repeats the failover demo and prints the figures of each run with their median and worst; saves them under artifacts/.
#   bash eng/failover-runs.sh [--runs 10] [arguments of eng/demo.sh, for instance --fault freeze]
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/eng/lib.sh"

runs=10
if [[ "${1:-}" == "--runs" ]]; then
  runs="${2:?--runs needs a number}"
  shift 2
fi
[[ "$runs" =~ ^[1-9][0-9]*$ ]] || { say "--runs is '$runs'; it must be a whole number from 1."; exit 2; }

mkdir -p "$root/artifacts"
table="$root/artifacts/failover-runs$(printf '%s' "$*" | tr -c 'a-zA-Z0-9' '-').txt"
figure() { sed -n "s/.*\"$1\":[[:space:]]*\"\{0,1\}\([0-9.]*\)\"\{0,1\}.*/\1/p" <<<"$json" | head -1; }
middle() { sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

firsts=() gaps=() failures=0
{
  printf '%s\n' "$(nproc) cores, $(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo 2>/dev/null || echo '?'), $("$("$root/eng/install-postgres.sh" 2>/dev/null)/postgres" --version), arguments: ${*:-none}"
  printf '%4s %14s %14s %8s %6s %8s %12s\n' run "fault to write" "longest gap" acked lost failed "max stale"
} | tee "$table"
for ((run = 1; run <= runs; run++)); do
  if json="$(bash "$root/eng/demo.sh" --json "$@" 2>/dev/null </dev/null | tr -d '\n')"; then verdict=""; else verdict="  exit code not 0"; failures=$((failures + 1)); fi
  firsts+=("$(figure killToFirstWriteSeconds)") gaps+=("$(figure longestWriteGapSeconds)")
  printf '%4s %12s s %12s s %8s %6s %8s %10s s%s\n' "$run" "$(figure killToFirstWriteSeconds)" "$(figure longestWriteGapSeconds)" \
    "$(figure ackedWrites)" "$(figure lostWrites)" "$(figure failedOperations)" "$(figure maxReadStalenessSeconds)" "$verdict" | tee -a "$table"
done
printf 'fault to write: median %s s, worst %s s; longest gap: median %s s; %s of %s runs ended with exit code 0\n' \
  "$(printf '%s\n' "${firsts[@]}" | middle)" "$(printf '%s\n' "${firsts[@]}" | sort -g | tail -1)" "$(printf '%s\n' "${gaps[@]}" | middle)" "$((runs - failures))" "$runs" | tee -a "$table"
[[ "$failures" == 0 ]]
