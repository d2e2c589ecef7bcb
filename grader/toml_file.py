"""A TOML file that says where it is wrong: file, line and a suggestion."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec

from grader.errors import AuthorError, UsageError
from grader.words import suggest


class TomlFile:
    """The contents of a file that somebody has written by hand."""

    def __init__(self, file: Path, option: str) -> None:
        """`option` names the file on the command line. Raises UsageError, AuthorError."""
        self.file = file
        try:
            self._text = file.read_text(encoding="utf-8")
        except OSError as problem:
            raise UsageError(f"{option} {file}: cannot be read: {problem.strerror}") from None
        except UnicodeDecodeError as problem:
            raise AuthorError(f"{file} is not UTF-8 text: {problem}") from None
        try:
            self.raw = tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as problem:
            raise AuthorError(f"{file}: {problem}") from None

    def error(self, keys: tuple[str, ...], message: str) -> AuthorError:
        """An error with the line where the value under `keys` stands, or the table around it."""
        lines = _lines(self._text)
        line = next((lines[keys[:n]] for n in range(len(keys), 0, -1) if keys[:n] in lines), 1)
        return AuthorError(f"{self.file}, line {line}: {message}")

    def converted(self, value: Any, kind: type[Any], *keys: str) -> Any:
        """`value`, which stands under `keys`, as a record. Raises AuthorError."""
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as problem:
            fields = _fields(str(problem))
            raise self.error((*keys, *fields), _in_words(str(problem), kind, fields)) from None


EXPECTED = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "str": "a text in quotes",
    "array": "a list in brackets",
    "object": "a table",
    "datetime": "a date and a time with its zone",
}


def _in_words(message: str, kind: type[Any], fields: tuple[str, ...]) -> str:
    """A msgspec message for somebody who has never heard of it; as it is where it says something else."""
    last = fields[-1] if fields else ""
    if "unknown field" in message:
        return f"there is no key {last!r} here" + (suggest(last, kind.__struct_fields__) if len(fields) == 1 else "")
    if found := re.match(r"Object missing required field `(\w+)`", message):
        return f"the key {found[1]!r} is missing" + (f" in {last}" if last else "")
    if found := re.match(r"Invalid enum value (.+?)(?: - at .*)?$", message):
        allowed = get_args(get_type_hints(kind).get(last))
        values = [value for each in allowed for value in get_args(each) or [each] if isinstance(value, str)]
        return f"{last} = {found[1]} is not possible" + (f"; there are: {', '.join(values)}" if values else "")
    if found := re.match(r"Expected `(.+?)`, got `(\w+)`", message):
        wanted = [EXPECTED.get(one, one) for one in found[1].split(" | ") if one != "null"]
        got = "a number with a fraction" if found[2] == "float" else EXPECTED.get(found[2], found[2])
        return f"{last or 'this'} has to be {' or '.join(wanted)}, and it is {got}"
    if "RFC3339" in message:
        return f"{last} has to be a date and a time with its zone, such as 2026-12-01T18:00:00+01:00"
    return message


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """The line of each table and each key, by its whole path."""
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        head = line if line.lstrip().startswith("[") else f"{line.partition('=')[0]} = 0"
        try:
            parsed: Any = tomllib.loads(head)
        except tomllib.TOMLDecodeError:  # blank, a comment, or inside of a value of many lines
            continue
        keys: tuple[str, ...] = ()
        while isinstance(parsed, dict) and parsed:
            keys, parsed = (*keys, next(iter(parsed))), next(iter(parsed.values()))
        if head is line:
            table, keys = keys, ()
        path = (*table, *keys)
        for n in range(1, len(path) + 1):
            found.setdefault(path[:n], number)
    return found


def _fields(message: str) -> tuple[str, ...]:
    """The path to what a msgspec message is about: `... - at `$.points``; an unknown field's name is in the message."""
    path = message.rpartition(" - at `$")[2].rstrip("`") if " - at `$" in message else ""
    unknown = [message.split("`")[1]] if "unknown field" in message else []
    return (*filter(None, path.partition("[")[0].split(".")), *unknown)
