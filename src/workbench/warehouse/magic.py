"""`%sql` and `%%sql`: queries in a notebook, with `:binds` taken from its variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.errors import ParameterError
from workbench.sqltext import USAGE, SqlCell, binds, parse_cell


def register(shell: Any) -> None:
    """Make `%sql` and `%%sql` known to an IPython shell."""
    from IPython.core.magic import no_var_expand

    from workbench.warehouse.offering import register as offer_names

    def line_magic(line: str) -> Any:
        """%sql select … : the result as a DataFrame. `:name` is bound to the notebook's variable of that name."""
        return _result(shell.user_ns, SqlCell(None, line))

    def cell_magic(line: str, cell: str) -> Any:
        """Run the cell, bind its result to NAME, and show it as a table.

        %%sql [NAME] [--polars | --arrow] [--limit N] [--cache] [--dry-run] [--connection PROFILE]
        """
        from workbench.warehouse.display import table

        try:
            parsed = parse_cell(line, cell)
        except ValueError as error:
            raise ParameterError(str(error), hint=f"{USAGE}, and the query below") from error
        frame = _result(shell.user_ns, parsed)
        if parsed.name is not None:
            shell.user_ns[parsed.name] = frame
        return table(frame)

    # a `{name}` or `$name` in the text is the query's own: nothing may be spliced in before we see it
    shell.register_magic_function(no_var_expand(line_magic), "line", "sql")
    shell.register_magic_function(no_var_expand(cell_magic), "cell", "sql")
    offer_names(shell)


def _result(namespace: Mapping[str, Any], cell: SqlCell) -> Any:
    from workbench.warehouse.query import sql

    if not cell.text.strip():
        raise ParameterError("%sql has no query", hint="write it after %sql, or below %%sql")
    values = {}
    for name in binds(cell.text):
        if name in namespace:
            values[name] = namespace[name]
        else:
            raise ParameterError(
                f"the query wants a value for :{name}", hint=f"assign {name} in a cell before this one"
            )
    options: dict[str, Any] = cell.arguments()
    return sql(cell.text, binds=values, **options)
