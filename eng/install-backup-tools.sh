#!/usr/bin/env bash
# Gets pgBackRest, for the test that backs up and restores with it: Debian's package, unpacked into a folder that every user may read, since the servers'
# user runs it; nothing is installed and nothing is started. It never fails: without it the test is skipped, and says why.
set -uo pipefail

folder="${HACONNECT_BACKUP_TOOLS:-/var/tmp/haconnect-backup-tools}"
program="$folder/usr/bin/pgbackrest"
! "$program" version >/dev/null 2>&1 || exit 0
! command -v pgbackrest >/dev/null || exit 0
command -v apt-get >/dev/null && command -v dpkg >/dev/null || exit 0
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
chmod 755 "$work" # apt gets it as a user of its own
cd "$work" || exit 0
printf 'Getting pgBackRest …\n' >&2
if ! apt-get download -q pgbackrest >&2; then
  [ "$(id -u)" -ne 0 ] || apt-get update -q >&2
  apt-get download -q pgbackrest >&2 || exit 0
fi
mkdir -p "$folder" && chmod 755 "$folder" && dpkg -x pgbackrest_*.deb "$folder"
if ! "$program" version >/dev/null 2>&1; then
  printf 'A library that pgBackRest needs is missing here:\n' >&2
  ldd "$program" 2>/dev/null | grep 'not found' >&2 || true
  rm -f "$program"
fi
exit 0
