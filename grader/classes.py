"""Find the submissions that paths name: each one itself, or all that is in a class folder or an archive of a class."""

from __future__ import annotations

import contextlib
import itertools
import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from grader.errors import UsageError
from grader.intake import places, platforms, roster
from grader.intake.archives import names_in
from grader.intake.basket import ARCHIVES, ARTEFACTS, REPORTS, ignored, is_archive, out_of_reach, shown
from grader.intake.folder import read_file
from grader.intake.places import NOTEBOOK
from grader.intake.roster import Entry, HandIn, Roster
from grader.intake.settle import MOST_STARTER, is_starter, students
from grader.submission import FORMS, Source

MOST_NAME_BYTES = 200  # of a submission's name, which becomes a folder's
# what lies beside the folders of the reports, or in one that is named itself: pages over a class, exports, an engine's files
TAKEN, TAKEN_ENDINGS = {"slurm", *REPORTS}, (".html", ".json", ".xml", ".csv")
HELPER, HELPERS = "helper.py", (".py", *ARTEFACTS)  # what may lie beside a notebook
OLD_COPIES = 3  # so many folders with exercises beside an exercise file are other students', not copies of one's own

Place = tuple[Path, tuple[tuple[str, str], ...]]  # of a submission: its path, or that of its class and its members


class Found(NamedTuple):
    """What paths name."""

    sources: list[Source]
    left_alone: list[str] = []  # entries of class folders that are plainly nobody's work
    only: frozenset[str] = frozenset()  # exercise files, when they were named themselves


def find(
    paths: Iterable[Path], exercises: Mapping[str, tuple[str, ...]], known: Mapping[str, str] | None = None
) -> Found:
    """The submissions that `paths` name; `exercises` are the course's files, each with the names that it must define;
    `known` are the names that submissions had in an earlier run, by their place.

    A folder is a submission when it holds one of them, as it is or as a notebook. What lies in a class folder and
    cannot be graded is among them, with a refusal; a path that is named may be a link. Raises UsageError for a path
    that does not exist or holds no submission.
    """
    sources: dict[Place, Source] = {}
    only: dict[Place, set[str]] = {}
    left_alone: list[str] = []
    origins: dict[Place, tuple[Path, bool]] = {}
    for path, found in _all_found(list(paths), exercises):
        left_alone += found.left_alone
        for source in found.sources:
            place = Path(os.path.abspath(source.path)), source.members  # `..` is no name
            if place not in sources or sources[place].refusal:  # named as well, it is not refused
                sources[place], origins[place] = source, (path, _is_class(path, found))
            only.setdefault(place, set()).update(found.only)
    if len(set(map(frozenset, only.values()))) > 1:
        raise UsageError(
            "name the same exercise files of every submission, or whole folders: each run asks all the same"
        )
    _refuse_clashes(sources, origins)
    named = _named(sources, dict(exercises), known or {})
    return Found(named, left_alone, frozenset(next(iter(only.values()), ())))


def again(place: str, exercises: Mapping[str, tuple[str, ...]]) -> Iterator[Source]:
    """What may be the submission that an earlier run has found in `place`: its digest tells."""
    path = Path(place)
    archive = next((above for above in path.parents if above.is_file()), None)
    for above in (archive,) if archive else (path, path.parent):
        with contextlib.suppress(UsageError):
            yield from (source for source in find([above], exercises).sources if source.place == place)


def _all_found(paths: Sequence[Path], exercises: Collection[str]) -> list[tuple[Path, Found]]:
    """What each path is. Of several in one folder, as a shell lists them, either all are classes or none is: what lies
    in one's own hand-in must not make it the work of others.
    """
    alone = len(paths) == 1
    every = [(path, _find(path, exercises, alone=alone)) for path in paths]
    if alone:
        return every
    itself = [not _is_class(path, found) or _holds_one(found) for path, found in every]
    beside = {Path(os.path.abspath(path)).parent for path, one in zip(paths, itself, strict=True) if one}
    return [
        (path, Found([Source(path=path, name="")]))
        if _is_class(path, found) and Path(os.path.abspath(path)).parent in beside
        else (path, found)
        for path, found in every
    ]


def _is_class(path: Path, found: Found) -> bool:
    return not found.only and any(source.path != path or source.members for source in found.sources)


def _holds_one(found: Found) -> bool:
    """Whether there is but one hand-in, and no platform has named it: a folder around somebody's files."""
    first, *more = found.sources
    return not (more or first.refusal or first.members or platforms.owned(first.path.name))


def _refuse_clashes(sources: Mapping[Place, Source], origins: Mapping[Place, tuple[Path, bool]]) -> None:
    """Raises UsageError where submissions in different paths have one name, but for those that are named themselves."""
    namesakes: dict[str, list[Place]] = {}
    for place, source in sources.items():
        namesakes.setdefault(_called(place, source).casefold(), []).append(place)
    for found in namesakes.values():
        paths = list(dict.fromkeys(str(origins[place][0]) for place in found))
        in_class = any(origins[place][1] for place in found)
        if len(paths) > 1 and in_class and not all(sources[place].refusal for place in found):
            name, listed = shown(_called(found[0], sources[found[0]])), " and ".join(map(shown, paths[:2]))
            raise UsageError(
                f"{listed} each hold a submission called {name}; grade them in runs of their own, each with its --out"
            )


def _called(place: Place, source: Source) -> str:
    """The name that a source would have if nobody else had it."""
    path, members = place
    is_file = bool(members) or os.path.isfile(path)
    return _plain_name(source.name or path.name, kept_whole=bool(source.refusal) or not is_file)


def _is_taken(name: str) -> bool:
    return name in TAKEN or name.endswith(TAKEN_ENDINGS)


def _named(
    sources: Mapping[Place, Source], exercises: dict[str, tuple[str, ...]], known: Mapping[str, str]
) -> list[Source]:
    """Complete sources, each with a name of its own."""
    unique: dict[str, Source] = {}
    for (path, members), source in sources.items():
        name = _called((path, members), source)
        numbered = (f"{name}-{number}" if number > 1 else name for number in itertools.count(1))
        whole = Source(path=path, name=name, refusal=source.refusal, members=members, exercises=exercises)
        possible = itertools.chain([_plain_name(known.get(whole.place, name), kept_whole=True)], numbered)
        name = next(one for one in possible if one not in unique and not _is_taken(one.casefold()))
        unique[name] = msgspec.structs.replace(whole, name=name)
    return list(unique.values())


def _find(path: Path, exercises: Collection[str], alone: bool) -> Found:
    """Sources as far as they are known: those without a name are called after their path. Beside others (not `alone`)
    a folder with an exercise file is no class.
    """
    try:
        is_folder = stat.S_ISDIR(os.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{path}: there is no such file or folder") from None
    except OSError as problem:
        return _refused(path, problem)
    if is_folder:
        try:
            return _in_folder(path, exercises, alone)
        except OSError as problem:
            return _refused(path, problem)
    if is_archive(path.name):
        return _in_archive(path, exercises)
    if path.name.lower().endswith(NOTEBOOK):
        return Found([Source(path=path, name="")])
    return _in_script(path, exercises)


def _refused(path: Path, problem: OSError) -> Found:
    return Found([Source(path=path, name="", refusal=str(out_of_reach(shown(str(path)), problem)))])


def _in_script(path: Path, exercises: Collection[str]) -> Found:
    """One exercise: of the folder it lies in when it has its own name, else alone. Raises UsageError."""
    if path.name in exercises:
        real = path.resolve() if path.is_symlink() else Path(os.path.abspath(path))
        return Found([Source(path=real.parent, name="")], only=frozenset({path.name}))
    named = platforms.owned(path.name)
    found = platforms.exercise_in(named.file if named else path.name, exercises)
    if found is None or not found[0].endswith(".py"):
        listed = ", ".join(sorted(exercises))
        raise UsageError(f"{path}: a submission is {FORMS}, or one of the exercises' files ({listed})")
    owner = named.owner if named else found[1] or path.stem
    return Found([Source(path=path.parent, name=owner, members=((path.name, found[0]),))], only=frozenset({found[0]}))


def _in_archive(path: Path, exercises: Collection[str]) -> Found:
    """The archive itself, or the students in it."""
    names = names_in(path)
    wrapper = ""
    while names and len(tops := {name.partition("/")[0] for name in names}) == 1 and all("/" in name for name in names):
        wrapper += f"{tops.pop()}/"
        names = [name.partition("/")[2] for name in names]
    packed = [name for name in names if is_archive(name) and "/" not in name]
    if not students(names, exercises) and (len(packed) < 2 or len(packed) < len(names)):
        return Found([Source(path=path, name="")])
    within: dict[str, list[str]] = {}
    folders: set[str] = set()
    for name in names:
        top, slash, rest = name.partition("/")
        folders.update([top] if slash else [])
        within.setdefault(top, []).extend([rest] if rest and not rest.endswith("/") else [])
    entries = [Entry(name, is_folder=name in folders) for name in within if name]
    return _sources(path, roster.assign(entries, within.__getitem__, exercises), {}, wrapper)


def _in_folder(path: Path, exercises: Collection[str], alone: bool = True) -> Found:
    """Raises UsageError, and OSError when `path` cannot be listed."""
    names = places.spellings(exercises)
    with os.scandir(path) as scanned:
        listed = sorted(scanned, key=lambda entry: entry.name)
    if any(entry.name in names for entry in listed) and not (alone and _is_class_all_the_same(listed, names)):
        return Found([Source(path=path, name="")])
    within: dict[str, list[str]] = {}
    entries = [_entry(entry, within) for entry in listed]
    called = roster.assign(entries, within.__getitem__, exercises)
    if not called.signs:
        scripts = ", ".join(sorted(exercises))
        raise UsageError(f"{path}: neither it nor a folder in it holds one of {scripts}")
    if len(called.graded) == 1 and (found := _lone(path, called, within, exercises)):
        return found
    return _sources(path, called, {entry.name: entry.refusal for entry in entries})


def _entry(entry: os.DirEntry[str], within: dict[str, list[str]]) -> Entry:
    """An entry of a class folder. Followed, a link to a neighbour would earn his marks."""
    place, name = shown(entry.path), entry.name
    try:
        if entry.is_symlink():
            advice = f"put a copy in its place, or name {place} itself on the command line"
            refusal = f"{place} is a link, which is not followed inside a class folder; {advice}"
            return Entry(name, False, "" if name.startswith(".") else refusal)
        if not entry.is_dir():
            return Entry(name, False)
    except OSError as problem:
        return Entry(name, False, str(out_of_reach(place, problem)))
    unlisted: list[OSError] = []
    skipped = name.startswith((".", "__"))
    within[name] = [] if skipped else list(places.files_in(Path(entry.path), unlisted.append))
    if unlisted:
        return Entry(name, True, str(out_of_reach(shown(str(unlisted[0].filename or entry.path)), unlisted[0])))
    return Entry(name, True, is_starter=name == places.STARTER and _untouched(Path(entry.path), within[name]))


def _untouched(folder: Path, files: Iterable[str]) -> bool:
    """Whether no script in a folder holds any work. Raises OSError."""
    scripts = [file for file in files if file.endswith((".py", NOTEBOOK)) and file != HELPER]
    found = [read_file(folder / script, MOST_STARTER) for script in scripts]
    return all(isinstance(data, bytes) and is_starter(data) for data in found)


def _is_class_all_the_same(entries: Iterable[os.DirEntry[str]], names: set[str]) -> bool:
    """Whether a folder with an exercise file holds other students' work as well: one file has gone astray."""
    copies, owners = 0, set[str]()
    for entry in entries:
        with contextlib.suppress(OSError):
            is_folder = entry.is_dir(follow_symlinks=False)
            if (owned := platforms.owned(entry.name)) and (is_folder or platforms.plain(owned.file) in names):
                owners.add(owned.key)
            copies += is_folder and not ignored(entry.name) and places.is_submission(Path(entry.path), names)
    return max(copies, len(owners)) >= OLD_COPIES  # one or two that are called so may be a student's own doing


def _lone(path: Path, called: Roster, within: Mapping[str, list[str]], exercises: Collection[str]) -> Found | None:
    """What the only entry of a class that can be graded is, when it is not a student's hand-in."""
    (entry, kept), *more = called.graded[0].members
    others = [one.members[0][0] for one in called.hand_ins if one.refusal]
    if more or platforms.owned(entry):
        return None
    if not is_archive(entry) and entry not in within:  # a notebook, with its helpers
        inner = entry == kept and all(other.endswith(HELPERS) for other in others)
        return Found([Source(path=path, name="")]) if inner else None
    if others:  # that are hand-ins as well, so that this is one
        return None
    if is_archive(entry):
        found = _in_archive(path / entry, exercises)
        inner = found.sources[0].members != ()
    else:
        inner = bool(students(within[entry], exercises))
        found = _in_folder(path / entry, exercises) if inner else Found([])
    return Found(found.sources, [*found.left_alone, *called.left_alone]) if inner else None


def _sources(path: Path, called: Roster, told: Mapping[str, str], wrapper: str = "") -> Found:
    """The hand-ins of the class in `path`, below `wrapper` where it is an archive."""
    return Found([_source(path, one, told, wrapper) for one in called.hand_ins], called.left_alone)


def _source(path: Path, one: HandIn, told: Mapping[str, str], wrapper: str) -> Source:
    first, kept = one.members[0]
    place = path / f"{wrapper}{first}"
    refusal = one.refusal and (told.get(first) or f"{shown(str(place))}: {one.refusal}")
    whole = len(one.members) == 1 and (not kept or kept == first or is_archive(first))
    if whole and not is_archive(path.name):
        return Source(path=place, name=one.name, refusal=refusal)
    members = tuple((f"{wrapper}{entry}", kept) for entry, kept in one.members)
    return Source(path=path, name=one.name, refusal=refusal, members=members)


def _plain_name(name: str, kept_whole: bool) -> str:
    for ending in (*ARCHIVES, NOTEBOOK):
        if not kept_whole and name.lower().endswith(ending):
            name = name[: -len(ending)]
    # a name that is not UTF-8 could not be written into a report; nor may the report's folder have too long a name
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    if not text.strip("."):  # "." and ".." would be other folders than the report's own
        text = "submission"
    text = text.replace("/", "_").replace("\0", "_")  # in an archive there is no end of what a name can hold
    return text.encode()[:MOST_NAME_BYTES].decode("utf-8", "ignore")
