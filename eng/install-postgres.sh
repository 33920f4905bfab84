#!/usr/bin/env bash
# Prints the folder of PostgreSQL's server programs, and installs them by the system's package manager where there are none.
# The folder goes to standard output, everything else to standard error. It looks in the same places, in the same order, as HaConnect.Testing:
# HACONNECT_PG_BIN, PATH, then the newest version in the folders of Debian, Red Hat and Homebrew.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }

complete() {
  local program
  for program in postgres initdb pg_basebackup pg_rewind; do
    [ -x "$1/$program" ] || return 1
  done
}

find_programs() {
  local folder folders=()
  if [ -n "${HACONNECT_PG_BIN:-}" ]; then
    complete "$HACONNECT_PG_BIN" && { printf '%s\n' "$HACONNECT_PG_BIN"; return 0; }
    say "HACONNECT_PG_BIN names $HACONNECT_PG_BIN, which lacks postgres, initdb, pg_basebackup or pg_rewind."
    exit 1
  fi
  IFS=: read -ra folders <<<"$PATH"
  while IFS= read -r folder; do
    folders+=("$folder/bin")
  done < <(
    for pattern in '/usr/lib/postgresql/*' '/usr/pgsql-*' '/opt/homebrew/opt/postgresql@*' '/usr/local/opt/postgresql@*'; do
      # The number at the end of the name, and the name, the highest number first.
      compgen -G "$pattern" | sed -E 's/^(.*[^0-9])?([0-9]+)$/\2 &/' | sort -rn | cut -d' ' -f2-
    done || true
  )
  for folder in "${folders[@]}"; do
    if [ -n "$folder" ] && complete "$folder"; then
      printf '%s\n' "$folder"
      return 0
    fi
  done
  return 1
}

# As root runs the command; otherwise through sudo, if that asks for no password; otherwise says what to run.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@" >&2
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo -n "$@" >&2
  else
    say "PostgreSQL's server programs are missing, and installing them needs root. Run:"
    say "  sudo $command_for_people"
    exit 1
  fi
}

install_with_apt() {
  command_for_people='apt-get update && sudo apt-get install -y --no-install-recommends postgresql'
  # Debian would make and start a cluster of its own; this file tells it not to, before the package is there.
  # An existing one (the packages were installed before, in part) is the administrator's and stays as it is.
  as_root sh -c 'mkdir -p /etc/postgresql-common; f=/etc/postgresql-common/createcluster.conf; [ -e $f ] || printf "create_main_cluster = false\nstart_conf = manual\n" >$f'
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -o Dpkg::Options::=--force-confold postgresql
}

if find_programs; then
  exit 0
fi
say "No PostgreSQL server programs found; installing them."
if command -v apt-get >/dev/null; then
  install_with_apt
elif command -v dnf >/dev/null; then
  command_for_people='dnf install -y postgresql-server'
  as_root dnf install -y postgresql-server
elif command -v apk >/dev/null; then
  command_for_people='apk add postgresql'
  as_root apk add postgresql
elif command -v brew >/dev/null; then
  brew install postgresql@17 >&2
else
  say "No package manager known here (apt-get, dnf, apk, brew). Install PostgreSQL 13 or newer and set HACONNECT_PG_BIN to the folder of its programs."
  exit 1
fi
if ! find_programs; then
  say "The installation ended, but postgres, initdb, pg_basebackup and pg_rewind are still not found together."
  exit 1
fi
