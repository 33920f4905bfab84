#!/usr/bin/env bash
# Gets Nagios Core, for the test that runs the tool's checks in it: Debian's package, unpacked into a folder of the user's, so that nothing is installed
# and nothing is started. It never fails: without it the test is skipped, and says why.
set -uo pipefail

folder="${XDG_CACHE_HOME:-$HOME/.cache}/haconnect/nagios"
[ ! -x "$folder/usr/sbin/nagios4" ] || exit 0
! command -v nagios4 >/dev/null || exit 0
command -v apt-get >/dev/null && command -v dpkg >/dev/null || exit 0
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
chmod 755 "$work" # apt gets it as a user of its own
cd "$work" || exit 0
printf 'Getting Nagios Core …\n' >&2
if ! apt-get download -q nagios4-core >&2; then
  [ "$(id -u)" -ne 0 ] || apt-get update -q >&2
  apt-get download -q nagios4-core >&2 || exit 0
fi
mkdir -p "$folder" && dpkg -x nagios4-core_*.deb "$folder"
exit 0
