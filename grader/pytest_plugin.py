"""`pytest exercises/`: a student's self-check by the same judge, public checks only, one item a check.

    pytest exercises/student42/corr2d.py::values

Whoever points pytest at a folder lets it load what lies there: conftest.py, __init__.py, tests, pytest.ini.
Where submissions lie, nothing of that is loaded, and only the files of exercises are collected: `Territory` says
where that is. Student code runs in the judge's confined worker, not here.

One thing pytest does before it loads any plugin, so that this one cannot prevent it: it obeys `addopts` and
`pythonpath` of the ini file that it finds in the folder that is named or that it is started in, and these can import
a plugin (`-p NAME`) or keep this one out (`-p no:grader`). It reads no submission's ini file where you name the class
folder, or an ini file of your own: `pytest -c pyproject.toml exercises/student42`. Or use `grader run`.

This module is loaded in every pytest run where the grader is installed: nothing heavy is imported at its top.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
import tomllib
from collections.abc import Generator, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from grader import rubric
from grader.errors import GraderError, UsageError
from grader.intake import places
from grader.intake.basket import shown
from grader.machine import require_linux

if TYPE_CHECKING:
    from grader.authoring.exercise import Check
    from grader.selfcheck import SelfCheck, Verdict

INI = "grader_paths"
SEED = "--grader-seed"
USUAL_PATHS = ("exercises",)
OWN_TESTS = ("tests", "test")
COURSE = "course.toml"


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    parser.addoption(SEED, type=int, metavar="N", help="ask what the run with this seed asked (default: a fresh one)")
    parser.addini(INI, "folders in which submissions lie", type="args", default=list(USUAL_PATHS))
    config: Any = pluginmanager.get_plugin("pytestconfig")
    if hasattr(config, "known_args_namespace"):  # not yet, where a program hands this plugin to pytest.main
        _leave_ini_of_submission(config)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    territory = _territory(early_config)
    here = early_config.invocation_params.dir
    if sys.path[0] in ("", str(here)) and territory.holds(here):
        del sys.path[0]  # put there by `python -m pytest`
    manager: Any = early_config.pluginmanager
    load = manager._importconftest  # pytest offers no hook that comes before a conftest.py is run

    def importconftest(conftestpath: Path, *args: Any, **kwargs: Any) -> ModuleType:
        module: ModuleType = (
            ModuleType("conftest") if territory.holds(conftestpath.parent) else load(conftestpath, *args, **kwargs)
        )
        return module

    manager._importconftest = importconftest


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Whoever meant their own tests shall know why they are not run."""
    territory = _territory(config)
    found = dict.fromkeys(territory.found)
    lines = [
        f"grader: exercises only in {shown(str(path))}, of submissions (other tests: -p no:grader)" for path in found
    ]
    if found or any(territory.holds(_folder(path)) for path in _named(config)):
        lines.append(f"grader: seed {_seed(config)} (the same is asked again with {SEED}={_seed(config)})")
    return lines


@pytest.hookimpl(tryfirst=True)
def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    inside = _territory(parent.config).holds(path)
    return SubmissionFolder.from_parent(parent, path=path) if inside else None


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Of a submission's file only ours stays: pytest's own collector would import the file."""
    found = yield
    territory = _territory(parent.config)
    if not territory.holds(file_path.parent):
        return found
    return [ExerciseFile.from_parent(parent, path=file_path)] if file_path.name in territory.files else []


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Where no exercise can be run, end with one sentence: what a collector raises itself would be an error a file."""
    if isinstance(collector, ExerciseFile):
        try:
            require_linux()
        except UsageError as problem:
            raise pytest.UsageError(str(problem)) from None


def pytest_exception_interact(node: pytest.Item | pytest.Collector, call: pytest.CallInfo[Any]) -> None:
    """A file that is named with :: is collected while the session is, which would report that end as its own error."""
    if isinstance(node, pytest.Session) and call.excinfo and isinstance(call.excinfo.value, pytest.UsageError):
        raise call.excinfo.value


def pytest_sessionfinish(session: pytest.Session) -> None:
    if (check := session.config.stash.get(SELF_CHECK, None)) is not None:
        check.close()


class Territory:
    """Where submissions lie, and the names of the files that count there.

    - What the ini option `grader_paths` names (default: exercises).
    - What the command line names, when it is a submission, lies in one, or is a class folder (`grader.intake.places`),
      with all folders around it up to the one where pytest was started.
    - The folder where pytest was started, when it is a submission or lies in one; or when it is a class folder, unless
      something else is named, or it is a project: a folder with `tests` or `exercises`, or an ini file with `testpaths`.
    """

    def __init__(self, config: pytest.Config, paths: Iterable[str]) -> None:
        here, top = config.invocation_params.dir, config.rootpath
        self._started, self._paths = (here, *here.parents), list(paths)
        self._tested = top if config.getini("testpaths") else None
        self._own = _own_tests(config)
        named = _named(config)
        asked = {path.name for path in named}.intersection(_files_of(rubric.EVERYTHING))
        self._names = {*_files(None), *_files(here / COURSE), *asked}
        bases = [here, top] + ([top.parent] if config.inipath is None else [])
        roots = [base / path for base in bases for path in self._paths]
        # before other plugins are loaded, the values of their options look like paths
        existing = [path for path in named if os.path.lexists(path)] or [here]
        inside = self._above_start(config)
        self.inside = inside[-1] if inside else None  # the submission that pytest was started in
        self.found = [*filter(None, map(self._around, existing)), *inside]
        self._roots = {form for root in [*roots, *self.found] for form in _forms(root)}
        self.holds = cache(self._holds)
        # where pytest was started is a course, unless it is what is to be checked
        course = None if self.holds(here) or here in map(_folder, named) else here / COURSE
        self.course = course if course is not None and course.is_file() else None
        self.files = [*dict.fromkeys((*_files(self.course), *([] if self.course else sorted(asked))))]

    def _holds(self, folder: Path) -> bool:
        if self.inside is not None and folder in self.inside.parents:
            return True  # it may be a folder around everything that was handed in
        return any(not self._roots.isdisjoint((form, *form.parents)) for form in _forms(folder))

    def _around(self, path: Path) -> Path | None:
        """The outermost folder that a stranger may have filled around `path`, which is named; None when it is yours."""
        folder = _folder(path)
        if any(map(folder.is_relative_to, self._own)):
            return folder if path.name in self._names or self._is_submission(folder) else None
        between = [above for above in (folder, *folder.parents) if above not in self._started]
        theirs = path.name in self._names or any(map(self._is_submission, between or [folder]))
        if not theirs and path.is_dir():
            theirs = not (folder in self._started and self._is_project(folder)) and self._is_class(folder)
        return [folder, *between][-1] if theirs else None

    def _above_start(self, config: pytest.Config) -> list[Path]:
        """The submissions that pytest was started in, as far up as it loads conftest.py from."""
        usual = config.inipath.parent if config.inipath else config.rootpath
        cut = Path(os.path.abspath(config.known_args_namespace.confcutdir or usual))
        return [above for above in self._started if above not in cut.parents and self._is_submission(above)]

    def _is_project(self, folder: Path) -> bool:
        """Whether there are tests of your own in `folder`, or a folder that is known to hold submissions."""
        signs = [folder / name for name in (*OWN_TESTS, *self._paths)]
        return folder == self._tested or any(sign.is_dir() and not self._is_submission(sign) for sign in signs)

    def _is_submission(self, folder: Path) -> bool:
        with contextlib.suppress(OSError):
            return places.is_submission(folder, self._names)
        return False

    def _is_class(self, folder: Path) -> bool:
        with contextlib.suppress(OSError):
            return places.is_class(folder, self._names)
        return False


TERRITORY = pytest.StashKey[Territory]()
RUN_SEED = pytest.StashKey[int]()
SELF_CHECK = pytest.StashKey["SelfCheck"]()


def _seed(config: pytest.Config) -> int:
    """The seed of this session: the one given, or a fresh one."""
    if RUN_SEED not in config.stash:
        given = config.getoption(SEED)
        config.stash[RUN_SEED] = secrets.randbelow(1 << 32) if given is None else given % (1 << 32)
    return config.stash[RUN_SEED]


def _territory(config: pytest.Config) -> Territory:
    if TERRITORY not in config.stash:
        config.stash[TERRITORY] = Territory(config, config.getini(INI))
    return config.stash[TERRITORY]


def _named(config: pytest.Config) -> list[Path]:
    """What the command line names."""
    arguments: Sequence[str] = config.known_args_namespace.file_or_dir
    return [Path(os.path.abspath(config.invocation_params.dir / name.partition("::")[0])) for name in arguments]


def _own_tests(config: pytest.Config) -> list[Path]:
    """Where your own tests lie: below the folder where pytest was started, or the root above it.

    An ini file that lies below may be a stranger's: it has no say.
    """
    here, top = config.invocation_params.dir, config.rootpath
    bases = {base for base in (here, top) if here.is_relative_to(base)}
    own = [base / name for base in bases for name in OWN_TESTS]
    return own + [top / path for path in config.getini("testpaths") if top in bases]


def _folder(path: Path) -> Path:
    return path.parent if path.is_file() else path


def _forms(path: Path) -> tuple[Path, Path]:
    """A path as it is written, and where it leads."""
    return Path(os.path.abspath(path)), Path(os.path.realpath(path))


def _exercises(course: Path | None) -> Sequence[str]:
    """Names of the exercises, without importing them."""
    if course is None or not course.is_file():
        return rubric.CORE
    try:
        told = tomllib.loads(course.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # collecting will say what is wrong with it
        return rubric.CORE
    built_in = rubric.COURSES.get(str(told.get("course")), rubric.CORE)
    listed = told.get("exercises", built_in)
    return [str(name) for name in listed] if isinstance(listed, list) else built_in


def _files(course: Path | None) -> list[str]:
    """Names of the files that count."""
    return _files_of(_exercises(course))


def _files_of(exercises: Iterable[str]) -> list[str]:
    return [f"{name}{ending}" for name in exercises for ending in (".py", places.NOTEBOOK)]


def _leave_ini_of_submission(config: pytest.Config) -> None:
    """Start pytest again with the ini file above, when the one it has read lies in a submission.

    Started inside of one, it gets none: what lies above may still be a folder around everything that was handed in.
    """
    ini, arguments = config.inipath, [str(argument) for argument in config.invocation_params.args]
    chosen = any(argument.startswith(("-c", "--config-file")) for argument in arguments)
    if ini is None or chosen or not (territory := Territory(config, USUAL_PATHS)).holds(ini.parent):
        return
    if arguments != sys.argv[1:]:
        if territory.inside is not None and ini.parent in territory.inside.parents:
            return  # perhaps the course's own
        raise pytest.UsageError(f"{ini} belongs to a submission: name another ini file with -c")
    root, above = territory.inside, None
    if root is None:
        from _pytest.config.findpaths import locate_config

        outside = next(folder for folder in ini.parents if not territory.holds(folder))
        found, above, *_ = locate_config(config.invocation_params.dir, [outside])
        root = found or outside
    python = sys.orig_argv[: len(sys.orig_argv) - len(arguments)]
    options = ["-c", str(above or os.devnull), "--rootdir", str(root), "--confcutdir", str(root)]
    os.execv(sys.executable, [*python, *options, *arguments])


class SubmissionFolder(pytest.Directory):
    """A folder that is a submission, or holds some. Never a package: __init__.py is not run."""

    def collect(self) -> Iterator[pytest.Collector]:
        files = [file for file in _territory(self.config).files if os.path.lexists(self.path / file)]
        scripts = {file for file in files if file.endswith(".py")}
        for file in files:
            if file in scripts or file.replace(".ipynb", ".py") not in scripts:
                yield ExerciseFile.from_parent(self, path=self.path / file)
        for path in sorted(entry for entry in self.path.iterdir() if entry.is_dir()):
            if self.session.isinitpath(path, with_parents=True) or not (files or self._passed_over(path)):
                yield SubmissionFolder.from_parent(self, path=path)

    def _passed_over(self, path: Path) -> bool:
        if places.passed_over(path.name) or path.is_symlink():
            return True  # a link to a neighbour would earn his marks
        return bool(self.ihook.pytest_ignore_collect(collection_path=path, config=self.config))


class ExerciseFile(pytest.File):
    """An exercise of a submission. It is read by the judge only."""

    def collect(self) -> Iterator[pytest.Item]:
        try:
            exercise = _self_check(self.config).exercise(self.path.stem)
        except GraderError as problem:
            raise self.CollectError(str(problem)) from None
        for check in exercise.checks:
            if check.public:
                yield CheckItem.from_parent(self, name=check.name, check=check)


class CheckFailed(Exception):
    """The submission does not pass; the words are the finding's."""


class CheckItem(pytest.Item):
    """One check of one exercise of one submission."""

    def __init__(self, *, check: Check, **more: Any) -> None:
        super().__init__(**more)
        self.check = check
        self.verdict: Verdict | None = None

    def setup(self) -> None:
        """Grade, or look up what is graded. A fault of the grader is an error for pytest, not a failure."""
        chosen = (item.check.id for item in self.session.items if isinstance(item, CheckItem))
        self.verdict = _self_check(self.config).verdict(self.check, self.path.parent, chosen)
        if self.verdict.outcome == "errored":
            pytest.fail(self.verdict.text, pytrace=False)

    def runtest(self) -> None:
        assert self.verdict is not None
        self.add_report_section("call", "stdout", _fitted(self.verdict.printed, self.config))
        if self.verdict.outcome == "skipped":
            raise pytest.skip.Exception(self.verdict.text, _use_item_location=True)
        if self.verdict.outcome == "failed":
            raise CheckFailed(self.verdict.text)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if not isinstance(excinfo.value, CheckFailed):
            return super().repr_failure(excinfo, style)
        return _fitted(str(excinfo.value), self.config)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self.check.id}: {self.check.title}"


def _fitted(text: str, config: pytest.Config) -> str:
    """`text` in rows as wide as the terminal, where there is one."""
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    if not text or reporter is None or not reporter.isatty:
        return text
    from grader.report.screen import wrapped

    return wrapped(text, config.get_terminal_writer().fullwidth)


def _self_check(config: pytest.Config) -> SelfCheck:
    """The one of this session, made when it is first needed. Raises AuthorError, UsageError."""
    if SELF_CHECK not in config.stash:
        from grader.selfcheck import SelfCheck

        config.stash[SELF_CHECK] = SelfCheck(_territory(config).course, _seed(config))
    return config.stash[SELF_CHECK]
