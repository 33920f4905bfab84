#!/usr/bin/env bash
# Sets up what is missing, builds everything with all analyzers, checks the format, and runs every test.
# The last line is "N passed, N failed", with ", N skipped" where some were; the exit code is 0 only where nothing failed.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/eng/lib.sh"
cd "$root"

failed=0
log="$(mktemp)"
trap 'rm -f "$log"' EXIT

require_dotnet
require_postgres
bash "$root/eng/install-fault-tools.sh"
bash "$root/eng/install-browser.sh"
bash "$root/eng/install-nagios.sh"
bash "$root/eng/install-backup-tools.sh"
bash "$root/eng/install-ssh-server.sh"
bash "$root/eng/install-prometheus.sh"
bash "$root/eng/install-replication-tools.sh"
if ! build HaConnect.sln; then
  echo "0 passed, 1 failed"
  exit 1
fi
say "Checking the format …"
# The analyzers have looked at the style in the build; the rest is white space.
if ! dotnet format whitespace HaConnect.sln --no-restore --verify-no-changes </dev/null >&2; then
  say "The format differs from .editorconfig; 'dotnet format whitespace' puts it right."
  failed=1
fi

say "Running the tests …"
# One project at a time: they start servers, and their deadlines are those of a machine that does nothing else.
ended=0
dotnet test --solution HaConnect.sln -c Release --no-build --max-parallel-test-modules 1 </dev/null 2>&1 | tee "$log" || ended=$?

# The totals over all projects, which end the output.
total_of() { sed -nE "s/^ +$1: ([0-9]+)\$/\1/p" "$log" | tail -n 1; }
passed="$(total_of succeeded)"
skipped="$(total_of skipped)"
# An error is a project that ran no test or did not come to its end.
errors="$(total_of error)"
failures="$(total_of failed)"
failed=$((failed + ${failures:-0} + ${errors:-0}))
if [ "$ended" -ne 0 ] && [ "$failed" -eq 0 ]; then
  failed=1
fi

# Each failure again, at the end, where it is looked for: its message and its stack, without what its servers said.
awk '/^failed /{shown=1} /^(  (Standard|Error) output|[^ f])/{shown=0} shown' "$log"

line="${passed:-0} passed, $failed failed"
if [ "${skipped:-0}" -gt 0 ]; then
  line+=", $skipped skipped"
fi
echo "$line"
[ "$failed" -eq 0 ] && [ "${passed:-0}" -gt 0 ]
