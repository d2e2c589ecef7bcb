"""`pytest exercises/`: a student's self-check by the same judge, public checks only, one item a check.

    pytest exercises/student42/corr2d.py::values

Whoever points pytest at a folder lets it load what lies there: conftest.py, __init__.py, tests, pytest.ini.
Where submissions lie, nothing of that is loaded, and only the files of exercises are collected. Submissions
lie in the folders that the ini option `grader_paths` names (default: exercises), and wherever the command
line names an exercise's file or its folder. Student code runs in the judge's confined worker, not here.

One thing pytest does before it loads any plugin, so that this one cannot prevent it: it imports plugins that
an ini file names (`addopts = -p NAME`). For a stranger's folder name your own ini file, as in `pytest -c
pyproject.toml exercises/student42`, or use `grader run`.

This module is loaded in every pytest run where the grader is installed: nothing heavy is imported at its top.
"""

from __future__ import annotations

import os
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
from grader.intake.basket import ignored
from grader.machine import require_linux

if TYPE_CHECKING:
    from grader.authoring.exercise import Check
    from grader.selfcheck import SelfCheck, Verdict

INI = "grader_paths"
USUAL_PATHS = ("exercises",)
COURSE = "course.toml"
STARTER = "starter"  # nobody's submission


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    parser.addini(INI, "folders in which submissions lie", type="args", default=list(USUAL_PATHS))
    config: Any = pluginmanager.get_plugin("pytestconfig")
    if hasattr(config, "known_args_namespace"):  # not yet, where a program hands this plugin to pytest.main
        _leave_ini_of_submission(config)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    territory = _territory(early_config)
    manager: Any = early_config.pluginmanager
    load = manager._importconftest  # pytest offers no hook that comes before a conftest.py is run

    def importconftest(conftestpath: Path, *args: Any, **kwargs: Any) -> ModuleType:
        module: ModuleType = (
            ModuleType("conftest") if territory.holds(conftestpath.parent) else load(conftestpath, *args, **kwargs)
        )
        return module

    manager._importconftest = importconftest


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
    """Where submissions lie, and the names of the files that count there."""

    def __init__(self, config: pytest.Config, paths: Iterable[str]) -> None:
        here = config.invocation_params.dir
        arguments: Sequence[str] = config.known_args_namespace.file_or_dir
        named = [Path(os.path.abspath(here / argument.partition("::")[0])) for argument in arguments]
        # where pytest was started is a course, unless it is what is to be checked
        self.course = None if here in {_folder(path) for path in named} else here / COURSE
        self.files = [f"{name}{ending}" for name in _exercises(self.course) for ending in (".py", ".ipynb")]
        bases = [here, config.rootpath] + ([config.rootpath.parent] if config.inipath is None else [])
        roots = [base / path for base in bases for path in paths]
        roots += [path.parent for path in named if path.name in self.files]
        roots += [path for path in named if any(os.path.lexists(path / file) for file in self.files)]
        self._roots = {form for root in roots for form in _forms(root)}
        self.holds = cache(self._holds)

    def _holds(self, folder: Path) -> bool:
        return any(not self._roots.isdisjoint((form, *form.parents)) for form in _forms(folder))


TERRITORY = pytest.StashKey[Territory]()
SELF_CHECK = pytest.StashKey["SelfCheck"]()


def _territory(config: pytest.Config) -> Territory:
    if TERRITORY not in config.stash:
        config.stash[TERRITORY] = Territory(config, config.getini(INI))
    return config.stash[TERRITORY]


def _folder(path: Path) -> Path:
    return path.parent if path.is_file() else path


def _forms(path: Path) -> tuple[Path, Path]:
    """A path as it is written, and where it leads."""
    return Path(os.path.abspath(path)), Path(os.path.realpath(path))


def _exercises(course: Path | None) -> Sequence[str]:
    """Names of the exercises, without importing them."""
    if course is None or not course.is_file():
        return rubric.MODULES
    try:
        listed = tomllib.loads(course.read_text(encoding="utf-8")).get("exercises", rubric.MODULES)
    except (OSError, ValueError):  # collecting will say what is wrong with it
        return rubric.MODULES
    return [str(name) for name in listed] if isinstance(listed, list) else rubric.MODULES


def _leave_ini_of_submission(config: pytest.Config) -> None:
    """Start pytest again with the ini file above, when the one it has read lies in a submission."""
    ini, arguments = config.inipath, [str(argument) for argument in config.invocation_params.args]
    chosen = any(argument.startswith(("-c", "--config-file")) for argument in arguments)
    if ini is None or chosen or not (territory := Territory(config, USUAL_PATHS)).holds(ini.parent):
        return
    if arguments != sys.argv[1:]:
        raise pytest.UsageError(f"{ini} belongs to a submission: name another ini file with -c")
    from _pytest.config.findpaths import locate_config

    outside = next(folder for folder in ini.parents if not territory.holds(folder))
    root, above, *_ = locate_config(config.invocation_params.dir, [outside])
    python = sys.orig_argv[: len(sys.orig_argv) - len(arguments)]
    options = ["-c", str(above or os.devnull), "--rootdir", str(root or outside)]
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
        if path.name == STARTER or path.name.startswith("_") or ignored(path.name) or path.is_symlink():
            return True  # links may lead around in circles
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
        self.add_report_section("call", "stdout", self.verdict.printed)
        if self.verdict.outcome == "skipped":
            raise pytest.skip.Exception(self.verdict.text, _use_item_location=True)
        if self.verdict.outcome == "failed":
            raise CheckFailed(self.verdict.text)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value) if isinstance(excinfo.value, CheckFailed) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self.check.id}: {self.check.title}"


def _self_check(config: pytest.Config) -> SelfCheck:
    """The one of this session, made when it is first needed. Raises AuthorError, UsageError."""
    if SELF_CHECK not in config.stash:
        from grader.selfcheck import SelfCheck

        config.stash[SELF_CHECK] = SelfCheck(_territory(config).course)
    return config.stash[SELF_CHECK]
