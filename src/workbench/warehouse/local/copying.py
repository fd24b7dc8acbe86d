"""COPY INTO a table: all files or none, one COPY at a time, and the options that fakesnow takes otherwise.

https://docs.snowflake.com/en/sql-reference/sql/copy-into-table
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.warehouse.base import quoted
from workbench.warehouse.local.errors import failure, refuse

MACROS = (
    # the member of a JSON object whose name is that, whatever its case
    """
    CREATE OR REPLACE MACRO {catalog}._wb_member(j, name) AS
        json_extract(j, '$."' || list_filter(json_keys(j), lambda x: upper(x) = upper(name))[1] || '"');
    """,
)

_copying = threading.Lock()
_NOT_FOUND = (91016, "22000")


class _Copy(threading.local):
    """The COPY that this thread runs. alone: it is a transaction of its own; columns: the table's, name and type."""

    alone = False
    pattern: re.Pattern[str] | None = None
    columns: list[tuple[str, str]]
    urls: list[str]


_this = _Copy()


def begin(*, alone: bool) -> None:
    """Say of the statement that comes whether it is a transaction of its own."""
    _this.alone = alone


def apply() -> None:
    """Put the mends in place."""
    import fakesnow.copy_into as module
    import fakesnow.cursor

    listed = module._source_glob
    module._source_glob = lambda source, duck: _kept(source, listed(source, duck))
    module._source_urls = _named(module._source_urls)
    module._inserts = _inserting(module._inserts)
    fakesnow.cursor.copy_into = _whole(module.copy_into)


def _whole(copy: Callable[..., str]) -> Callable[..., str]:
    """All files of a COPY or none, and a purged file only when its rows are there for good. One COPY at a time, so that
    two that load the same file don't both find it not loaded yet.
    """

    def whole(duck: Any, database: str, schema: str, statement: Any, *args: Any) -> str:
        import fakesnow.copy_into as module

        purge = _with_options(statement)
        target = module._extract_table(statement.this)
        where = target.catalog or database
        _this.urls = []
        _this.columns = [
            (row[0], row[1])
            for row in duck.execute(f"DESCRIBE {target.sql(dialect='duckdb', identify=True)}").fetchall()
        ]
        with _copying:
            # what is noted of a load is noted in the table's own database
            duck.execute(f"SET schema = '{where}.{target.db if target.catalog else schema}'")
            try:
                text = _in_transaction(duck, lambda: copy(duck, database, schema, statement, *args))
            finally:
                duck.execute(f"SET schema = '{database}.{schema}'")
            for url, row in zip(_this.urls, duck.execute(text).fetchall(), strict=False):
                if purge and row[1] == "LOADED" and module.stage.is_internal(url):
                    Path(url).unlink(missing_ok=True)
        duck.execute(text)
        return text

    return whole


def _in_transaction(duck: Any, run: Callable[[], str]) -> str:
    if not _this.alone:
        return run()
    duck.begin()
    try:
        text = run()
    except BaseException:
        duck.rollback()
        raise
    duck.commit()
    return text


def _with_options(statement: Any) -> bool:
    """Leave fakesnow the options that it knows, in place; whether the files are to be removed when they are loaded."""
    from sqlglot import exp

    _this.pattern, purge, kept = None, False, []
    for param in statement.args.get("params") or []:
        name, value = param.this.name.upper(), param.expression
        # a comma between two options of a format
        param.set("expressions", [one for one in param.expressions if not isinstance(one, exp.SequenceProperties)])
        if name == "PATTERN":
            try:
                _this.pattern = re.compile(value.name)
            except re.error as error:
                raise failure(f"Invalid regular expression: '{value.name}', {error}", (100048, "2201B")) from error
        elif name in {"FORCE", "PURGE"}:
            is_on = isinstance(value, exp.Boolean) and bool(value.this)
            purge |= name == "PURGE" and is_on
            kept += [param] if name == "FORCE" and is_on else []
        else:
            kept.append(param)
    statement.set("params", kept)
    return purge


def _kept(source: str, urls: list[str]) -> list[str]:
    """The files that PATTERN matches whole, from where FROM ends."""
    if _this.pattern is not None:
        urls = [url for url in urls if _this.pattern.fullmatch(url[len(source) :].lstrip("/"))]
    _this.urls = urls
    return urls


def _named(theirs: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """FILES = (…) of a stage; fakesnow knows it for addresses alone."""

    def named(source: str, files: list[str]) -> list[str]:
        import fakesnow.copy_into as module

        if not module.stage.is_internal(source):
            urls = theirs(source, files)
        else:
            urls = [f"{source.rstrip('/')}/{file}" for file in files]
            for file, url in zip(files, urls, strict=True):
                if not Path(url).resolve().is_relative_to(Path(source).resolve()) or not Path(url).is_file():
                    raise failure(f"Remote file '{file}' was not found.", _NOT_FOUND)
        return _kept(source, urls)

    return named


def _inserting(inserts: Callable[..., Any]) -> Callable[..., Any]:
    """COPY of JSON: through a SELECT, where `$1` is the document and METADATA$FILENAME the file, and by its members'
    names.
    """

    def inserting(statement: Any, params: Any, urls: list[str], *args: Any) -> Any:
        import fakesnow.copy_into as module
        from sqlglot import exp

        source = statement.args["files"][0]
        is_json, is_query = isinstance(params.file_format, module.ReadJSON), isinstance(source, exp.Subquery)
        if is_json and is_query:
            source.set("this", source.this.transform(_json_column))
        if params.match_by_column_name == module.MatchByColumnName.NONE:
            return inserts(statement, params, urls, *args)
        if is_query or not isinstance(statement.this, exp.Table) or isinstance(params.file_format, module.ReadCSV):
            raise refuse("MATCH_BY_COLUMN_NAME of CSV, of a SELECT or for some columns")
        if not is_json:
            return inserts(statement, params, urls, *args)
        any_case = params.match_by_column_name == module.MatchByColumnName.CASE_INSENSITIVE
        members = [_member(name, kind, any_case=any_case) for name, kind in _this.columns]
        return [
            exp.Insert(
                this=statement.this,
                expression=exp.select(*members).from_(exp.Table(this=params.file_format.read_expression(url))),
            )
            for url in urls
        ]

    return inserting


def _member(name: str, kind: str, *, any_case: bool) -> Any:
    """The member of a document that goes into the column."""
    from sqlglot import exp

    document = exp.column("json")
    if any_case:
        found = exp.Anonymous(this="_wb_member", expressions=[document, exp.Literal.string(name)])
    else:
        path = exp.Literal.string("$." + quoted(name))
        found = exp.Anonymous(this="json_extract", expressions=[document, path])
    if kind == "JSON":
        return found
    return exp.Anonymous(this="json_extract_string", expressions=[found, exp.Literal.string("$")])


def _json_column(node: Any) -> Any:
    from sqlglot import exp

    if isinstance(node, exp.Parameter) and node.name == "1":
        return exp.column("json")
    if isinstance(node, exp.Column) and node.name.upper() == "METADATA$FILENAME":
        return exp.column("filename")
    return node
