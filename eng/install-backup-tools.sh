#!/usr/bin/env bash
# Gets pgBackRest and Barman, for the tests that back up and restore with them: Debian's packages, unpacked into a folder that every user may read, since
# the servers' user runs them; nothing is installed and nothing is started. It never fails: without one its test is skipped, and says why.
set -uo pipefail

folder="${HACONNECT_BACKUP_TOOLS:-/var/tmp/haconnect-backup-tools}"
program="$folder/usr/bin/pgbackrest"
barman="$folder/barman"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
chmod 755 "$work" # apt gets it as a user of its own
cd "$work" || exit 0

# Unpacks Debian's packages.
unpack() {
  command -v apt-get >/dev/null && command -v dpkg >/dev/null || return 1
  if ! apt-get download -q "$@" >&2; then
    [ "$(id -u)" -ne 0 ] || apt-get update -q >&2
    apt-get download -q "$@" >&2 || return 1
  fi
  mkdir -p "$folder" && chmod 755 "$folder" || return 1
  local package
  for package in ./*.deb; do
    dpkg -x "$package" "$folder" || return 1
  done
  rm -f ./*.deb
}

if ! "$program" version >/dev/null 2>&1 && ! command -v pgbackrest >/dev/null; then
  printf 'Getting pgBackRest …\n' >&2
  if unpack pgbackrest && ! "$program" version >/dev/null 2>&1; then
    printf 'A library that pgBackRest needs is missing here:\n' >&2
    ldd "$program" 2>/dev/null | grep 'not found' >&2 || true
    rm -f "$program"
  fi
fi

# The modules of python3-psycopg2 are of one version of Python only, and rsync needs libraries.
works() { "$barman" --version && PYTHONPATH="$folder/usr/lib/python3/dist-packages" /usr/bin/python3 -c 'import psycopg2' && LD_LIBRARY_PATH="$(libraries)" "$folder/usr/bin/rsync" --version; }
libraries() { find "$folder/usr/lib" -name libpopt.so.0 -printf '%h\n' 2>/dev/null | head -n 1; }

if ! works >/dev/null 2>&1 && ! command -v barman >/dev/null; then
  printf 'Getting Barman …\n' >&2
  if unpack barman python3-barman python3-psycopg2 python3-argcomplete python3-dateutil python3-six rsync libpopt0 libxxhash0; then
    # Its modules, and rsync, which it runs, are where they were unpacked.
    cat >"$barman" <<EOF
#!/bin/sh
export PYTHONPATH="$folder/usr/lib/python3/dist-packages" PYTHONDONTWRITEBYTECODE=1 PATH="$folder/usr/bin:\$PATH" LD_LIBRARY_PATH="$(libraries)"
exec /usr/bin/python3 "$folder/usr/bin/barman" "\$@"
EOF
    chmod 755 "$barman"
    if ! works >/dev/null; then
      printf 'Barman cannot be run here.\n' >&2
      rm -f "$barman"
    fi
  fi
fi
exit 0
