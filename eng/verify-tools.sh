#!/usr/bin/env bash
# Two servers that pglogical, Slony and Bucardo keep in step, and two with PostGIS: haconnect verify under load finds nothing where all is equal, and each row that was changed, removed or added behind
# the tool's back. Prints what was tried, and saves that under artifacts/verify-tools.
#   bash eng/verify-tools.sh
# The exit code is 0 only where all of them were tried and everything was found.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/eng/lib.sh"

require_dotnet
require_postgres
bash "$root/eng/install-replication-tools.sh"
build "$root/tests/HaConnect.ClusterTests/HaConnect.ClusterTests.csproj"

results="$root/artifacts/verify-tools"
rm -rf "$results"
mkdir -p "$results"
failed=0
{
  printf '%s\n\n' "$(nproc) cores, $(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo 2>/dev/null || echo '?')"
  printf '| Tool | Outcome | Took |\n|---|---|--:|\n'
} >"$results/table.md"
for tool in Pglogical Slony Bucardo PostGis; do
  begun=$SECONDS
  outcome="no false alarm, all found"
  if ! HACONNECT_VERIFY_TOOLS=all dotnet "$root/tests/HaConnect.ClusterTests/bin/Release/net10.0/HaConnect.ClusterTests.dll" -class "*.OtherTools.${tool}Tests" -noColor -showLiveOutput >"$results/$tool.log" 2>&1 </dev/null; then
    outcome="FAILED"
    failed=1
  elif grep -qE '\[SKIP\]' "$results/$tool.log"; then
    outcome="not on this machine"
    failed=1
  fi
  printf '| %s | %s | %d s |\n' "$tool" "$outcome" $((SECONDS - begun)) >>"$results/table.md"
done
cat "$results/table.md"
[ "$failed" -eq 0 ]
