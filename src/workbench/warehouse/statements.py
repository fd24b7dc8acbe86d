"""What a statement's text says of itself: whether it is a query, and that query with at most so many rows."""

from __future__ import annotations

import re

# strings, quoted names and comments hide words; brackets hide those of subqueries
_SKIPPED = re.compile(
    r"""'(?:[^'\\]|\\.|'')*' | "(?:[^"]|"")*" | \$\$.*?\$\$ | --[^\n]* | //[^\n]* | /\*.*?\*/""", re.VERBOSE | re.DOTALL
)
_COMMENT = re.compile(r"--|//|/\*")
_WORD = re.compile(r"[A-Za-z_][\w$]*|[()]")
_SELECTS = frozenset({"SELECT", "WITH", "VALUES", "("})
_SHOWS = frozenset({"SHOW", "DESC", "DESCRIBE", "LIST", "LS", "EXPLAIN", "CALL"})
_RUNS_OTHERS = frozenset({"CALL", "EXECUTE", "DECLARE"})
_MAKES_TEMPORARIES = {
    "CREATE": frozenset({"TEMP", "TEMPORARY", "VOLATILE"}),
    "BEGIN": frozenset({"END"}),  # a block, not a transaction
    "WITH": frozenset({"PROCEDURE"}),
}
# those that define something commit what was open before
_ENDS_TRANSACTION = frozenset({"COMMIT", "ROLLBACK", "CREATE", "ALTER", "DROP"})
_OWN_LIMIT = frozenset({"LIMIT", "FETCH", "TOP", "OFFSET"})


def plain(text: str) -> str:
    """The text with each comment a space and each quoted part `''` or `""`, so that words are words."""
    return _SKIPPED.sub(lambda match: " " if _COMMENT.match(match[0]) else match[0][0] * 2, text)


def words(text: str) -> list[str]:
    """The words that stand in no brackets, in upper case; an opening bracket at the top is one."""
    depth, found = 0, []
    for word in _WORD.findall(plain(text)):
        if word == "(":
            depth += 1
            if depth == 1:
                found.append(word)
        elif word == ")":
            depth -= 1
        elif depth == 0:
            found.append(word.upper())
    return found


def reads(text: str) -> bool:
    """Whether the statement gives rows and changes nothing: SELECT, WITH, VALUES, SHOW and the like."""
    return (words(text)[:1] and words(text)[0] in _SELECTS | _SHOWS) or False


def may_make_temporaries(text: str) -> bool:
    """Whether the statement may leave a temporary table behind: it makes one, or runs what isn't in its text."""
    found = words(text)
    first = found[0] if found else ""
    return first in _RUNS_OTHERS or _MAKES_TEMPORARIES.get(first, frozenset()) & set(found) != frozenset()


def leaves_transaction(text: str) -> bool | None:
    """Whether a transaction is open after the statement; None where it leaves that as it was."""
    found = words(text)
    first = found[0] if found else ""
    if first in _ENDS_TRANSACTION:
        return False
    begins = first == "BEGIN" and "END" not in found  # with END it is a block
    return True if begins or found[:2] == ["START", "TRANSACTION"] else None


def limited(text: str, rows: int) -> str:
    """The query with a LIMIT, where it has none of its own; the warehouse then need not make the other rows."""
    found = words(text)
    if found[:1] and found[0] in _SELECTS and not _OWN_LIMIT & set(found):
        return f"{text}\nlimit {rows}"
    return text
