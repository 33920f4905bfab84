#!/usr/bin/env bash
# Shows a failover on real servers: sets up what is missing, builds, runs samples/FailoverDemo. All arguments go to it; --help lists them.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/eng/lib.sh"

require_dotnet
require_postgres
# Everything but the demo goes to standard error: with --json, standard output is one JSON object.
build "$root/samples/FailoverDemo/FailoverDemo.csproj"
# exec: Ctrl-C and SIGTERM reach the demo itself, which then stops its servers.
exec dotnet "$root/samples/FailoverDemo/bin/Release/net10.0/FailoverDemo.dll" "$@"
