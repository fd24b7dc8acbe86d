"""What came of each case when `make docs` ran them last: with fakesnow alone, and the words of what is refused here."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

from casebook import Case

FILE = Path(__file__).with_name("noted.json")


class Noted(NamedTuple):
    """All by the case's name. version: fakesnow's. texts: see text_of. alone: see alone.py. refused: messages."""

    version: str
    texts: dict[str, str]
    alone: dict[str, str]
    refused: dict[str, str]

    @classmethod
    def read(cls) -> Noted:
        """What the file says."""
        facts = json.loads(FILE.read_text())
        cases = facts["cases"]
        return cls(
            facts["fakesnow"],
            {one["case"]: one["text"] for one in cases},
            {one["case"]: one["alone"] for one in cases},
            {one["case"]: one["refused"] for one in cases if "refused" in one},
        )

    def written(self) -> str:
        """As the file has it: a case a line, so that a change is seen as one."""
        lines = [
            json.dumps({"case": name, "text": self.texts[name], "alone": self.alone[name]}, ensure_ascii=False)[:-1]
            + (f', "refused": {json.dumps(self.refused[name], ensure_ascii=False)}' if name in self.refused else "")
            + "}"
            for name in self.texts
        ]
        return f'{{"fakesnow": {json.dumps(self.version)}, "cases": [\n' + ",\n".join(lines) + "\n]}\n"


def text_of(case: Case) -> str:
    """A fingerprint of the statements and of what is promised: what was noted of others says nothing of these."""
    promised = (case.types, case.names, case.chosen, case.rows, case.failure)
    return hashlib.sha256(repr((case.before, case.statement, promised)).encode()).hexdigest()[:12]
