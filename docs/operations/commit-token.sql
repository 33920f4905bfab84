-- The table that CommitGuarantee.Resolved needs in the application's database, for applications whose role may not create it there
-- themselves. Run it at the primary, in the database of ConnectionString, as a role that may create a schema there:
--
--   psql -h db1 -U postgres -d app -v app=app -f commit-token.sql

CREATE SCHEMA IF NOT EXISTS haconnect;
CREATE TABLE IF NOT EXISTS haconnect.commit_token (
    token uuid PRIMARY KEY,
    is_commit boolean NOT NULL, -- false: written by who asked, so that the transaction cannot be committed any more
    written_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp());
GRANT USAGE ON SCHEMA haconnect TO :"app";
GRANT SELECT, INSERT, DELETE ON haconnect.commit_token TO :"app"; -- DELETE: rows older than a day are cleaned up
