#!/usr/bin/env bash
# Searches the model of the failover protocol to exhaustion, prints a table and saves it under artifacts/.
#   bash eng/model.sh [--config NAME[,NAME…] | --all] [--broken RULE[,RULE…][;…] | --singles | --pairs | --triples] [--limit STATES]
# Without arguments: the configurations that take seconds, not minutes. Rules are the names in tests/HaConnect.Model/Protocol/Rule.cs; a comma
# breaks several at once, a semicolon separates variants.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/eng/lib.sh"

export HACONNECT_MODEL="" HACONNECT_MODEL_BROKEN="None" HACONNECT_MODEL_LIMIT=500000000
while [ $# -gt 0 ]; do
  case "$1" in
    --config) HACONNECT_MODEL="${2:?--config needs a name}"; shift 2 ;;
    --all) HACONNECT_MODEL="all"; shift ;;
    --broken) HACONNECT_MODEL_BROKEN="${2:?--broken needs rules}"; shift 2 ;;
    --singles | --pairs | --triples) HACONNECT_MODEL_BROKEN="${1#--}"; shift ;;
    --limit) HACONNECT_MODEL_LIMIT="${2:?--limit needs a number}"; shift 2 ;;
    *) say "Unknown argument $1."; exit 2 ;;
  esac
done

require_dotnet
build tests/HaConnect.Model/HaConnect.Model.csproj
mkdir -p "$root/artifacts"
table="$root/artifacts/model-$(printf '%s' "${HACONNECT_MODEL:-default}-$HACONNECT_MODEL_BROKEN" | tr -c 'a-zA-Z0-9\n' '-').txt"
rm -f "$table"
export HACONNECT_MODEL_FILE="$table"
touch "$table"
tail -n +1 -f "$table" --pid=$$ &
shown=$!
ended=0
dotnet "$root/tests/HaConnect.Model/bin/Release/net10.0/HaConnect.Model.dll" -explicit only -class HaConnect.Model.TableTests >"$table.log" 2>&1 </dev/null || ended=$?
sleep 1.5
kill "$shown" 2>/dev/null || true
[ "$ended" -eq 0 ] || { say "A search failed or found a violation:"; tail -n 20 "$table.log" >&2; }
rm -f "$table.log"
exit "$ended"
