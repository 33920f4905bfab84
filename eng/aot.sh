#!/usr/bin/env bash
# Publishes the tool as one native program, and measures how long it takes to start: bash eng/aot.sh [folder, artifacts/haconnect]
# Needs a C compiler for the link (Debian: apt-get install clang zlib1g-dev, or gcc).
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/eng/lib.sh"

folder="${1:-$root/artifacts/haconnect}"
require_dotnet
compiler=clang
command -v clang >/dev/null || compiler=gcc
(cd "$root" && dotnet publish src/HaConnect.Cli -c Release -r linux-x64 -p:PublishAot=true -p:PackAsTool=false "-p:CppCompilerAndLinker=$compiler" -o "$folder" --nologo -v quiet) </dev/null >&2
mv "$folder/HaConnect.Cli" "$folder/haconnect"
"$folder/haconnect" --version >/dev/null # so that it is in memory
for arguments in "--version" "status --connection Host=127.0.0.1:1;Username=x --timeout 0.5"; do
  for run in 1 2 3 4 5; do
    begun="$(date +%s%N)"
    "$folder/haconnect" $arguments >/dev/null 2>&1 || true
    echo "$(((($(date +%s%N) - begun)) / 1000000))"
  done | sort -n | sed -n 3p | sed "s|^|haconnect ${arguments%% --connection*}: median of 5 runs, ms: |"
done
ls -l "$folder/haconnect" | awk '{printf "size: %.1f MB\n", $5 / 1e6}'
