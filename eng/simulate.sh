#!/usr/bin/env bash
# Runs the failover simulation on all cores, with progress; what fails is shrunk to a minimal schedule and told.
#   bash eng/simulate.sh --schedules 100000 --seed 1      any number of runs
#   bash eng/simulate.sh --seed 42 --trace                one run of three nodes, step by step
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/eng/lib.sh"

require_dotnet
build tests/HaConnect.Simulation/HaConnect.Simulation.csproj
# A run makes much that is short-lived: a large youngest generation (64 MB) keeps the threads from waiting for its collection.
export DOTNET_GCgen0size="${DOTNET_GCgen0size:-0x4000000}"
exec dotnet "$root/tests/HaConnect.Simulation/bin/Release/net10.0/HaConnect.Simulation.dll" simulate "$@"
