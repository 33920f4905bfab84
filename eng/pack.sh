#!/usr/bin/env bash
# Makes the packages, into a folder that NuGet takes as a source: bash eng/pack.sh [folder, artifacts/packages]
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/eng/lib.sh"

feed="${1:-$root/artifacts/packages}"
require_dotnet
mkdir -p "$feed"
for project in "$root"/src/*/*.csproj; do
  (cd "$root" && dotnet pack "$project" -c Release -o "$feed" --nologo -v quiet) </dev/null >&2
done
printf '%s\n' "$feed"/*.nupkg
