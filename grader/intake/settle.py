"""Find the exercises in what was handed in: an archive inside of it, a folder around them, names that a platform
has changed, a notebook beside the untouched starter.

Everything that is guessed here is noted on the report.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from grader.intake import places, platforms
from grader.intake.archives import unpack
from grader.intake.basket import ARTEFACTS, CODE, Basket, Parts, is_archive, shown

MOST_STARTER = 1 << 16  # bytes of a file that is looked at
DOCSTRING = re.compile(r'("""|\'\'\')[\s\S]*?\1')
# of lines without blanks around them and of single blanks: the patterns must be quick on any text
SIGNATURE = re.compile(r"^(?:def|class) \w+ ?(?:\([^()]*\))? ?(?:->[^:\n]*)?: ?", re.MULTILINE)
NO_WORK = re.compile(
    r"(?:(?:import|from) [^;]*|super\(\).__init__\(\)|\w+ = None|pass|\.\.\.|raise NotImplementedError(?:\([^;]*\))? ?(?:#.*)?|#.*)?"
)
MAIN = re.compile(r"^if __name__\s*==", re.MULTILINE)


def settle(basket: Basket, exercises: Collection[str]) -> None:
    """Put the exercise files of `basket` where they belong; with no `exercises` nothing is known of their names.

    Raises SubmissionUnreadable when there is no code, or the work of several students.
    """
    basket.tidy()
    _open_archives(basket, exercises)
    _undisguise(basket)
    if exercises:
        if all(_suffix(parts) not in CODE | ARTEFACTS for parts in basket.files):
            told = "".join(f"; {note}" for note in basket.notes()[:2])
            raise basket.unreadable(f"it holds no .py and no .ipynb file{told}; ask for the code itself")
        if len(found := students(map("/".join, basket.files), exercises)) > 1:
            listed = ", ".join(map(shown, found[:3]))
            raise basket.unreadable(
                f"it holds the same exercise in several folders or files ({listed}{', ...' if len(found) > 3 else ''}); "
                "keep one, or when it is a class name it itself on the command line"
            )
        _lift(basket, exercises)
        _rename(basket, exercises)


def _open_archives(basket: Basket, exercises: Collection[str]) -> None:
    """Unpack the archives of an upload in which nothing else holds its exercises."""
    if any(_holds_exercise(parts, exercises) for parts in basket.files):
        for parts in basket.archives:
            basket.leave_out("/".join(parts), "archives beside exercise files are not unpacked")
        return
    for parts, data in sorted(basket.archives.items()):
        name = shown("/".join(parts))
        inner = Basket(f"{basket.source}/{name}")
        unpack(data, inner)
        inner.tidy()
        for path in inner.archives:
            inner.leave_out("/".join(path), "it is an archive in an archive")
        for path, content in inner.files.items():
            basket.add(path, content)
        basket.note(f"{name} was unpacked")
        for note in inner.notes():
            basket.note(note)
    basket.archives.clear()
    basket.tidy()


def _holds_exercise(parts: Parts, exercises: Collection[str]) -> bool:
    if _suffix(parts) not in CODE:
        return bool(platforms.exercise_in(parts[-1], exercises))
    return parts[-1].endswith(places.NOTEBOOK) or not exercises or bool(platforms.exercise_in(parts[-1], exercises))


def students(paths: Iterable[str], exercises: Collection[str]) -> list[str]:
    """The entries of a folder that holds `paths` which are hand-ins of their own: none when it is itself a submission.

    They are told by a platform's names, or by the same exercise in several of them.
    """
    split = [path.split("/") for path in paths]
    names = places.spellings(exercises)
    if any(len(parts) == 1 and platforms.is_exercise(parts[0], exercises) for parts in split):
        return []
    by_platform, by_exercise = dict[str, None](), dict[str, dict[str, None]]()
    for parts in split:
        top, last = parts[0], parts[-1]
        named = platforms.owned(top)
        if named and (len(parts) > 1 or platforms.exercise_in(named.file, exercises) or is_archive(top)):
            by_platform[top] = None
        elif found := platforms.exercise_in(last, exercises):
            exact = last in names
            if (exact and len(parts) > 1) or (found[1] and len(parts) == 1):
                by_exercise.setdefault(found[0].partition(".")[0], {})[top] = None
    most = max(by_exercise.values(), key=len, default={})
    return list(by_platform or (most if len(most) > 1 else ()))


def _lift(basket: Basket, exercises: Collection[str]) -> None:
    """Where all exercise files lie in one folder, that is the submission."""
    names = places.spellings(exercises)
    homes = {parts[:-1] for parts in basket.files if parts[-1] in names}
    home = next(iter(homes)) if len(homes) == 1 else ()
    if not home or any(len(parts) == 1 and parts[0].endswith(places.NOTEBOOK) for parts in basket.files):
        return  # a notebook at the top may hold them as well
    basket.files = {parts[len(home) :]: data for parts, data in basket.files.items() if parts[: len(home)] == home}
    basket.note(f"everything was taken from {shown('/'.join(home))}/, where the exercises lie")


def _undisguise(basket: Basket) -> None:
    """Take off the endings that hide code: corr2d.py.txt."""
    for parts in sorted(basket.files):
        name = (*parts[:-1], platforms.undisguised(parts[-1]))
        if name not in basket.files:
            basket.files[name] = basket.files.pop(parts)
            basket.note(f"{shown('/'.join(parts))} was taken for {shown(name[-1])}")


def _rename(basket: Basket, exercises: Collection[str]) -> None:
    """Give the exercises at the top the names that they were asked for under."""
    top = [parts[0] for parts in basket.files if len(parts) == 1]
    for name, file in platforms.renamed(top, exercises).items():
        basket.files[(file,)] = basket.files.pop((name,))
        basket.note(f"{shown(name)} was taken for {file}")


def without_starters(basket: Basket) -> dict[Parts, bytes]:
    """Take the untouched starter files out of a basket with notebooks, which may hold the work: those files."""
    if not any(parts[-1].endswith(places.NOTEBOOK) for parts in basket.files):
        return {}
    found = {parts: data for parts, data in basket.files.items() if parts[-1].endswith(".py") and is_starter(data)}
    for parts in found:
        del basket.files[parts]
    return found


def put_back(basket: Basket, starters: dict[Parts, bytes]) -> None:
    """Those in whose place no notebook has come, or should have: what cannot be read is not graded as unwritten."""
    for parts, data in starters.items():
        notebook = parts[-1].removesuffix(".py") + places.NOTEBOOK
        if parts in basket.files or (*parts[:-1], notebook) in basket.files:
            basket.note(f"the notebook counts: the {shown('/'.join(parts))} beside it is still the starter's")
        else:
            basket.files[parts] = data


def is_starter(data: bytes) -> bool:
    """Whether a script is still what a student receives: nothing in it but names and `raise NotImplementedError`."""
    if len(data) > MOST_STARTER or b"raise NotImplementedError" not in data:
        return False
    text = MAIN.split(data.decode("utf-8", "replace"))[0]
    lines = (" ".join(line.split()) for line in DOCSTRING.sub("", text).splitlines())
    return all(map(NO_WORK.fullmatch, SIGNATURE.sub("", "\n".join(filter(None, lines))).split("\n")))


def _suffix(parts: Parts) -> str:
    return "." + parts[-1].rpartition(".")[2].lower()
