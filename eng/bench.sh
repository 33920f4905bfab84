#!/usr/bin/env bash
# Does the set-up, runs the benchmarks against a real three-node cluster (about 5 minutes on two cores, the build included), and compares the
# results with benchmarks/limits.json: exits non-zero when a limit is exceeded. BenchmarkDotNet's reports, gate.md and gate.json are left in artifacts/bench.
# Arguments go to BenchmarkDotNet, e.g. --filter '*Open*'; then nothing is compared. `eng/bench.sh gate [limits.json]` only compares once more.
set -euo pipefail
cd "$(dirname "$0")/.."
results=artifacts/bench
program=benchmarks/HaConnect.Benchmarks/bin/Release/net10.0/HaConnect.Benchmarks.dll

if [ "${1:-}" = gate ]; then
  exec dotnet "$program" gate "$results" "${2:-benchmarks/limits.json}"
fi

HACONNECT_PG_BIN=$(bash eng/install-postgres.sh)
export HACONNECT_PG_BIN
dotnet build -c Release --nologo -v quiet benchmarks/HaConnect.Benchmarks
rm -rf "$results"
mkdir -p "$results"
dotnet "$program" run "$results" "$@" >"$results/run.log" 2>&1 || { tail -n 40 "$results/run.log" >&2; exit 1; }
[ $# -eq 0 ] || { sed -n '/^\/\/ \* Summary/,/^\/\/ \* Legends/p' "$results/run.log"; exit 0; }
dotnet "$program" gate "$results" benchmarks/limits.json
