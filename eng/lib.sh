# What the scripts of this folder share. Sourced by bash, with $root set to the repository.

export DOTNET_NOLOGO=true DOTNET_CLI_TELEMETRY_OPTOUT=true DOTNET_CLI_UI_LANGUAGE=en
# A build server or a node that outlives the script would hold on to its output, and a CI that waits for that would hang.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false

say() { printf '%s\n' "$*" >&2; }

require_dotnet() {
  if ! command -v dotnet >/dev/null; then
    say "The .NET 10 SDK is missing: https://dotnet.microsoft.com/download/dotnet/10.0"
    exit 1
  fi
  # In the repository, global.json says which SDK it takes.
  if ! (cd "$root" && dotnet --version >/dev/null 2>&1); then
    say "This needs the .NET 10 SDK; installed are:"
    (cd / && dotnet --list-sdks) >&2 || true
    exit 1
  fi
}

# Exports the folder, so that what follows takes the same servers.
require_postgres() {
  HACONNECT_PG_BIN="$("$root/eng/install-postgres.sh")"
  export HACONNECT_PG_BIN
}

# build PROJECT-OR-SOLUTION: in Release; output only where it fails.
build() {
  local log ended=0
  log="$(mktemp)"
  say "Building $(basename "$1") …"
  (cd "$root" && dotnet build "$1" -c Release --nologo -v quiet) >"$log" 2>&1 </dev/null || ended=$?
  if [ "$ended" -ne 0 ]; then
    cat "$log" >&2
  fi
  rm -f "$log"
  return "$ended"
}
