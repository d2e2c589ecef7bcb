"""Whose a submission is, by a table of people: a gradebook's file or a roster.

A submission belongs to a row when its name is what stands in one of the key columns, or begins with it as platforms'
download names do.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence

from grader.intake import platforms

NUMBERS = ("SIS User ID", "ID", "ID number", "Identifier", "id")  # key columns that hold a platform's number
FULL_NAMES = ("Student", "Full name", "name")
NUMBERED = re.compile(r"(?P<owner>.+?)_(?:LATE_)?(?P<number>\d+)(?=_|$)")


class Table:
    """People in rows."""

    def __init__(self, header: Sequence[str], keys: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """`keys` are the columns that say who a row is, the surest first."""
        self._forms: dict[str, dict[str, set[int]]] = {key: defaultdict(set) for key in keys}
        for key, found in self._forms.items():
            at = header.index(key)
            for number, row in enumerate(rows):
                for form in _forms(row[at], key) if at < len(row) else ():
                    found[form].add(number)

    def called(self, name: str, keys: Iterable[str] | None = None) -> set[int]:
        """The rows of those who are called `name`, by the surest of the keys that knows any."""
        folded = _folded(name)
        known = (self._forms[key].get(folded) for key in (self._forms if keys is None else keys))
        return set(next(filter(None, known), ()))

    def begun(self, name: str) -> set[int]:
        """The rows of those with whose name or number a submission's name begins."""
        owner, number = _begins(name)
        numbers = [key for key in self._forms if key in NUMBERS and len(number) > 2]  # short ones alone say nothing
        return self.called(number, numbers) | self.called(owner)


def _begins(submission: str) -> tuple[str, str]:
    """Whose a name says that it is, and the platform's number: at its beginning. What follows is the student's choice."""
    found = NUMBERED.match(submission)
    named = platforms.owned(submission)
    owner = named.owner if named else found["owner"] if found else submission.partition("_")[0]
    return owner, found["number"] if found else ""


def _forms(value: str, key: str) -> set[str]:
    """What somebody is called in file names: anna.smith@uni.edu, anna.smith, Smith, Anna, smithanna, Anna Smith."""
    forms = {value}
    if "@" in value:
        forms.add(value.partition("@")[0])
    if key == "Identifier":
        forms.add(re.sub(r"\D", "", value))  # Participant 12345
    if key in FULL_NAMES:
        last, comma, first = value.partition(",")
        forms |= (
            {f"{first.strip()} {last.strip()}", f"{last}{first}"} if comma else {"".join(reversed(value.split(" ", 1)))}
        )
    return {folded for form in forms if (folded := _folded(form))}


def _folded(text: str) -> str:
    """Letters and digits alone, without accents and case."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if sign.isalnum())
