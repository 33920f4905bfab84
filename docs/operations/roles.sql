-- The roles that HaConnect uses, each with the least privileges it needs.
--
-- Run it once as a superuser at the primary, connected to the control database (Failover.ControlDatabase, "postgres" by default);
-- replication brings the roles and grants to the standbys. A witness is a server of its own and holds no data: of all this it needs the
-- first two statements of section 3, no more.
--
--   psql -h db1 -U postgres -d postgres \
--     -v app=app              -v app_password=...       -v app_database=app \
--     -v observer=haobserver  -v observer_password=... \
--     -v control=hacontrol    -v control_password=... \
--     -f roles.sql
--
-- A password in a command line can be seen by others on that machine: \set the variables in a file of your own, or leave the
-- passwords out here and set them with psql's \password.
--
-- For PostgreSQL 15 and later. Before 15, ALTER SYSTEM is for superusers only: see the variant at the end.

-- 1. The application: ConnectionString's Username and Password. It owns or is granted its own tables, as ever; for HaConnect it needs
--    nothing but CONNECT; for CommitGuarantee.Resolved a table besides, see commit-token.sql. Skip this where the role exists.
CREATE ROLE :"app" LOGIN PASSWORD :'app_password';
GRANT CONNECT ON DATABASE :"app_database" TO :"app";

-- 2. The observer: Failover.ControlUsername where Failover.Mode is Observe. Without it the application's own role is used for probing
--    and cannot see the state of replication: whether a standby hears the primary, and which standbys are synchronous.
CREATE ROLE :"observer" LOGIN PASSWORD :'observer_password';
GRANT CONNECT ON DATABASE :"DBNAME" TO :"observer";
GRANT pg_monitor TO :"observer";

-- The observer may also read the coordinators' records in postgresql.auto.conf, which shows a failover while it is under way. That view
-- shows primary_conninfo too, with a password where one is kept in it: leave these two out where that matters.
GRANT SELECT ON pg_catalog.pg_file_settings TO :"observer";
GRANT EXECUTE ON FUNCTION pg_catalog.pg_show_all_file_settings() TO :"observer";

-- 3. The control user: Failover.ControlUsername where Failover.Mode is Coordinate. It probes, votes, promotes and repoints.
--    Whoever may set primary_conninfo decides which server a standby copies: give this password to no one else.
CREATE ROLE :"control" LOGIN PASSWORD :'control_password';
GRANT CONNECT, CREATE ON DATABASE :"DBNAME" TO :"control"; -- CREATE: it makes the schema haconnect there
GRANT pg_monitor, pg_signal_backend TO :"control"; -- the latter: an old primary's clients are disconnected
GRANT SELECT ON pg_catalog.pg_file_settings TO :"control";
GRANT EXECUTE ON FUNCTION
    pg_catalog.pg_promote(boolean, integer),
    pg_catalog.pg_reload_conf(),
    pg_catalog.pg_switch_wal(), -- can be left out: switchovers pause writes for longer then
    pg_catalog.pg_wal_replay_resume(),
    pg_catalog.pg_show_all_file_settings()
  TO :"control";
GRANT ALTER SYSTEM ON PARAMETER
    primary_conninfo,
    synchronous_standby_names,
    recovery_min_apply_delay,
    default_transaction_read_only,
    haconnect.term
  TO :"control";

--    Where the diagnosis is to judge pg_hba.conf too (docs/operations/doctor.md), which may hold a password of LDAP:
--      GRANT SELECT ON pg_catalog.pg_hba_file_rules TO :"control";
--      GRANT EXECUTE ON FUNCTION pg_catalog.pg_hba_file_rules() TO :"control";

--    Where Failover.Replication.KeepSlots is set it also makes replication slots, which takes an attribute with which one may copy the
--    whole cluster:
--      ALTER ROLE :"control" REPLICATION;

-- 4. Standbys connect with the role they connect with today (Failover.Replication.Username); it needs LOGIN and REPLICATION only:
--    CREATE ROLE replicator LOGIN REPLICATION PASSWORD '...';
--    Each server's pg_hba.conf must let it in from every other server, since any of them may become the primary.

-- Before PostgreSQL 15, instead of the grants of section 3:
--    CREATE ROLE hacontrol LOGIN SUPERUSER PASSWORD '...';
-- Sections 1 and 2 hold as they are. Where no superuser can be given away, use Failover.Mode = Observe: HaConnect then follows the
-- promotions that others make.
