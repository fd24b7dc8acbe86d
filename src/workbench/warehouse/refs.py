"""`{{ ref('model') }}` and `{{ source('name', 'table') }}` in a query: the table that dbt's manifest says it is.

Nothing else of Jinja is here: a query that needs more of it is a model's.
"""

from __future__ import annotations

import re

from workbench.errors import ParameterError
from workbench.manifest import Manifest, Node
from workbench.project import Project
from workbench.sqltext import with_braces
from workbench.warehouse.base import joined

_CALL = re.compile(r"(?P<function>ref|source)\s*\(\s*(?P<arguments>.*?)\s*,?\s*\)", re.DOTALL)
_TEXT = re.compile(r"""'([^'"{}\\]+)'|"([^'"{}\\]+)\"""")
_HINT = "a query may have {{ ref('model') }} and {{ source('name', 'table') }}; more of dbt's Jinja belongs in a model"


def resolved(text: str, project: Project) -> str:
    """The query with the names of tables for its refs and sources, as dbt's manifest has them now.

    A text without braces needs no manifest. Raises ParameterError for anything else in two braces, MissingTable for a
    model or source that the manifest doesn't have, with the closest name, and NoManifest where dbt has written none.
    """

    def relation(call: str) -> str:
        node = _node(call, project)
        if node.relation is None:
            raise ParameterError(
                f"{node.name} is {node.materialized or node.kind}: the warehouse has no table of it",
                hint="query a model that is a table or a view",
            )
        return joined(*node.relation)

    if "{" not in text:
        return text
    try:
        return with_braces(text, relation)
    except ValueError as error:
        raise ParameterError(str(error), hint=_HINT) from error


def _node(call: str, project: Project) -> Node:
    match = _CALL.fullmatch(call)
    arguments = [_TEXT.fullmatch(one.strip()) for one in match["arguments"].split(",")] if match else []
    names = [one[1] or one[2] for one in arguments if one]
    if match is None or len(names) != len(arguments) or len(names) not in {"ref": (1, 2), "source": (2,)}[match[1]]:
        raise ParameterError(f"`{{{{ {call} }}}}` can't be read", hint=_HINT)
    manifest = Manifest.of(project)
    if match["function"] == "source":
        return manifest.source(*names)
    return manifest.ref(names[-1], names[0] if len(names) == 2 else None)
