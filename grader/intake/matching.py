"""Whose a submission is, by a table of people: a gradebook's file or a roster.

A submission belongs to a row when its name is what stands in one of the key columns, or begins with it as platforms'
download names do. Students share names, but not the numbers that a platform puts behind them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from grader.intake import platforms

PLATFORMS = ("ID", "Identifier")  # key columns that hold the numbers of Canvas's and Moodle's download names
NUMBERS = (*PLATFORMS, "SIS User ID", "ID number", "id")  # and those that may hold them, or a university's
MEANS_SOMETHING = 3  # digits; shorter ones are no number of a person unless the platform says so
FULL_NAMES = ("Student", "Full name", "name")
NUMBERED = re.compile(r"(?P<owner>.+?)_(?:LATE_)?(?P<number>\d+)(?=_|$)")


class Table:
    """People in rows."""

    def __init__(
        self, header: Sequence[str], keys: Sequence[str], rows: Sequence[Sequence[str]], entries: Iterable[str] = ()
    ) -> None:
        """`keys` are the columns that say who a row is, the surest first.

        `entries` are what the class has handed in, as the platform called it: where the number and the name of one
        stand in the same row, that column holds the platform's numbers.
        """
        self._forms: dict[str, dict[str, set[int]]] = {key: defaultdict(set) for key in keys}
        for key, found in self._forms.items():
            at = header.index(key)
            for number, row in enumerate(rows):
                for form in _forms(row[at], key) if at < len(row) else ():
                    found[form].add(number)
        self._numbers = [key for key in NUMBERS if key in keys]
        listed = list(entries)
        self._usual = platforms.convention(listed)
        begun = list(map(self._begins, listed))
        self._sure = [
            key
            for key in self._numbers
            if key in PLATFORMS or any(self.called(one.number, [key]) & self.called(one.owner) for one in begun)
        ]

    def called(self, name: str, keys: Iterable[str] | None = None) -> set[int]:
        """The rows of those who are called `name`, by the surest of the keys that knows any."""
        folded = _folded(name)
        known = (self._forms[key].get(folded) for key in (self._forms if keys is None else keys))
        return set(next(filter(None, known), ()))

    def whose(self, names: Sequence[str], entry: str) -> tuple[set[int], bool]:
        """The rows that a submission may belong to, and whether they are called by one of `names`, the surest first.

        `entry` is the name of what was handed in. If none of the names is known, it counts what that begins with.
        """
        begins = self._begins(entry)
        if rows := next(filter(None, map(self.called, names)), None):
            return self._agreed(rows, begins) if begins.is_platform else rows, True
        if not begins.is_platform:
            begins = self._begins(names[0])
        return self._agreed(self.called(begins.owner), begins), False

    def _agreed(self, rows: set[int], begins: _Beginning) -> set[int]:
        """Those of `rows`, found by name, that the number admits; those of the number where no name is known.

        In a column of the platform's numbers the platform's word counts: for the row that has its number, whatever
        the name, and against each that has another.
        """
        if found := self.called(begins.number, self._sure):
            return found if begins.is_platform or not rows else found & rows
        if len(begins.number) >= MEANS_SOMETHING and (found := self.called(begins.number, self._numbers)):
            return found & rows if rows else found
        if not begins.number:
            return rows
        others = (self._forms[key].items() for key in self._sure)
        return rows.difference(*(has for column in others for form, has in column if form.isdecimal()))

    def platform_number(self, entry: str) -> str:
        """The platform's number of whoever handed in `entry`, or nothing."""
        begins = self._begins(entry)
        return begins.number if begins.is_platform else ""

    def _begins(self, entry: str) -> _Beginning:
        named = platforms.owned(entry, self._usual)
        found = NUMBERED.fullmatch(named.key) if named else NUMBERED.match(entry)
        owner = named.owner if named else found["owner"] if found else entry.partition("_")[0]
        is_number = named.is_sure if named else found is not None and len(found["number"]) >= MEANS_SOMETHING
        return _Beginning(owner, found["number"] if found and is_number else "", named is not None)


class _Beginning(NamedTuple):
    """Whose a name says that it is: at its beginning. What follows is the student's choice."""

    owner: str
    number: str
    is_platform: bool  # else a student may have written the number


def _forms(value: str, key: str) -> set[str]:
    """What somebody is called in file names: anna.smith@uni.edu, anna.smith, Smith, Anna, smithanna, Anna Smith."""
    forms = {value}
    if "@" in value:
        forms.add(value.partition("@")[0])
    if key == "Identifier" or value.startswith("Participant "):
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
