"""The local warehouse: an embedded server that needs no account, over DuckDB files in the project's folder.

life       started by whoever needs it first, found by everybody else, stopped
address    where it answers, and how any process finds out
server     its process · gateway: HTTP, sessions, cancelling · engine: the databases
mends      what the emulation gets wrong: rewrites (of a statement), typed (by its columns' types), names (of columns),
           copying (COPY), variables (SET) · views, shows, comments, changes: what is asked about tables
"""

from workbench.warehouse.local.life import ensure, find, stop

__all__ = ["ensure", "find", "stop"]
