"""What the result of a check depends on beside the submission: one fingerprint a check, made of a digest for each thing.

The source of the check itself is told apart from that of its neighbours in the same file; all that is imported from
there counts as well, and the machinery of judge and worker. What only says how a result is shown (points, hint, title,
visibility) is taken out of the source before. Where it is in doubt whether something matters, it does.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import inspect
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import reference
from grader.authoring.exercise import Check, Exercise
from grader.authoring.sources import Imported, closure, home, imports
from grader.course import Course
from grader.engine.local import Options, versions
from grader.errors import AuthorError
from grader.grading.glance import OURS, ROOT
from grader.judge import diagnosis
from grader.rubric import thresholds
from reference import data

PACKAGE = ROOT / "grader"
ANSWERS = Path(reference.__file__).resolve().parent
MACHINERY = ("judge/runner.py", "engine/local.py", "worker/child.py", "worker/nursery.py", "worker/evaluator.py")
SHOWN = {  # arguments that only say how something is shown
    "check": {"points", "public", "hint", "lesson"},
    "exercise": {"title", "lesson", "about"},
    "Exercise": {"title", "lesson", "about"},
}
SHOWING = re.compile(rb"\b(%s)\s*\(" % "|".join(SHOWN).encode())
MOST_BYTES = 1 << 24  # of a file beside an author's checks: larger ones are data sets

Parts = dict[str, str]  # digest of each thing, by what it is called


def fingerprints(course: Course, checks: Iterable[Check], options: Options) -> dict[str, Parts]:
    """The parts of each check's fingerprint, by its name."""
    try:
        around = _conditions(options) | _machinery()
        return {check.id: around | _of(course, check, options) for check in checks}
    finally:
        for known in (_machinery, _closure, _imported, _tree, _source, _checks):  # files may change until the next time
            known.cache_clear()


def digest(parts: Mapping[str, str]) -> str:
    """One digest over all parts."""
    return _sha(repr(sorted(parts.items())))


def state(course: Course, checks: Iterable[Check], options: Options) -> str:
    """A digest over every byte that `fingerprints` could read, found without reading any of it as Python.

    Empty where there is no telling which bytes these are: an author's own exercises may import from anywhere.
    """
    if course.own:
        return ""
    sources = (file for file in PACKAGE.rglob("*.py") if not file.is_relative_to(PACKAGE / "data"))
    files = [*sources, *PACKAGE.glob("data/*.json"), *ANSWERS.rglob("*.py"), *ANSWERS.rglob("*.json")]
    read = [(str(file), _sha(file.read_bytes())) for file in sorted(files)]
    asked = [(check.id, sorted(_declared(course, check, options).items())) for check in checks]
    return _sha(repr((read, asked, sorted(_conditions(options).items()))))


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What is not the same in two fingerprints, in words, the nearest first."""
    different = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    return sorted(different, key=lambda name: (not name.startswith("the check"), not name.endswith(".py"), name))


def _of(course: Course, check: Check, options: Options) -> Parts:
    exercise = check.exercise
    with_checks = {Path(one.body.__code__.co_filename).resolve() for one in exercise.checks}
    parts = {
        str(file.relative_to(root)): _source(file, whole=file not in with_checks)
        for file, root in _written(course, exercise, check).items()
    }
    parts["the check itself"] = _itself(check)
    return parts | _declared(course, check, options) | _beside(course, exercise)


def _declared(course: Course, check: Check, options: Options) -> Parts:
    """What the check and its exercise say of themselves, or course.toml of them."""
    exercise = check.exercise
    declared = (
        *(check.all_needs, check.without, check.own_work, check.live, check.files, check.trains),
        *(exercise.file, exercise.class_names, exercise.batches, exercise.function_names, exercise.ready_made),
        sorted(exercise.optional),
    )
    parts = {
        "the check's needs and kind": _sha(repr(declared)),
        "the limits": _sha(repr(options.limits_of(exercise.name))),
        "the thresholds": _sha(repr(sorted(thresholds.OVERRIDES.items()))) if exercise.class_names else "",
    }
    return parts | ({"whether students' training is run": str(options.data.train)} if check.trains else {})


def _conditions(options: Options) -> Parts:
    return {
        **{f"the version of {name}": number for name, number in versions().items()},
        "the isolation": options.isolation,
        "the device": options.device,
        "the data sets": _sha(repr(_data(options.data.root))),
    }


def _data(root: str | None) -> list[object]:
    """The files of the data sets that are here."""
    found: list[object] = []
    for name in data.here(root):
        folder = data.SOURCES[name].folder
        where = data.data_root(root) / folder / "raw" if folder else None
        found.append((name, sorted((f.name, f.stat().st_size) for f in where.iterdir()) if where else ()))
    return found


@cache
def _machinery() -> Parts:
    files = closure([PACKAGE / name for name in MACHINERY], ROOT, OURS, _imported())
    return {str(file.relative_to(ROOT)): _sha(file.read_bytes()) for file in files}


def _beside(course: Course, exercise: Exercise) -> Parts:
    """Files that are no source: catalogue of mistakes, measured thresholds, and what an author's checks may read."""
    found = {diagnosis.path(exercise): "the catalogue of mistakes"}
    if exercise.class_names:
        found |= {file: f"reference/trained/{file.name}" for file in sorted(thresholds.TRAINED.glob("*.json"))}
    folder = course.folder
    if folder is not None and exercise.name in course.own:
        written = _closure(folder / "rubric" / f"{exercise.name}.py", folder)
        for place in {file.parent for file, root in written.items() if root == folder} | {folder}:
            found |= {file: str(file.relative_to(folder)) for file in place.iterdir() if _may_be_read(file)}
    return {called: _sha(file.read_bytes()) for file, called in found.items() if file.is_file()}


def _may_be_read(file: Path) -> bool:
    """By an author's checks, as data."""
    return file.is_file() and file.suffix not in (".py", ".pyc", ".toml") and file.stat().st_size <= MOST_BYTES


def _written(course: Course, exercise: Exercise, check: Check) -> dict[Path, Path]:
    """The files that a check's code is made of, each with the folder that its imports start from."""
    start: dict[Path, Path] = {}
    for made in (check.body, *exercise.answers):
        if isinstance(made, str):  # MODULE:CLASS, which takes long to import
            start[ROOT.joinpath(*made.partition(":")[0].split(".")).with_suffix(".py")] = ROOT
        else:
            start |= _home(made)
    start[PACKAGE / "rubric" / f"{exercise.name}.py"] = ROOT
    folder = course.folder
    if folder is not None and exercise.name in course.own:
        start[folder / "rubric" / f"{exercise.name}.py"] = folder
    found: dict[Path, Path] = {}
    for file, root in start.items():
        if file.is_file() and any(file.is_relative_to(ours) for ours in (PACKAGE, ANSWERS, folder) if ours):
            found |= _closure(file, root)
    return dict(sorted(found.items()))


def _home(made: Any) -> dict[Path, Path]:
    """None for what was written elsewhere, of which the version counts."""
    try:
        file, root, _ = home(made)
    except (AuthorError, TypeError):
        return {}
    return {file: root}


@cache
def _closure(file: Path, root: Path) -> dict[Path, Path]:
    """A file and all of ours that it imports; of an author's file, what it imports from the grader as well."""
    if root == ROOT:
        return dict.fromkeys(closure([file], ROOT, OURS, _imported()), ROOT)
    own = closure([file], root)
    dotted = {name for each in own for name in imports(each, root) if name.partition(".")[0] in OURS}
    files = {ROOT.joinpath(*name.split(".")) for name in dotted}
    started = [each for path in files for each in (path.with_suffix(".py"), path / "__init__.py") if each.is_file()]
    return dict.fromkeys(closure(started, ROOT, OURS, _imported()), ROOT) | dict.fromkeys(own, root)


@cache
def _imported() -> Imported:
    """Of our own files."""
    return {}


@cache
def _tree(file: Path) -> ast.Module:
    """Without what is only shown."""
    source = file.read_bytes()
    tree = ast.parse(source)
    return _Plain().visit(tree) if SHOWING.search(source) else tree


@cache
def _source(file: Path, whole: bool) -> str:
    """A digest over a file, without the checks in it unless `whole`."""
    return _sha(ast.dump(_tree(file) if whole else _WithoutChecks().visit(copy.deepcopy(_tree(file)))))


def _itself(check: Check) -> str:
    """A digest over a check and over those in the same file whose names it mentions."""
    by_name = _checks(Path(check.body.__code__.co_filename).resolve())
    found: dict[str, list[str]] = {}
    todo = [inspect.unwrap(check.body).__name__]
    while todo:
        name = todo.pop()
        if name in by_name and name not in found:
            found[name] = list(map(ast.dump, by_name[name]))
            todo += [node.id for each in by_name[name] for node in ast.walk(each) if isinstance(node, ast.Name)]
    return _sha(repr(sorted(found.items())))


@cache
def _checks(file: Path) -> dict[str, list[ast.FunctionDef]]:
    """All of a name: which of them is which, a name does not tell."""
    found: dict[str, list[ast.FunctionDef]] = {}
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.FunctionDef) and _is_check(node):
            found.setdefault(node.name, []).append(node)
    return found


def _is_check(node: ast.FunctionDef) -> bool:
    return any(_called(each) == "check" for each in node.decorator_list)


def _called(node: ast.AST) -> str:
    function = node.func if isinstance(node, ast.Call) else None
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


class _Plain(ast.NodeTransformer):
    """Takes out the arguments that only say how something is shown, and the docstrings of checks."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        shown = SHOWN.get(_called(node), set())
        node.keywords = [keyword for keyword in node.keywords if keyword.arg not in shown]
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        if _is_check(node) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return node


class _WithoutChecks(ast.NodeTransformer):
    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST | None:
        self.generic_visit(node)
        return None if _is_check(node) else node


def _sha(value: str | bytes) -> str:
    return hashlib.sha256(value.encode() if isinstance(value, str) else value).hexdigest()
