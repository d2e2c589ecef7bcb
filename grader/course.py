"""A course: which exercises there are, with what points, limits and thresholds.

The built-in courses need no file: `core`, the default, and `everything`. A folder with a `course.toml` makes another one:

    name = "Seeing machines"
    course = "everything"                       # all built-in exercises (default: "core"), or only these:
    exercises = ["corr2d", "lenet5", "blur"]    # built-in ones, and blur from rubric/blur.py beside this file

    [lessons]                                   # what --lesson names (default: the lessons of the built-in exercises)
    "filters" = ["corr2d", "blur"]

    [limits]                                    # for every exercise, see grader.worker.client.Limits
    call_seconds = 5
    [limits.lenet5]                             # for one
    memory_bytes = 4_294_967_296

    [thresholds]
    "lenet5.digits" = 0.95

    [files]                                     # a missing one fails its checks, or does not count
    "lenet5.onnx" = "optional"

    [checks."corr2d.linear"]
    points = 2
    public = true                               # or visibility = "public", "hidden", "after_due_date"

    [checks."corr2d.own_work"]
    gate = false                                # what it finds costs its own points only
    points = 1

    [policy]                                    # how marks follow from points: see grader.policy.rules

Whatever does not fit is refused with the file, the line and a suggestion.
"""

from __future__ import annotations

import importlib.util
import inspect
import re
import sys
from collections.abc import Collection, Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import msgspec

from grader import rubric
from grader.authoring import asserted, declared
from grader.authoring.exercise import Check, Exercise
from grader.errors import AuthorError, UsageError
from grader.policy import rules
from grader.policy.rules import Policy
from grader.records import Record
from grader.rubric import thresholds
from grader.toml_file import TomlFile
from grader.words import suggest
from grader.worker.client import Limits

FILE = "course.toml"
MISUSES = (  # what Python says of a call, and what its author needs to know
    (r"Exercise\.(check|__init__)\(\) got an unexpected keyword argument '(\w+)'", "there is no {1}=... to declare"),
    (r"Exercise\.(check)\(\) missing", "a check says what it is worth: @EXERCISE.check(points=1)"),
    (r"Exercise\.(check)\(\) takes", "a check is declared by name and in parentheses: @EXERCISE.check(points=1)"),
    (r"Exercise\.(__init__)\(\) missing", 'an exercise has a name and a title: exercise("NAME", title="TITLE", ...)'),
    (r"Exercise\.(__init__)\(\) takes", 'all but the name is given by name: exercise("NAME", title="TITLE", ...)'),
    (r"\.(Check) object at .* is not (?:a )?callable", declared.ORDER),
)


class Course:
    """What a run grades by."""

    def __init__(
        self,
        name: str,
        exercises: Mapping[str, Exercise],
        limits: Mapping[str, Limits],
        file: Path | None = None,
        own: Iterable[str] = (),
        lessons: Mapping[str, Iterable[str]] = rubric.LESSONS,
        policy: Policy | None = None,
    ) -> None:
        self.name = name
        self.exercises = dict(exercises)
        self.limits = dict(limits)
        self.file = file  # its course.toml; None for the built-in ones
        self.own = frozenset(own)  # exercises that are not built in: nobody has tried them before
        self.policy = policy
        here = {lesson: tuple(name for name in names if name in self.exercises) for lesson, names in lessons.items()}
        self.lessons = {lesson: names for lesson, names in here.items() if names}

    @property
    def folder(self) -> Path | None:
        return self.file.parent if self.file else None

    @property
    def checks(self) -> dict[str, Check]:
        """All checks by id, in rubric order."""
        return {check.id: check for exercise in self.exercises.values() for check in exercise.checks}

    @property
    def planted(self) -> Path:
        """The folder with planted submissions, EXERCISE/NAME/."""
        return self.folder / "planted" if self.folder else rubric.planted()

    @property
    def files(self) -> dict[str, tuple[str, ...]]:
        """The exercises' files, each with the names that it must define."""
        return {one.file: (*one.function_names, *one.class_names) for one in self.exercises.values()}

    def taught_in(self, lessons: Iterable[str]) -> list[str]:
        """The exercises of some lessons. Raises UsageError."""
        for lesson in (lesson for lesson in lessons if lesson not in self.lessons):
            raise UsageError(f"--lesson {lesson}: there is no such lesson{suggest(lesson, self.lessons)}")
        return [name for lesson in lessons for name in self.lessons[lesson]]

    def select(self, names: Iterable[str], ids: Iterable[str], public_only: bool) -> list[Check]:
        """The checks of a run. A chosen check brings its exercise's `loads` along. Raises UsageError."""
        every, names, ids = self.checks, list(names), list(ids)
        for name in names:
            if name not in self.exercises:
                raise UsageError(f"--exercise {name}: there is no such exercise{suggest(name, self.exercises)}")
        for check_id in ids:
            if check_id not in every:
                raise UsageError(f"--check {check_id}: there is no such check{suggest(check_id, every)}")
        wanted = set(ids) | {every[check_id].exercise.loads.id for check_id in ids}
        chosen = [
            check
            for check in every.values()
            if (not names or check.exercise.name in names)
            and (not ids or check.id in wanted)
            and (check.public or not public_only)
        ]
        if not chosen or (ids and not any(check.id in ids for check in chosen)):
            raise UsageError("no check is left to run: --exercise, --check and --public exclude each other here")
        return chosen


class CheckSettings(Record, frozen=True, kw_only=True):
    """What course.toml may say about a check."""

    points: float | None = None
    public: bool | None = None
    visibility: Literal["public", "hidden", "after_due_date"] | None = None  # public = ... with a third choice
    gate: bool | None = None  # false: later checks are tried without it


class Settings(Record, frozen=True, kw_only=True):
    """The contents of course.toml."""

    name: str = "course"
    course: str = "core"
    exercises: list[str] | None = None
    lessons: dict[str, list[str]] | None = None
    limits: dict[str, Any] = {}
    thresholds: dict[str, float] = {}
    files: dict[str, Any] = {}  # artefacts: required or optional
    checks: dict[str, CheckSettings] = {}
    policy: dict[str, Any] = {}


def load(path: Path | None = None) -> Course:
    """The course of a folder (or its course.toml), or the built-in one of that name; the core for None.

    Raises AuthorError, UsageError.
    """
    if path is None or (str(path) in rubric.COURSES and not path.exists()):
        return built_in(str(path or "core"))
    file = path / FILE if path.is_dir() else path
    return _Reader(file).course()


def built_in(name: str) -> Course:
    """One of the courses that need no file: `core`, or `everything`."""
    thresholds.OVERRIDES.clear()
    exercises = {one: builtin(one) for one in rubric.COURSES[name]}
    return Course("Convolutional networks", exercises, {one: Limits() for one in exercises})


def builtin(name: str) -> Exercise:
    """One of the built-in exercises."""
    found: Exercise = getattr(import_module(f"grader.rubric.{name}"), name)
    return found


class _Reader:
    """Reads one course.toml and says where it is wrong."""

    def __init__(self, file: Path) -> None:
        self.file, self.toml = file, TomlFile(file, "--course")
        self.error, raw = self.toml.error, self.toml.raw
        for check_id, told in raw.get("checks", {}).items() if isinstance(raw.get("checks"), dict) else ():
            self.toml.converted(told, CheckSettings, "checks", check_id)
        self.settings: Settings = self.toml.converted(raw, Settings)

    def course(self) -> Course:
        if self.settings.course not in rubric.COURSES:
            told = (
                f"there is no built-in course {self.settings.course!r}{suggest(self.settings.course, rubric.COURSES)}"
            )
            raise self.error(("course",), told)
        names = list(rubric.COURSES[self.settings.course])
        if self.settings.exercises is not None:
            names = self.settings.exercises
        exercises = {name: self._exercise(name).copy() for name in names}
        if len(exercises) < len(names) or not exercises:
            raise self.error(("exercises",), "exercises must be named once each, and at least one")
        for check_id, settings in self.settings.checks.items():
            self._apply(exercises, check_id, settings)
        self._files(exercises)
        self._no_public_one_needs_a_hidden_one(exercises)
        limits = {name: self._limits(name, exercises) for name in exercises}
        self._thresholds()
        own = [name for name in exercises if self._rubric(name).is_file()]
        policy = rules.read(self.toml, {name: [check.id for check in one.checks] for name, one in exercises.items()})
        for check in (check for exercise in exercises.values() for check in exercise.checks if check.later):
            if policy is None or policy.due(check.exercise.name) is None:
                told = f"{check.id} is shown after the deadline, and there is none: set deadline in [policy]"
                raise self.error(("checks", check.id, "visibility"), told)
        self._lessons(exercises)
        return Course(
            self.settings.name,
            exercises,
            limits,
            self.file.resolve(),
            own,
            self.settings.lessons or rubric.LESSONS,
            policy,
        )

    def _rubric(self, name: str) -> Path:
        return self.file.parent / "rubric" / f"{name}.py"

    def _exercise(self, name: str) -> Exercise:
        own = self._rubric(name)
        if not own.is_file():
            if name not in rubric.EVERYTHING:
                there = [path.stem for path in sorted(own.parent.glob("*.py"))]
                raise self.error(
                    ("exercises",), f"there is no exercise {name!r}{suggest(name, [*there, *rubric.EVERYTHING])}"
                )
            return builtin(name)
        try:
            module = _imported(own)
        except UsageError:
            raise
        except Exception as problem:
            raise _refusal(own, problem) from problem
        found = getattr(module, name, None)
        if not isinstance(found, Exercise) or found.name != name:
            raise AuthorError(f"{own} defines no exercise named {name}: write {name} = exercise({name!r}, ...)")
        return found

    def _apply(self, exercises: Mapping[str, Exercise], check_id: str, settings: CheckSettings) -> None:
        every = {check.id: check for exercise in exercises.values() for check in exercise.checks}
        if check_id not in every:
            raise self.error(("checks", check_id), f"there is no check {check_id!r}{suggest(check_id, every)}")
        if settings.points is not None:
            if not 0 <= settings.points < 1e6:
                told = f"{check_id}: points = {settings.points:g} is not from 0 to a million"
                raise self.error(("checks", check_id, "points"), told)
            every[check_id].points = settings.points
        if settings.public is not None and settings.visibility is not None:
            told = f"{check_id} has public and visibility: keep visibility"
            raise self.error(("checks", check_id, "public"), told)
        if settings.public is not None:
            every[check_id].public = settings.public
        if settings.visibility is not None:
            every[check_id].public = settings.visibility == "public"
            every[check_id].later = settings.visibility == "after_due_date"
        if settings.gate and not every[check_id].gate:
            raise self.error(("checks", check_id, "gate"), f"{check_id} is no gate: only its author can make it one")
        if settings.gate is not None:
            every[check_id].gate = settings.gate

    def _files(self, exercises: Mapping[str, Exercise]) -> None:
        owners = {file: exercise for exercise in exercises.values() for file in exercise.files}
        for file, wanted in self.settings.files.items():
            if file not in owners:
                raise self.error(("files", file), f"no check is about a file {file!r}{suggest(file, owners)}")
            if wanted not in ("required", "optional"):
                raise self.error(("files", file), f"{file} = {wanted!r}: a file is required or optional")
            exercise = owners[file]
            exercise.optional = exercise.optional | {file} if wanted == "optional" else exercise.optional - {file}

    def _no_public_one_needs_a_hidden_one(self, exercises: Mapping[str, Exercise]) -> None:
        """Students would learn from a skipped check what came of a hidden one."""
        every = {check.id: check for exercise in exercises.values() for check in exercise.checks}
        for check in (check for check in every.values() if check.public):
            for need in (need for need in check.all_needs if not every[need].public):
                told = f"{need} is hidden, but {check.id}, which students see, needs it: hide both or neither"
                raise self.error(("checks", need, "public"), told)

    def _limits(self, name: str, exercises: Mapping[str, Exercise]) -> Limits:
        general = {key: value for key, value in self.settings.limits.items() if not isinstance(value, dict)}
        for key, value in self.settings.limits.items():
            if isinstance(value, dict) and key not in exercises:
                raise self.error(
                    ("limits", key), f"limits for {key!r}, which is no exercise here{suggest(key, exercises)}"
                )
        own = self.settings.limits.get(name, {})
        for key, value in (general | own).items():
            place = ("limits", name, key) if key in own else ("limits", key)
            if key not in Limits.__struct_fields__:
                raise self.error(place, f"there is no limit {key!r}{suggest(key, Limits.__struct_fields__)}")
            if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
                raise self.error(place, f"{key} = {value!r}: a limit is a number above 0")
        if "submission_seconds" in own:
            told = "submission_seconds is for all exercises of a submission together: set it under [limits]"
            raise self.error(("limits", name, "submission_seconds"), told)
        self.toml.converted(general, Limits, "limits")  # each by itself: an error names its own line
        self.toml.converted(own, Limits, "limits", name)
        return msgspec.convert(general | own, Limits)

    def _lessons(self, exercises: Collection[str]) -> None:
        for lesson, names in (self.settings.lessons or {}).items():
            for name in (name for name in names if name not in exercises):
                told = f"{name!r} is no exercise here{suggest(name, exercises)}"
                raise self.error(("lessons", lesson), told)

    def _thresholds(self) -> None:
        known = {path.stem.replace("-", ".") for path in thresholds.TRAINED.glob("*-*.json")}
        for key, value in self.settings.thresholds.items():
            if key not in known:
                raise self.error(("thresholds", key), f"there is no threshold {key!r}{suggest(key, sorted(known))}")
            if not 0 < value <= 1:
                raise self.error(("thresholds", key), f"{key} = {value:g}: an accuracy is above 0 and at most 1")
        thresholds.OVERRIDES.clear()
        thresholds.OVERRIDES.update(self.settings.thresholds)


def _imported(path: Path) -> Any:
    """The module of a rubric file; course authors are trusted."""
    spec = importlib.util.spec_from_file_location(f"course_rubric_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    sys.path.insert(0, str(path.parent.parent))  # so that it may import its own reference
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(path.parent.parent))
    return module


def _refusal(own: Path, problem: Exception) -> AuthorError:
    """What is wrong with a rubric file: its author's line, and what Python or the grader say about it."""
    frame = asserted.frame(problem, own.resolve().parents[1])
    at = f"{frame.filename}, line {frame.lineno}" if frame else str(own)
    if isinstance(problem, AuthorError):
        return AuthorError(f"{at}: {problem}")
    for pattern, said in MISUSES:
        if found := re.search(pattern, str(problem)):
            parameters = inspect.signature(Exercise.check if found[1] == "check" else Exercise).parameters
            near = suggest(found[2], [name for name in parameters if name != "self"]) if found.re.groups > 1 else ""
            return AuthorError(f"{at}: {said.format(*found.groups())}{near}")
    words = f"{type(problem).__name__}: {problem}"
    return AuthorError(f"{at}: {words}" if frame else f"{own} cannot be imported: {words}")
