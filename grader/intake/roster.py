"""Who is in a class folder, or in an archive of one: every entry is a hand-in, or it is said why it is none.

Looks at names only. Files that belong to one student, by a platform's convention or by the student's name in front of
the exercise's, are one hand-in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from pathlib import PurePosixPath
from typing import NamedTuple

from grader.intake import places, platforms
from grader.intake.basket import ARTEFACTS, CODE, DATA, ignored, is_archive, shown

PACKED = {".rar", ".7z", ".xz", ".txz", ".bz2", ".tbz2", ".gz", ".zst", ".z", ".lzh", ".cab", ".sit", ".dmg", ".iso"}
HARMLESS = {  # kinds of files that lie about in class folders and are nobody's work
    "", ".txt", ".md", ".rst", ".html", ".htm", ".csv", ".tsv", ".xls", ".xlsx", ".ods", ".json", ".yml", ".yaml",
    ".toml", ".ini", ".cfg", ".log", ".db", ".lnk", ".url", ".bak", ".tmp", ".png", ".jpg", ".jpeg", ".svg", ".sh", ".bat",
}  # fmt: skip
IN_THE_WAY = {DATA, "env"}  # of instructors and tools as well: hand-ins only with an exercise at their top
SET_ASIDE = "a folder whose name {} is set aside; rename it to have it graded, or name it itself on the command line"
UNSURE = "its name fits two platforms, which tell of different students; put it into a folder called after its student"

Inside = Callable[[str], Collection[str]]  # the paths of the files in a folder of the class


class Entry(NamedTuple):
    """A file or folder of a class."""

    name: str
    is_folder: bool
    refusal: str = ""  # when it is known already
    is_starter: bool = False  # a folder with the course's own files


class HandIn(NamedTuple):
    """What one student has handed in, or an entry that is not graded."""

    name: str
    members: tuple[tuple[str, str], ...]  # entries, each with its name in the submission; empty for what is one itself
    refusal: str = ""


class Roster(NamedTuple):
    """A class, entry for entry."""

    hand_ins: list[HandIn]
    left_alone: list[str]  # plainly nobody's work
    signs: list[str]  # entries by which it is a class: without them it may be any folder

    @property
    def graded(self) -> list[HandIn]:
        return [one for one in self.hand_ins if not one.refusal]


class _Group(NamedTuple):
    """What several entries have in common."""

    key: str
    owner: str
    kept: str = ""


def assign(entries: Iterable[Entry], inside: Inside, exercises: Collection[str]) -> Roster:
    """Whose each entry of a class is."""
    roster = Roster([], [], [])
    groups: dict[str, list[tuple[str, str]]] = {}
    owners: dict[str, str] = {}
    files: dict[str, list[str]] = {}
    entries = sorted(entries)
    usual = platforms.convention(entry.name for entry in entries)
    for entry in entries:
        named = platforms.owned(entry.name, usual)
        found = entry.refusal or _sorted(entry, named, inside, exercises)
        if isinstance(found, _Group):
            groups.setdefault(found.key, []).append((entry.name, found.kept))
            owners[found.key] = found.owner
            within = inside(entry.name) if entry.is_folder else [found.kept or entry.name]
            files.setdefault(found.key, []).extend(within)
            if named or any(_is_sign(file, exercises) for file in within):
                roster.signs.append(entry.name)
        elif found:
            roster.hand_ins.append(HandIn(entry.name, ((entry.name, ""),), found))
            if entry.refusal or named or PurePosixPath(entry.name).suffix.lower() in PACKED:
                roster.signs.append(entry.name)
        else:
            roster.left_alone.append(shown(f"{entry.name}/" if entry.is_folder else entry.name))
    folders = {entry.name for entry in entries if entry.is_folder}
    for key, members in groups.items():
        # a platform's own note about a hand-in is none of its files
        members = [one for one in members if one[1] or one[0] in folders] or members
        members.sort(key=lambda one: platforms.number(one[0]))
        members = _exact_first(members, usual)
        several = list(owners.values()).count(owners[key]) > 1  # attempts of one student, or namesakes
        roster.hand_ins.append(
            HandIn(
                key if several else owners[key],
                tuple(members),
                _contested(members, usual, exercises) or _no_code(files[key]),
            )
        )
    roster.hand_ins.sort(key=lambda one: (one.name.casefold(), one.name))
    return roster


def _sorted(entry: Entry, named: platforms.Owned | None, inside: Inside, exercises: Collection[str]) -> _Group | str:
    """Whose an entry is, or why it is not graded; empty when it is nobody's work."""
    name = entry.name
    if name.startswith((".", "~$")):
        return ""
    if named and not named.is_sure:
        return UNSURE
    if named:
        return _Group(named.key, named.owner, "" if entry.is_folder else _kept(named.file, exercises))
    if entry.is_folder:
        return _sorted_folder(entry, inside, exercises)
    if is_archive(name):
        return _Group(name, name, name)
    plain = platforms.undisguised(name)
    suffix = PurePosixPath(plain).suffix.lower()
    if found := platforms.exercise_in(name, exercises):
        file, who = found
        if who:
            return _Group(f"{who.casefold()}, by hand", who, file)
    if suffix == places.NOTEBOOK:
        return _Group(plain, plain, plain)
    if suffix == ".py":
        return (
            "its name does not tell whose it is and which exercise; call it STUDENT_EXERCISE.py or put it into a folder"
        )
    if suffix in PACKED:
        return f"{suffix} archives cannot be unpacked here; unpack it, or have it packed again as a .zip"
    return (
        "" if suffix in HARMLESS else f"{suffix} files hold no code that could be run; ask for the .py or .ipynb file"
    )


def _sorted_folder(entry: Entry, inside: Inside, exercises: Collection[str]) -> _Group | str:
    name, files = entry.name, inside(entry.name)
    if "index.html" in files and any(file.endswith("/report.json") for file in files) and _no_code(files):
        return ""  # reports of an earlier run
    exact = places.spellings(exercises)
    if ignored(name) or name in IN_THE_WAY:
        return (
            _Group(name, name)
            if any("/" not in file and platforms.exercise_in(file, exercises) for file in files)
            else ""
        )
    if name.startswith("_") or name == places.STARTER:
        work = any(PurePosixPath(file).name in exact for file in files) and not entry.is_starter
        return SET_ASIDE.format("starts with _" if name.startswith("_") else f"is {name}") if work else ""
    return _Group(name, name)


def _is_sign(file: str, exercises: Collection[str]) -> bool:
    name = platforms.undisguised(PurePosixPath(file).name)
    return name.endswith(places.NOTEBOOK) or is_archive(name) or bool(platforms.exercise_in(name, exercises))


def _kept(file: str, exercises: Collection[str]) -> str:
    """What a platform's file is called in the submission."""
    found = platforms.exercise_in(file, exercises)
    return found[0] if found else platforms.plain(file) if file else ""


def _exact_first(members: list[tuple[str, str]], usual: re.Pattern[str] | None) -> list[tuple[str, str]]:
    """Where one file of a platform's hand-in has an exercise's exact name, its others (corr2d_demo.py) keep their own."""
    given = {entry: platforms.plain(named.file) for entry, _ in members if (named := platforms.owned(entry, usual))}
    exact = {kept for entry, kept in members if given.get(entry, "").casefold() == kept.casefold()}
    return [
        (entry, given[entry] if kept in exact and given.get(entry, kept).casefold() != kept.casefold() else kept)
        for entry, kept in members
    ]


def _contested(members: Iterable[tuple[str, str]], usual: re.Pattern[str] | None, exercises: Collection[str]) -> str:
    """Why a hand-in cannot be graded in which two files are the same exercise; copies that are numbered are one."""
    exact = places.spellings(exercises)
    found: dict[str, dict[str, str]] = {}
    for entry, kept in members:
        if kept in exact:
            named = platforms.owned(entry, usual)
            found.setdefault(kept, {})[platforms.plain(named.file if named else entry)] = entry
    for kept, copies in found.items():
        if len(copies) > 1:
            count, listed = len(copies), ", ".join(map(shown, sorted(copies.values())))
            return f"{'two' if count == 2 else count} files for {kept}: {listed}; keep one"
    return ""


def _no_code(files: Collection[str]) -> str:
    """Why a hand-in of these files cannot be graded, whatever is in them; or empty."""
    plain = map(platforms.undisguised, files)
    if any(is_archive(file) or PurePosixPath(file).suffix.lower() in CODE | ARTEFACTS for file in plain):
        return ""
    if not files:
        return "it is empty; ask for the code"
    listed = ", ".join(map(shown, sorted(files)[:3])) + (", ..." if len(files) > 3 else "")
    packed = next((file for file in sorted(files) if PurePosixPath(file).suffix.lower() in PACKED), "")
    advice = f"have {shown(packed)} packed again as a .zip" if packed else "ask for the code itself"
    return f"no .py and no .ipynb file was handed in, only {listed}; {advice}"
