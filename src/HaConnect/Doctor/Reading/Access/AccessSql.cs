namespace HaConnect.Doctor;

/// <summary>The statements that read who may do what. Any user may run the first.</summary>
internal static class AccessSql
{
    /// <summary>
    /// Roles by name, the application's database, and settings that refuse the writes of a role or database. The roles named in 'powers' let their
    /// members act as the server's operating system user (manual, "Predefined Roles").
    /// </summary>
    internal const string Read = """
        SELECT pg_catalog.json_build_object(
          'now', extract(epoch FROM pg_catalog.clock_timestamp()),
          'mayReadRules', pg_catalog.has_table_privilege('pg_catalog.pg_hba_file_rules', 'SELECT') AND pg_catalog.has_function_privilege('pg_catalog.pg_hba_file_rules()', 'EXECUTE'),
          'mayReadPasswords', pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'SELECT'),
          'roles', ARRAY(SELECT pg_catalog.json_build_array(r.rolname, r.oid = 10, r.rolsuper, r.rolreplication, r.rolcreaterole, r.rolbypassrls, r.rolcanlogin, r.rolconnlimit,
                                  CASE WHEN r.rolvaliduntil < 'infinity' THEN extract(epoch FROM r.rolvaliduntil) END,
                                  ARRAY(SELECT g.rolname FROM pg_catalog.pg_roles g
                                         WHERE g.rolname IN ('pg_execute_server_program', 'pg_write_server_files', 'pg_read_server_files') AND NOT r.rolsuper AND pg_catalog.pg_has_role(r.oid, g.oid, 'MEMBER') ORDER BY g.rolname),
                                  ARRAY(SELECT g.rolname FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles g ON g.oid = m.roleid
                                         WHERE m.member = r.oid AND g.rolname IN ('pg_execute_server_program', 'pg_write_server_files', 'pg_read_server_files') ORDER BY g.rolname))
                           FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ($1::text[])),
          'database', (SELECT pg_catalog.json_build_array(d.datname, d.datallowconn, d.datconnlimit) FROM pg_catalog.pg_database d WHERE d.datname = $2::text),
          'readOnly', ARRAY(SELECT pg_catalog.json_build_array(r.rolname, d.datname)
                              FROM pg_catalog.pg_db_role_setting s CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) c
                              LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
                             WHERE pg_catalog.starts_with(c, 'default_transaction_read_only=') AND pg_catalog.lower(pg_catalog.substr(c, 31)) IN ('on', 'true', 'yes', '1')
                               AND (s.setrole = 0 OR r.rolname = ANY ($1::text[])) AND (s.setdatabase = 0 OR d.datname = $2::text)))::text
        """;

    internal const string ReadRules = """
        SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(h.line_number, h.type, h.database, h.user_name, h.address, h.netmask, h.auth_method, h.error) ORDER BY h.line_number), '[]')::text
          FROM pg_catalog.pg_hba_file_rules h
        """;

    /// <summary>The names only: no hash leaves the server.</summary>
    internal const string ReadMd5Roles = "SELECT ARRAY(SELECT a.rolname::text FROM pg_catalog.pg_authid a WHERE a.rolcanlogin AND pg_catalog.starts_with(a.rolpassword, 'md5') ORDER BY a.rolname)";
}
