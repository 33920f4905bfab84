#!/usr/bin/env bash
# Gets pglogical, Slony, Bucardo and PostGIS with a PostgreSQL 15 of their own, for the tests that verify behind them: Debian's packages, unpacked into a folder that every user may read,
# since the servers' user runs it; nothing is installed and nothing is started. PostgreSQL finds its files beside its programs, wherever they are. It never fails: without the tools the
# tests are skipped, and say why.
set -uo pipefail

folder="${HACONNECT_REPLICATION_TOOLS:-/var/tmp/haconnect-replication-tools}"
[ ! -e "$folder/complete" ] || exit 0
command -v apt-get >/dev/null && command -v dpkg >/dev/null || exit 0
# With all that they need; PostGIS only with what its geometry and geography need.
whole=(postgresql-15 postgresql-client-15 libpq5 postgresql-15-pglogical postgresql-15-slony1-2 slony1-2-bin bucardo postgresql-plperl-15 libgeos-c1v5 libproj25 libprotobuf-c1 libjson-c5 libxml2)
bare=(postgresql-15-postgis-3 postgresql-15-postgis-3-scripts)
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
chmod 755 "$work" # apt gets it as a user of its own
cd "$work" || exit 0
# What is not on this machine, in whatever version.
needed() { LC_ALL=C apt-get install -s --no-install-recommends "${whole[@]}" 2>/dev/null | awk '$1 == "Inst" && $3 !~ /^\[/ { print $2 }'; }
get() { apt-get download -q "${bare[@]}" $(printf '%s\n' "${whole[@]}" "$(needed)" | sort -u) >&2; }
printf 'Getting pglogical, Slony, Bucardo and PostGIS …\n' >&2
if ! get; then
  [ "$(id -u)" -ne 0 ] || apt-get update -q >&2
  get || exit 0
fi
mkdir -p "$folder" && chmod 755 "$folder" || exit 0
for package in *.deb; do
  dpkg -x "$package" "$folder" || exit 0
done
cp "$folder"/usr/share/postgresql/15/extension/postgis{-3,}.control # what Debian does when it installs it
chmod -R a+rX "$folder"
for program in postgres initdb pg_basebackup pg_rewind; do # which are run with the machine's libraries
  "$folder/usr/lib/postgresql/15/bin/$program" --version >&2 || exit 0
done
touch "$folder/complete"
exit 0
