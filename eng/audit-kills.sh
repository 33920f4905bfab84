#!/usr/bin/env bash
# Kills a process that writes audit records at a random instant, 200 times on one folder: every record whose Write had returned must be there, and
# the chain whole.   bash eng/audit-kills.sh [TRIALS [SEED]]
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/eng/lib.sh"

require_dotnet
build tests/HaConnect.TestApplication/HaConnect.TestApplication.csproj
exec dotnet "$root/tests/HaConnect.TestApplication/bin/Release/net10.0/HaConnect.TestApplication.dll" audit-kills "${1:-200}" "${2:-$RANDOM}"
