"""A TOML file that says where it is wrong: file, line and a suggestion."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

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
            message, fields = str(problem), _fields(str(problem))
            if "unknown field" in message and len(fields) == 1:
                message += suggest(fields[0], kind.__struct_fields__)
            raise self.error((*keys, *fields), message) from None


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
