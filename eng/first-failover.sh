#!/usr/bin/env bash
# Follows the first section of docs/getting-started.md as a newcomer would: takes its blocks as they stand, in an empty folder outside of the repository, and tells how long it took from
# there to a failover that no request has noticed. Making the packages is not counted.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/eng/lib.sh"

require_dotnet
require_postgres
work="$(mktemp -d)"
server=""
finish() {
  [ -z "$server" ] || { kill -INT -- "-$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
  rm -rf "$work"
}
trap finish EXIT
bash "$root/eng/pack.sh" "$work/packages" >/dev/null

# The n-th fenced block of the first section.
block() { awk -v wanted="$1" '/^## From an empty folder/ { on = 1 } /^## 1\./ { exit } on && /^```/ { if (inside) { inside = 0; next } inside = 1; n++; next } inside && n == wanted' "$root/docs/getting-started.md"; }
port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null || echo 5080)"
here() { sed -e "s#~/haconnect-packages#$work/packages#g" -e "s#localhost:5080#127.0.0.1:$port#g"; }

started=$SECONDS
cd "$work"
# Packages of the same version, made before, must not be taken instead.
export NUGET_PACKAGES="$work/nuget"
bash -euo pipefail -c "$(block 1 | here)" >"$work/setup.log" 2>&1 || { cat "$work/setup.log" >&2; exit 1; }
cd orders
block 2 >Program.cs
run="$(block 3 | here)"
set -m
$run >"$work/server.log" 2>&1 </dev/null &
server=$!
set +m
until curl -fsS -o /dev/null "http://127.0.0.1:$port/orders" 2>/dev/null; do
  kill -0 "$server" 2>/dev/null || { cat "$work/server.log" >&2; exit 1; }
  [ $((SECONDS - started)) -lt 600 ] || { cat "$work/server.log" >&2; exit 1; }
  sleep 0.5
done
curl -fsS -o /dev/null "http://127.0.0.1:$port/ha"
said="$(bash -uo pipefail -c "$(block 4 | here)")"
seconds=$((SECONDS - started))
printf '%s\n' "$said"
if grep -q failed <<<"$said" || [ "$(tail -n 1 <<<"$said")" != 200 ] || ! grep -q '^killed n' <<<"$said"; then
  say "A request failed, or an order is missing."
  tail -n 40 "$work/server.log" >&2
  exit 1
fi
printf 'OK From an empty folder to a survived failover in %d s.\n' "$seconds"
