"""INFORMATION_SCHEMA's views, DESCRIBE and what SHOW reads, from DuckDB's own catalogue: made in each database.

What DuckDB has no word for is kept where it keeps things, so that it is renamed, dropped, rolled back and restarted
with its table: a column's length and whether it is an OBJECT, an ARRAY or a TIMESTAMP_LTZ in a CHECK (`statements`),
comments in its comments, a temporary table's schema in the comment of the table (`comments`).
https://docs.snowflake.com/en/sql-reference/info-schema
"""

from __future__ import annotations

from string import Template

from workbench.warehouse.local.changes import NOTES

SEPARATOR = "chr(31)"  # between a temporary table's database, its schema and its comment
_HIDDEN = "('_fs_information_schema', 'main')"
_NONE = "NULL::VARCHAR"

_WHOLE = (
    "('BIGINT', 'HUGEINT', 'INTEGER', 'SMALLINT', 'TINYINT', 'UBIGINT', 'UHUGEINT', 'UINTEGER', 'USMALLINT', "
    "'UTINYINT')"
)
_MOMENTS = "('TIMESTAMP', 'TIMESTAMP_NS', 'TIMESTAMP_MS', 'TIMESTAMP_S')"

# tables and views of the database, and the temporary tables that the session has made in it
_OBJECTS = f"""
CREATE OR REPLACE VIEW {{catalog}}._fs_information_schema._wb_objects AS
SELECT o.* EXCLUDE (estimated), n.created, n.altered, coalesce(n.counted, o.estimated) AS row_count FROM (
    SELECT table_oid AS oid, coalesce(own[1], database_name) AS catalog, coalesce(own[2], schema_name) AS schema,
        table_name AS name, temporary, false AS is_view, estimated_size AS estimated, NULL AS text,
        CASE WHEN own IS NULL THEN comment ELSE own[3] END AS comment
    FROM (SELECT *, CASE WHEN temporary THEN str_split(comment, {SEPARATOR}) END AS own FROM duckdb_tables())
    UNION ALL
    SELECT view_oid, database_name, schema_name, view_name, temporary, true, NULL, sql, comment FROM duckdb_views()
    WHERE NOT internal
) o LEFT JOIN {{catalog}}.{NOTES} n ON n.schema_name = o.schema AND n.table_name = o.name AND NOT o.temporary
WHERE o.catalog = '{{catalog}}' AND o.schema NOT IN {_HIDDEN};
"""  # noqa: S608

_COLUMNS = f"""
CREATE OR REPLACE VIEW {{catalog}}._fs_information_schema._fs_columns AS
SELECT TABLE_CATALOG, TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, COLUMN_DEFAULT, IS_NULLABLE, DATA_TYPE,
    CASE DATA_TYPE WHEN 'TEXT' THEN coalesce(most, 16777216) WHEN 'BINARY' THEN 8388608 END AS CHARACTER_MAXIMUM_LENGTH,
    CASE DATA_TYPE WHEN 'TEXT' THEN least(4 * coalesce(most, 16777216), 16777216) WHEN 'BINARY' THEN 8388608
        END AS CHARACTER_OCTET_LENGTH,
    CASE WHEN DATA_TYPE = 'NUMBER' THEN CASE WHEN whole THEN 38 ELSE precision END END AS NUMERIC_PRECISION,
    CASE WHEN DATA_TYPE = 'NUMBER' THEN 10 END AS NUMERIC_PRECISION_RADIX,
    CASE WHEN DATA_TYPE = 'NUMBER' THEN CASE WHEN whole THEN 0 ELSE scale END END AS NUMERIC_SCALE,
    {_NONE} AS COLLATION_NAME, 'NO' AS IS_IDENTITY, {_NONE} AS IDENTITY_GENERATION, {_NONE} AS IDENTITY_CYCLE, COMMENT,
    {_NONE} AS IDENTITY_START, {_NONE} AS IDENTITY_INCREMENT, {_NONE} AS IDENTITY_ORDERED, {_NONE} AS DATA_TYPE_ALIAS
FROM (
    SELECT o.catalog AS TABLE_CATALOG, o.schema AS TABLE_SCHEMA, o.name AS TABLE_NAME, c.column_name AS COLUMN_NAME,
        c.column_index AS ORDINAL_POSITION, c.column_default AS COLUMN_DEFAULT,
        CASE WHEN c.is_nullable THEN 'YES' ELSE 'NO' END AS IS_NULLABLE, c.comment AS COMMENT,
        c.numeric_precision AS precision, c.numeric_scale AS scale, c.data_type IN {_WHOLE} AS whole,
        TRY_CAST(nullif(regexp_extract(k.expression, '<= ([0-9]+)', 1), '') AS INTEGER) AS most,
        CASE WHEN whole OR starts_with(c.data_type, 'DECIMAL') THEN 'NUMBER'
            WHEN c.data_type = 'VARCHAR' THEN 'TEXT'
            WHEN c.data_type IN ('DOUBLE', 'FLOAT') THEN 'FLOAT'
            WHEN c.data_type = 'BLOB' THEN 'BINARY'
            WHEN c.data_type IN {_MOMENTS} THEN 'TIMESTAMP_NTZ'
            WHEN contains(k.expression, '''TIMESTAMP_LTZ''') THEN 'TIMESTAMP_LTZ'
            WHEN c.data_type = 'TIMESTAMP WITH TIME ZONE' THEN 'TIMESTAMP_TZ'
            WHEN contains(k.expression, '''OBJECT''') THEN 'OBJECT'
            WHEN contains(k.expression, '''ARRAY''') THEN 'ARRAY'
            WHEN c.data_type = 'JSON' THEN 'VARIANT'
            ELSE c.data_type END AS DATA_TYPE
    FROM duckdb_columns() c
    JOIN {{catalog}}._fs_information_schema._wb_objects o ON o.oid = c.table_oid
        AND c.database_name = CASE WHEN o.temporary THEN 'temp' ELSE '{{catalog}}' END
    LEFT JOIN (SELECT * FROM duckdb_constraints() WHERE constraint_type = 'CHECK') k
        ON k.table_oid = c.table_oid AND k.database_name = c.database_name
        AND k.constraint_column_names[1] = c.column_name
);
"""  # noqa: S608

_TABLES = f"""
CREATE OR REPLACE VIEW {{catalog}}._fs_information_schema._fs_tables AS
SELECT catalog AS "TABLE_CATALOG", schema AS "TABLE_SCHEMA", name AS "TABLE_NAME", 'SYSADMIN' AS "TABLE_OWNER",
    CASE WHEN is_view THEN 'VIEW' WHEN temporary THEN 'LOCAL TEMPORARY' ELSE 'BASE TABLE' END AS "TABLE_TYPE",
    'NO' AS "IS_TRANSIENT", {_NONE} AS "CLUSTERING_KEY", row_count AS "ROW_COUNT", NULL::BIGINT AS "BYTES",
    1 AS "RETENTION_TIME", {_NONE} AS "SELF_REFERENCING_COLUMN_NAME", {_NONE} AS "REFERENCE_GENERATION",
    {_NONE} AS "USER_DEFINED_TYPE_CATALOG", {_NONE} AS "USER_DEFINED_TYPE_SCHEMA", {_NONE} AS "USER_DEFINED_TYPE_NAME",
    CASE WHEN is_view THEN 'NO' ELSE 'YES' END AS "IS_INSERTABLE_INTO", 'YES' AS "IS_TYPED",
    {_NONE} AS "COMMIT_ACTION", created AS "CREATED", altered AS "LAST_ALTERED", created AS "LAST_DDL",
    'SYSADMIN' AS "LAST_DDL_BY", 'NO' AS "AUTO_CLUSTERING_ON", comment AS "COMMENT",
    CASE WHEN temporary THEN 'YES' ELSE 'NO' END AS "IS_TEMPORARY", 'NO' AS "IS_ICEBERG", 'NO' AS "IS_DYNAMIC",
    'NO' AS "IS_IMMUTABLE", 'NO' AS "IS_HYBRID"
FROM {{catalog}}._fs_information_schema._wb_objects;
"""  # noqa: S608

_VIEWS = """
CREATE OR REPLACE VIEW {catalog}._fs_information_schema._fs_views AS
SELECT catalog AS TABLE_CATALOG, schema AS TABLE_SCHEMA, name AS TABLE_NAME, 'SYSADMIN' AS TABLE_OWNER,
    text AS VIEW_DEFINITION, 'NONE' AS CHECK_OPTION, 'NO' AS IS_UPDATABLE, 'NO' AS INSERTABLE_INTO, 'NO' AS IS_SECURE,
    created AS CREATED, altered AS LAST_ALTERED, created AS LAST_DDL, 'SYSADMIN' AS LAST_DDL_BY, comment AS COMMENT
FROM {catalog}._fs_information_schema._wb_objects WHERE is_view;
"""

# https://docs.snowflake.com/en/sql-reference/sql/show-tables, show-objects, show-views
_SHOWN = """
CREATE OR REPLACE VIEW {catalog}._fs_information_schema._wb_show_objects AS
SELECT created AS created_on, name, catalog AS database_name, schema AS schema_name,
    CASE WHEN is_view THEN 'VIEW' WHEN temporary THEN 'TEMPORARY' ELSE 'TABLE' END AS kind,
    coalesce(comment, '') AS comment, '' AS cluster_by, row_count AS rows, NULL::BIGINT AS bytes, 'SYSADMIN' AS owner,
    '1' AS retention_time, 'ROLE' AS owner_role_type, 'N' AS is_hybrid, 'N' AS is_dynamic, 'N' AS is_iceberg
FROM {catalog}._fs_information_schema._wb_objects;

CREATE OR REPLACE VIEW {catalog}._fs_information_schema._wb_show_tables AS
SELECT * EXCLUDE (owner_role_type, is_hybrid, is_dynamic, is_iceberg), 'OFF' AS automatic_clustering,
    'OFF' AS change_tracking, 'OFF' AS search_optimization, NULL::BIGINT AS search_optimization_progress,
    NULL::BIGINT AS search_optimization_bytes, 'N' AS is_external, 'N' AS enable_schema_evolution, owner_role_type,
    'N' AS is_event, NULL::VARCHAR AS budget, is_hybrid, is_iceberg, is_dynamic, 'N' AS is_immutable
FROM {catalog}._fs_information_schema._wb_show_objects WHERE kind <> 'VIEW';

CREATE OR REPLACE VIEW {catalog}._fs_information_schema._wb_show_views AS
SELECT created AS created_on, name, '' AS reserved, catalog AS database_name, schema AS schema_name,
    'SYSADMIN' AS owner, coalesce(comment, '') AS comment, text, false AS is_secure, false AS is_materialized,
    'ROLE' AS owner_role_type, 'OFF' AS change_tracking, 'VIEW' AS kind
FROM {catalog}._fs_information_schema._wb_objects WHERE is_view;

CREATE OR REPLACE VIEW {catalog}._fs_information_schema._wb_show_schemas AS
SELECT NULL::TIMESTAMPTZ AS created_on,
    CASE WHEN schema_name = '_fs_information_schema' THEN 'INFORMATION_SCHEMA' ELSE schema_name END AS name,
    'N' AS is_default, 'N' AS is_current, database_name, 'SYSADMIN' AS owner, '' AS comment, '' AS options,
    '1' AS retention_time, 'ROLE' AS owner_role_type, NULL::VARCHAR AS kind, NULL::VARCHAR AS schema_name
FROM duckdb_schemas() WHERE database_name = '{catalog}' AND schema_name NOT IN ('main', 'pg_catalog');

CREATE OR REPLACE VIEW {catalog}._fs_information_schema._wb_show_columns AS
SELECT table_name AS table_name, table_schema AS schema_name, column_name AS name, column_name AS column_name,
    ordinal_position AS place,
    CASE data_type
        WHEN 'NUMBER' THEN json_object('type', 'FIXED', 'precision', numeric_precision, 'scale', numeric_scale,
            'nullable', is_nullable = 'YES')
        WHEN 'TEXT' THEN json_object('type', 'TEXT', 'length', character_maximum_length,
            'byteLength', character_octet_length, 'nullable', is_nullable = 'YES', 'fixed', false)
        WHEN 'BINARY' THEN json_object('type', 'BINARY', 'length', 8388608, 'byteLength', 8388608,
            'nullable', is_nullable = 'YES', 'fixed', true)
        WHEN 'FLOAT' THEN json_object('type', 'REAL', 'nullable', is_nullable = 'YES')
        WHEN 'TIME' THEN json_object('type', 'TIME', 'precision', 0, 'scale', 9, 'nullable', is_nullable = 'YES')
        ELSE CASE WHEN starts_with(data_type, 'TIMESTAMP')
            THEN json_object('type', data_type, 'precision', 0, 'scale', 9, 'nullable', is_nullable = 'YES')
            ELSE json_object('type', data_type, 'nullable', is_nullable = 'YES') END
    END::VARCHAR AS data_type,
    CASE WHEN is_nullable = 'YES' THEN 'true' ELSE 'NOT_NULL' END AS "null?", coalesce(column_default, '') AS "default",
    'COLUMN' AS kind, '' AS expression, coalesce(comment, '') AS comment, table_catalog AS database_name,
    '' AS autoincrement, NULL::VARCHAR AS schema_evolution_record
FROM {catalog}._fs_information_schema._fs_columns;
"""

# https://docs.snowflake.com/en/sql-reference/sql/desc-table
_DESCRIBED = """
SELECT column_name AS "name",
    CASE data_type WHEN 'NUMBER' THEN 'NUMBER(' || numeric_precision || ',' || numeric_scale || ')'
        WHEN 'TEXT' THEN 'VARCHAR(' || character_maximum_length || ')' WHEN 'BINARY' THEN 'BINARY(8388608)'
        WHEN 'TIME' THEN 'TIME(9)'
        ELSE CASE WHEN starts_with(data_type, 'TIMESTAMP') THEN data_type || '(9)' ELSE data_type END END AS "type",
    'COLUMN' AS "kind", CASE WHEN is_nullable = 'YES' THEN 'Y' ELSE 'N' END AS "null?", column_default AS "default",
    'N' AS "primary key", 'N' AS "unique key", NULL::VARCHAR AS "check", NULL::VARCHAR AS "expression",
    comment AS "comment", NULL::VARCHAR AS "policy name", NULL::JSON AS "privacy domain"
FROM "${catalog}"._fs_information_schema._fs_columns
WHERE table_catalog = '${catalog}' AND table_schema = '${schema}' AND table_name = '${table}'
ORDER BY ordinal_position
"""


def statements() -> tuple[str, ...]:
    """What is to be run in each database when it is opened; `{catalog}` is its name."""
    return _OBJECTS, _COLUMNS, _TABLES, _VIEWS, _SHOWN


def apply() -> None:
    """Have fakesnow describe tables from these views."""
    import fakesnow.transforms.transforms as module

    module.SQL_DESCRIBE_TABLE = Template(_DESCRIBED)
