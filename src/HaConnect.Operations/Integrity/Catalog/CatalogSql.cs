namespace HaConnect.Operations.Integrity;

/// <summary>Only catalogs that everybody may read.</summary>
internal static class CatalogSql
{
    /// <summary>A table that was never analyzed is taken for one with rows of a hundred bytes. Its column ctid is made with it and never changed, and so tells by whom it was made.</summary>
    internal const string Tables = """
        WITH leaf AS (
          SELECT c.oid, t.relid, l.relkind, CASE WHEN l.reltuples >= 0 AND l.relpages > 0 THEN l.reltuples::float8 ELSE pg_catalog.pg_relation_size(t.relid)::float8 / 100 END AS tuples,
                 pg_catalog.pg_relation_size(t.relid) / pg_catalog.current_setting('block_size')::bigint AS blocks
            FROM pg_catalog.pg_class c
            CROSS JOIN LATERAL (SELECT p.relid FROM pg_catalog.pg_partition_tree(c.oid) p WHERE p.isleaf AND c.relkind = 'p' UNION ALL SELECT c.oid WHERE c.relkind IN ('r', 'm')) t
            JOIN pg_catalog.pg_class l ON l.oid = t.relid
           WHERE c.relkind IN ('r', 'p', 'm')
        )
        SELECT c.oid::bigint, n.nspname, c.relname, c.relkind::text, c.relpersistence::text, c.relispartition,
               EXISTS (SELECT FROM leaf f WHERE f.oid = c.oid AND f.relkind = 'f'),
               c.relkind = 'p' OR EXISTS (SELECT FROM pg_catalog.pg_am a WHERE a.oid = c.relam AND a.amname = 'heap'),
               COALESCE((SELECT sum(f.tuples) FROM leaf f WHERE f.oid = c.oid), 0)::bigint,
               COALESCE((SELECT max(f.blocks) FROM leaf f WHERE f.oid = c.oid), 0)::bigint,
               ARRAY(SELECT v.name FROM pg_catalog.pg_class rc JOIN pg_catalog.pg_namespace rn ON rn.oid = rc.relnamespace CROSS JOIN LATERAL (VALUES (1, rn.nspname::text), (2, rc.relname::text)) v (part, name)
                      WHERE c.relispartition AND rc.oid = pg_catalog.pg_partition_root(c.oid) ORDER BY v.part),
               ARRAY(SELECT an.nspname || '.' || ac.relname FROM pg_catalog.pg_partition_ancestors(c.oid) pa JOIN pg_catalog.pg_class ac ON ac.oid = pa.relid JOIN pg_catalog.pg_namespace an ON an.oid = ac.relnamespace
                      WHERE c.relispartition AND ac.oid <> c.oid),
               COALESCE((SELECT a.xmin::pg_catalog.text::bigint FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = -1), 0),
               x.extname::text, COALESCE(c.oid = ANY (x.extconfig), false), COALESCE(x.extcondition[pg_catalog.array_position(x.extconfig, c.oid)], '')
          FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.objsubid = 0 AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype = 'e'
          LEFT JOIN pg_catalog.pg_extension x ON x.oid = d.refobjid
         WHERE c.relkind IN ('r', 'p', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
         ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
        """;

    /// <summary>
    /// A type without its modifier: of <c>character</c> and <c>bit</c> that is <c>bpchar</c> and <c>"bit"</c>, since by their own names they stand for one character and one bit, and a cast to them cuts.
    /// How text is sorted is told with the library's version as it is now, since that is what an order changes with. C and what begins so is the order of the code points, which has no versions.
    /// </summary>
    internal const string Columns = """
        SELECT a.attrelid::bigint, a.attname, t.typname, pg_catalog.format_type(a.atttypid, -1), t.typtype::text, tn.nspname = 'pg_catalog' AND t.oid::bigint < 16384, t.typcategory = 'A',
               CASE WHEN t.typsend::oid <> 0 THEN pg_catalog.quote_ident(pn.nspname) || '.' || pg_catalog.quote_ident(p.proname) END,
               CASE WHEN t.typtype = 'd' AND b.oid::bigint < 16384 AND b.typtype = 'b' AND b.typsend::oid <> 0 THEN pg_catalog.format_type(b.oid, -1) END,
               CASE WHEN a.attcollation = 0 THEN ''
                    WHEN c.collname IN ('C', 'POSIX') AND c.collnamespace = 'pg_catalog'::regnamespace THEN 'C'
                    WHEN c.collname = 'default' AND c.collnamespace = 'pg_catalog'::regnamespace THEN {0}
                    WHEN NOT c.collisdeterministic THEN NULL
                    ELSE c.collprovider::text || ' ' || COALESCE(pg_catalog.to_jsonb(c) ->> 'colliculocale', pg_catalog.to_jsonb(c) ->> 'colllocale', c.collcollate) || ' ' || COALESCE(pg_catalog.pg_collation_actual_version(c.oid), CASE WHEN c.collcollate ~* '^c\.' THEN 'C' END) END,
               a.attgenerated <> '', a.xmin::pg_catalog.text::bigint,
               CASE WHEN t.typname IN ('geometry', 'geography') THEN
                 (SELECT pg_catalog.quote_ident(fn.nspname) || '.' || pg_catalog.quote_ident(f.proname)
                    FROM pg_catalog.pg_proc f JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace
                    JOIN pg_catalog.pg_depend fd ON fd.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND fd.objid = f.oid AND fd.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND fd.deptype = 'e'
                    JOIN pg_catalog.pg_depend td ON td.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND td.objid = t.oid AND td.refclassid = fd.refclassid AND td.refobjid = fd.refobjid AND td.deptype = 'e'
                   WHERE f.proname = 'st_asewkt' AND f.pronargs = 1 AND f.proargtypes[0] = t.oid) END
          FROM pg_catalog.pg_attribute a
          JOIN pg_catalog.pg_class r ON r.oid = a.attrelid
          JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
          JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
          JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
          LEFT JOIN pg_catalog.pg_proc p ON p.oid = t.typsend::oid
          LEFT JOIN pg_catalog.pg_namespace pn ON pn.oid = p.pronamespace
          LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
          LEFT JOIN pg_catalog.pg_collation c ON c.oid = a.attcollation
         WHERE a.attnum > 0 AND NOT a.attisdropped AND r.relkind IN ('r', 'p', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
         ORDER BY a.attrelid, a.attnum
        """;

    /// <summary>Of the database; from PostgreSQL 15 on its version is known.</summary>
    internal const string DefaultCollation = """
        (SELECT CASE WHEN pg_catalog.to_jsonb(d) ->> 'datlocprovider' IS DISTINCT FROM 'i' AND d.datcollate IN ('C', 'POSIX') THEN 'C'
                     ELSE (pg_catalog.to_jsonb(d) ->> 'datlocprovider') || ' ' || COALESCE(pg_catalog.to_jsonb(d) ->> 'daticulocale', pg_catalog.to_jsonb(d) ->> 'datlocale', d.datcollate) || ' ' || COALESCE(pg_catalog.pg_database_collation_actual_version(d.oid), CASE WHEN d.datcollate ~* '^c\.' THEN 'C' END) END
           FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
        """;

    internal const string DefaultCollationBefore15 = "(SELECT CASE WHEN d.datcollate IN ('C', 'POSIX') THEN 'C' END FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())";

    internal const int FirstWithDatabaseCollationVersion = 150000;

    /// <summary>Immediate, whole, ascending b-trees over columns that are never NULL, with the order of their type: such can be walked.</summary>
    internal const string Keys = """
        SELECT i.indrelid::bigint, ic.relname, ARRAY(SELECT a.attname::text FROM pg_catalog.generate_series(0, i.indnkeyatts - 1) k JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k] ORDER BY k)
          FROM pg_catalog.pg_index i
          JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
          JOIN pg_catalog.pg_am am ON am.oid = ic.relam AND am.amname = 'btree'
          JOIN pg_catalog.pg_class r ON r.oid = i.indrelid
          JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
         WHERE i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
           AND NOT EXISTS (SELECT FROM pg_catalog.generate_series(0, i.indnkeyatts - 1) k
                             LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k]
                            WHERE a.attname IS NULL OR NOT a.attnotnull OR i.indoption[k] <> 0 OR i.indcollation[k] <> a.attcollation
                               OR NOT EXISTS (SELECT FROM pg_catalog.pg_opclass o WHERE o.oid = i.indclass[k] AND o.opcdefault))
         ORDER BY i.indrelid, i.indisprimary DESC, i.indnkeyatts, ic.relname
        """;
}
