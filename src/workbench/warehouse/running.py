"""Running one statement: in the thread's session, with a query tag and a line of progress, cancelled by Ctrl-C."""

from __future__ import annotations

from typing import Any

from workbench.errors import WarehouseDown
from workbench.project import Project
from workbench.warehouse.base import Cursor


def executed(statement: str, values: list[Any], parameters: dict[str, Any], profile: str, project: Project) -> Cursor:
    """The statement's cursor. Logs in anew where the session is gone: then the statement was not looked at.

    parameters: session parameters for this statement alone. Raises the connector's errors, and WarehouseDown where the
    transaction that the statement belongs to ended with an earlier session.
    """
    from workbench.warehouse.failures import must_log_in_again, raised
    from workbench.warehouse.progress import shown
    from workbench.warehouse.sessions import broken_off, lose, note_temporaries, note_transaction, session
    from workbench.warehouse.statements import leaves_transaction, may_make_temporaries, words
    from workbench.warehouse.tag import query_tag

    given = {"QUERY_TAG": query_tag(), **parameters}
    open_after = leaves_transaction(statement)
    for attempt in (1, 2):
        try:
            cursor = session(profile, project).cursor()
            # a ROLLBACK has what it wants
            if broken_off(profile, project) and words(statement)[:1] != ["ROLLBACK"]:
                raise WarehouseDown(
                    "the session ended, and with it the transaction that was open: nothing of it is kept",
                    hint="begin it again; this statement wasn't run",
                )
            if may_make_temporaries(statement):
                note_temporaries(profile, project)
            with shown(f"running in {profile}"):
                done = cursor.execute(statement, values or None, _statement_params=given)
            if open_after is not None:
                note_transaction(profile, project, open_after)
            return done
        except KeyboardInterrupt:
            # the connector has told the server to cancel; what the session has open is unknown
            if open_after is False:
                note_transaction(profile, project, False)
            lose(profile, project)
            raise
        except raised() as error:
            if attempt == 2 or not must_log_in_again(error):
                if open_after is False:  # it may have been committed: its own error is all that can be said
                    note_transaction(profile, project, False)
                raise
            lose(profile, project)
    raise AssertionError("unreachable")
