#!/usr/bin/env bash
# Gets an SSH server, for the test whose drill reaches its servers over ssh: Debian's package, unpacked into a folder that every user may read, since the
# servers' user runs it; nothing is installed and nothing is started. It never fails: without it the test is skipped, and says why.
set -uo pipefail

folder="${HACONNECT_SSH_SERVER:-/var/tmp/haconnect-ssh-server}"
program="$folder/sshd"
works() { [ -x "$program" ] && "$program" -V 2>&1 | grep -q OpenSSH; }
! works || exit 0
! PATH="$PATH:/usr/sbin:/sbin" command -v sshd >/dev/null || exit 0
command -v apt-get >/dev/null && command -v dpkg >/dev/null || exit 0
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
chmod 755 "$work" # apt gets it as a user of its own
cd "$work" || exit 0
printf 'Getting an SSH server …\n' >&2
if ! apt-get download -q openssh-server libwrap0 >&2; then
  [ "$(id -u)" -ne 0 ] || apt-get update -q >&2
  apt-get download -q openssh-server libwrap0 >&2 || exit 0
fi
mkdir -p "$folder" && chmod 755 "$folder" || exit 0
for package in ./*.deb; do
  dpkg -x "$package" "$folder" || exit 0
done
# A library of its own is where it was unpacked; sshd wants to be called by its full path.
cat >"$program" <<EOF
#!/bin/sh
export LD_LIBRARY_PATH="$(dirname "$(find "$folder" -name libwrap.so.0 | head -n 1)")"
exec "$folder/usr/sbin/sshd" "\$@"
EOF
chmod 755 "$program"
if ! works; then
  printf 'A library that sshd needs is missing here:\n' >&2
  ldd "$folder/usr/sbin/sshd" 2>/dev/null | grep 'not found' >&2 || true
  rm -f "$program"
fi
exit 0
