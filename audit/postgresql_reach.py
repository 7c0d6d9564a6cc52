"""Who and what reaches the record from elsewhere on PostgreSQL, as it is asked: rights, roles and settings."""

# Nobody but the owner, who migrates, may do more with the record than read it and add to it, and what is kept change;
# there is one owner, and nobody logs in who could act as that one or has the right to write to every table. Whoever
# runs programs or writes files on the server is as good as a superuser: who may write to the log may be none of those.
RIGHTS = """
    WITH ours AS (SELECT c.oid, c.relowner, c.relacl FROM pg_class c WHERE c.oid = ANY (%(tables)s::oid[])),
    given AS (
        SELECT ours.oid, ours.relowner, x.grantee, x.privilege_type
        FROM ours CROSS JOIN LATERAL aclexplode(ours.relacl) AS x
        UNION SELECT ours.oid, ours.relowner, x.grantee, x.privilege_type
        FROM ours JOIN pg_attribute a ON a.attrelid = ours.oid CROSS JOIN LATERAL aclexplode(a.attacl) AS x
        WHERE NOT (x.privilege_type = 'UPDATE' AND EXISTS (
            SELECT 1 FROM unnest(%(erasable)s::oid[], %(columns)s::text[]) AS may (oid, name)
            WHERE may.oid = ours.oid AND may.name = a.attname))
    )
    SELECT 'right ' || string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type) || ' of '
            || coalesce(r.rolname::text, 'PUBLIC'), g.oid
    FROM given g LEFT JOIN pg_roles r ON r.oid = g.grantee
    WHERE g.grantee <> g.relowner AND g.privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER')
        AND NOT (g.privilege_type = 'UPDATE' AND g.oid = ANY (%(kept)s::oid[]))
    GROUP BY g.oid, r.rolname
    UNION ALL SELECT 'owner ' || o.rolname::text, ours.oid
    FROM ours JOIN pg_roles o ON o.oid = ours.relowner
    WHERE ours.relowner <> (SELECT relowner FROM pg_class WHERE oid = %(house)s::oid)
    UNION ALL SELECT 'role ' || r.rolname || ', a member of ' || m.rolname || ',', house.oid
    FROM pg_class house JOIN pg_roles m ON m.oid = house.relowner OR m.rolname IN (
            'pg_write_all_data', 'pg_execute_server_program', 'pg_write_server_files')
        JOIN pg_roles r ON r.oid NOT IN (m.oid, house.relowner) AND r.rolcanlogin AND NOT r.rolsuper
    WHERE (m.oid = house.relowner OR m.rolname = 'pg_write_all_data' OR has_table_privilege(r.oid, house.oid, 'INSERT'))
        AND house.oid = %(house)s::oid
        AND (pg_has_role(r.oid, m.oid, 'USAGE') OR pg_has_role(r.oid, m.oid, %(become)s))
    ORDER BY 2, 1
"""
# A subscription writes into our tables what another server sends.
ON_DATABASE = """
    SELECT 'event trigger ' || evtname FROM pg_event_trigger
    UNION ALL SELECT 'subscription ' || subname FROM pg_subscription
    WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    ORDER BY 1
"""
# What leads statements to other tables, puts guards to sleep, brings foreign code or lets a commit be lost: set on this
# database, or on a role that may write to the log. And what of it is in force, wherever it was set.
SETTINGS = """
    WITH set_for AS (
        SELECT replace(lower(split_part(setting, '=', 1)), '-', '_') AS name,
            substr(setting, strpos(setting, '=') + 1) AS value
        FROM pg_db_role_setting s CROSS JOIN LATERAL unnest(s.setconfig) AS setting
        WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
            AND (s.setrole = 0 OR %(log)s::oid IS NULL OR has_table_privilege(s.setrole, %(log)s::oid, 'INSERT'))
    )
    SELECT name FROM set_for WHERE name = ANY (%(any)s)
        OR (name = 'synchronous_commit' AND lower(value) IN ('off', 'false', 'no', '0'))
    UNION SELECT name FROM pg_settings WHERE name = ANY (%(in_force)s) AND setting <> boot_val
    ORDER BY 1
"""
IN_FORCE = [
    "session_replication_role",
    "allow_system_table_mods",
    "ignore_system_indexes",
    "ignore_checksum_failure",
    "zero_damaged_pages",
    "transform_null_equals",
]
ANY_VALUE = [*IN_FORCE, "search_path", "session_preload_libraries", "local_preload_libraries"]
