-- The copy of the audit trail on the cluster, so that whoever may write it can only add to it: not change, not remove.
--
-- Run it once as a superuser at the primary, connected to the control database (Failover.ControlDatabase, "postgres" by default), before
-- AuditTable is first used; replication brings it to the standbys.
--
--   psql -h db1 -U postgres -d postgres -v control=hacontrol -f audit.sql
--
-- Give the user of Failover.ControlUsername; run the last two statements again for each further one (an observer, say). Without this script
-- the control user makes the table itself where it may. It owns it then, has taken the privileges to change it from itself, and could give
-- them back to itself: that protects against mistakes, not against who has its password.

-- A schema of its own: whoever owns a schema may drop what is in it, and the schema haconnect is the control user's.
CREATE SCHEMA IF NOT EXISTS haconnect_audit;
CREATE TABLE IF NOT EXISTS haconnect_audit.trail (
    chain text NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    cluster text NOT NULL,
    coordinator text NOT NULL,
    term bigint,
    kind text NOT NULL,
    step text NOT NULL,
    node text,
    sentence text NOT NULL,
    line text NOT NULL, -- as in the file, with its hash; the columns before are taken from it
    copied_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    PRIMARY KEY (chain, seq));

GRANT USAGE ON SCHEMA haconnect_audit TO :"control";
GRANT SELECT, INSERT ON haconnect_audit.trail TO :"control";
