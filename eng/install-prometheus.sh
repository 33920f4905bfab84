#!/usr/bin/env bash
# Gets Prometheus with promtool, and its exporter of a host's figures, for the tests of monitoring/ and for eng/monitoring.sh: Debian's packages, unpacked into a folder of the
# user's, so that nothing is installed and nothing is started. It never fails: without them the tests are skipped, and say why.
set -uo pipefail

folder="${XDG_CACHE_HOME:-$HOME/.cache}/haconnect/prometheus"
has() { [ -x "$folder/usr/bin/$1" ] || command -v "$1" >/dev/null; }
! has prometheus || ! has promtool || ! has prometheus-node-exporter || exit 0
command -v apt-get >/dev/null && command -v dpkg >/dev/null || exit 0
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
chmod 755 "$work" # apt gets it as a user of its own
cd "$work" || exit 0
printf 'Getting Prometheus …\n' >&2
if ! apt-get download -q prometheus prometheus-node-exporter >&2; then
  [ "$(id -u)" -ne 0 ] || apt-get update -q >&2
  apt-get download -q prometheus prometheus-node-exporter >&2 || exit 0
fi
mkdir -p "$folder"
for package in prometheus_*.deb prometheus-node-exporter_*.deb; do
  dpkg -x "$package" "$folder"
done
exit 0
