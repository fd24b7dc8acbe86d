"""`%sql` and `%%sql`: queries in a notebook, with `:binds` taken from its variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.errors import ParameterError
from workbench.sqltext import binds, parse_cell


def register(shell: Any) -> None:
    """Make `%sql` and `%%sql` known to an IPython shell."""
    from IPython.core.magic import no_var_expand

    def line_magic(line: str) -> Any:
        """%sql select … : the result as a DataFrame. `:name` is bound to the notebook's variable of that name."""
        return _result(shell.user_ns, line, None)

    def cell_magic(line: str, cell: str) -> Any:
        """%%sql [NAME] [--connection PROFILE] : run the cell, bind the DataFrame to NAME, and show it as a table."""
        from workbench.warehouse.display import table

        try:
            parsed = parse_cell(line, cell)
        except ValueError as error:
            raise ParameterError(str(error), hint="%%sql [NAME] [--connection PROFILE], and the query below") from error
        frame = _result(shell.user_ns, parsed.text, parsed.connection)
        if parsed.name is not None:
            shell.user_ns[parsed.name] = frame
        return table(frame)

    # a `{name}` or `$name` in the text is the query's own: nothing may be spliced in before we see it
    shell.register_magic_function(no_var_expand(line_magic), "line", "sql")
    shell.register_magic_function(no_var_expand(cell_magic), "cell", "sql")


def _result(namespace: Mapping[str, Any], text: str, connection: str | None) -> Any:
    from workbench.warehouse.query import sql

    if not text.strip():
        raise ParameterError("%sql has no query", hint="write it after %sql, or below %%sql")
    values = {}
    for name in binds(text):
        if name in namespace:
            values[name] = namespace[name]
        else:
            raise ParameterError(
                f"the query wants a value for :{name}", hint=f"assign {name} in a cell before this one"
            )
    return sql(text, connection=connection, **values)
