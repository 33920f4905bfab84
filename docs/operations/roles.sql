-- The roles that HaConnect uses, each with the least privileges it needs. For PostgreSQL 15 and later; before, see --postgres-version.
--
-- Written by "haconnect init-roles" (docs/operations/roles.md), which takes other names, and with --apply runs it and sets passwords.
-- By hand: as a superuser at the primary, connected to the control database, "postgres" (Failover.ControlDatabase):
--
--   psql -h HOST -U postgres -d postgres -f roles.sql
--
-- Replication brings the roles and grants to the standbys. A witness is a server of its own and holds no data: of all this it needs the
-- first two statements of section 3, no more (--witness).
--
-- There are no passwords in here: set them with psql's \password, which sends none in clear. Where a role exists already, CREATE ROLE is an
-- error that psql goes on after, and the role keeps what it has.

-- 1. The application: ConnectionString's Username. It owns or is granted its own tables, as ever; for HaConnect it needs nothing but CONNECT; for
--    CommitGuarantee.Resolved a table besides (--commit-token, or commit-token.sql), where it may not make that itself.
CREATE ROLE "app" LOGIN;
GRANT CONNECT ON DATABASE "app" TO "app";

-- 2. The observer: Failover.ControlUsername where Failover.Mode is Observe. Without it the application's own role is used for probing
--    and cannot see the state of replication: whether a standby hears the primary, and which standbys are synchronous.
CREATE ROLE "haobserver" LOGIN;
GRANT CONNECT ON DATABASE "postgres" TO "haobserver";
GRANT pg_monitor TO "haobserver";

--    The observer may also read the coordinators' records in postgresql.auto.conf, which shows a failover while it is under way. That view
--    shows primary_conninfo too, with a password where one is kept in it: leave these two out where that matters.
GRANT SELECT ON pg_catalog.pg_file_settings TO "haobserver";
GRANT EXECUTE ON FUNCTION pg_catalog.pg_show_all_file_settings() TO "haobserver";

-- 3. The control user: Failover.ControlUsername where Failover.Mode is Coordinate. It probes, votes, promotes and repoints.
--    Whoever may set primary_conninfo decides which server a standby copies: give this password to no one else.
CREATE ROLE "hacontrol" LOGIN;
GRANT CONNECT, CREATE ON DATABASE "postgres" TO "hacontrol"; -- CREATE: it makes the schema haconnect there
GRANT pg_monitor, pg_signal_backend TO "hacontrol"; -- the latter: an old primary's clients are disconnected
GRANT SELECT ON pg_catalog.pg_file_settings TO "hacontrol";
GRANT EXECUTE ON FUNCTION
    pg_catalog.pg_promote(boolean, integer),
    pg_catalog.pg_reload_conf(),
    pg_catalog.pg_switch_wal(), -- can be left out: switchovers pause writes for longer then
    pg_catalog.pg_wal_replay_resume(),
    pg_catalog.pg_show_all_file_settings()
  TO "hacontrol";
GRANT ALTER SYSTEM ON PARAMETER
    primary_conninfo,
    synchronous_standby_names,
    recovery_min_apply_delay,
    default_transaction_read_only,
    haconnect.term
  TO "hacontrol";

--    Where the diagnosis is to judge pg_hba.conf too (--hba-rules), which may hold a password of LDAP:
--      GRANT SELECT ON pg_catalog.pg_hba_file_rules TO "hacontrol";
--      GRANT EXECUTE ON FUNCTION pg_catalog.pg_hba_file_rules() TO "hacontrol";
--
--    Where Failover.Replication.KeepSlots is set (--keep-slots) it also makes replication slots, which takes an attribute with which one may
--    copy the whole cluster:
--      ALTER ROLE "hacontrol" REPLICATION;

-- 4. Standbys connect with the role they connect with today (Failover.Replication.Username); it needs LOGIN and REPLICATION only.
--    Each server's pg_hba.conf must let it in from every other server, since any of them may become the primary.
--    Where there is none yet (--replication):
--      CREATE ROLE "replicator" LOGIN REPLICATION;

-- 5. The verifier: reads data, to compare servers. It writes nothing, and its transactions are read-only unless it says otherwise.
--    Rows that row-level security hides from it stay hidden; where there are such, and it is to see them: ALTER ROLE "haverifier" BYPASSRLS;
--    pg_read_all_data reads pg_authid too, with what PostgreSQL keeps of the passwords of all roles: guard this one's like a superuser's, or name
--    the schemas that it is to read instead (--verify-schema).
CREATE ROLE "haverifier" LOGIN;
GRANT CONNECT ON DATABASE "app" TO "haverifier";
GRANT CONNECT ON DATABASE "postgres" TO "haverifier";
GRANT pg_monitor, pg_read_all_data TO "haverifier";
ALTER ROLE "haverifier" SET default_transaction_read_only = on;
