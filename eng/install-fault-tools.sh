#!/usr/bin/env bash
# Installs what some tests of faults need, where that can be done without a question: ip, nsenter and iptables for network namespaces, libfaketime
# for clocks that are set. It never fails: where something is missing those tests are skipped, and say why.
set -uo pipefail

missing=()
for tool in ip:iproute2 nsenter:util-linux iptables:iptables; do
  PATH="$PATH:/usr/sbin:/sbin" command -v "${tool%%:*}" >/dev/null || missing+=("${tool##*:}")
done
compgen -G '/usr/lib*/*/faketime/libfaketime.so.1' >/dev/null || compgen -G '/usr/lib*/faketime/libfaketime.so.1' >/dev/null || missing+=(libfaketime)
[ "${#missing[@]}" -gt 0 ] || exit 0
if [ "$(uname -s)" != Linux ] || [ "$(id -u)" -ne 0 ]; then
  exit 0 # not root: the tests would be skipped all the same
fi
printf 'Installing %s …\n' "${missing[*]}" >&2
! command -v apt-get >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get update -q >&2
# One by one: where one is not to be had the others still come.
for package in "${missing[@]}"; do
  if command -v apt-get >/dev/null; then
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$package" >&2
  elif command -v dnf >/dev/null; then
    dnf install -y "$package" >&2
  elif command -v apk >/dev/null; then
    apk add "$package" >&2
  else
    false
  fi || printf '%s could not be installed; tests that need it are skipped.\n' "$package" >&2
done
exit 0
