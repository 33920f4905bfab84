#!/usr/bin/env bash
# A drill from a fresh clone: sets up what is missing, builds the tool, runs `haconnect drill --local` on a throw-away cluster. All arguments go to it; `haconnect drill --help` lists them.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/eng/lib.sh"

require_dotnet
require_postgres
# Everything but the drill goes to standard error: with --output json, standard output is one JSON object.
build "$root/src/HaConnect.Cli/HaConnect.Cli.csproj"
# exec: Ctrl-C and SIGTERM reach the drill itself, which then ends its servers.
exec dotnet "$root/src/HaConnect.Cli/bin/Release/net10.0/HaConnect.Cli.dll" drill --local "$@"
