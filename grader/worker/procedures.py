"""The closed list of things a judge can ask a worker to do with a student's module.

load        import the file; tells which of the wanted names exist and what they are
constant    a value that the file defines
calls       call functions, one Reply each as soon as it is there

The network procedures (build, forward, train, ...) live in `networks`.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import inspect
import linecache
import os
import random
import shutil
import sys
import tempfile
import traceback
import types
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from grader.worker import absent, lacking, protocol, ready_made, script, shell, withheld
from grader.worker.values import as_numpy, from_student, to_student

PACKAGE = "submission"  # the student's files import as submission.NAME, so relative imports work too
MOST_LAID_OUT, MOST_FILES = 16 << 20, 200  # bytes and number of the files laid out beside the work
PREVIOUS_RESULT = "the previous result"


class Refused(Exception):
    """The worker cannot do what was asked: no such function, no such network."""


class Workspace:
    """One student module and what has been made from it."""

    def __init__(self, folder: Path, digits: str = "", card_share: float = 1.0) -> None:
        self.folder = folder
        self.beside: Path | None = None  # where the code works, with copies of its files
        self.card_share = card_share  # of a GPU's memory, where there is one to use
        self.digits = digits  # the file with those rows of scikit-learn's that student code may see
        self.file = ""  # the exercise's
        self.broken_import: BaseException | None = None  # what ended a cell, or a file that lacks something here
        self.module: types.ModuleType | None = None
        self.contract: dict[str, tuple[tuple[str, Any], ...]] = {}
        self.previous: np.ndarray | None = None
        self.networks: dict[int, Any] = {}
        self.graph: Any = None  # the opened ONNX file, in an evaluator
        self._adapted: dict[Any, bool] = {}

    def load(
        self, file: str, contract: dict[str, Any], seed: int, without: list[str], late: bool = False
    ) -> dict[str, str]:
        """Import `file`; the kind of each name of the contract: function, class, missing or other.

        Names beyond the contract are "extra": a misspelt one can be pointed out. A notebook is imported although one of
        its cells raises, and any file although it lacks something here: that is left in `broken_import`, unless none of
        the contract's names is there. Ready-made functions of the kinds `without` are not there: raises ReadyMade when
        the import calls one, unless they are taken away `late`, after it.
        """
        self.file = file
        seed_everything(seed)
        absent.do_without()
        show_no_card()
        shell.install(self.folder)
        withheld.withhold(self.digits)
        if not late:
            ready_made.arm(without)
        ready_made.prepare(without)
        sys.argv[:] = [file]  # as if it were run; what the nursery was started with is nobody's business
        self.beside = Path.cwd()
        _settle(self.folder, self.beside)
        package = types.ModuleType(PACKAGE)
        package.__path__ = [str(self.folder)]
        sys.modules[PACKAGE] = package
        sys.path.insert(0, str(self.folder))
        sys.dont_write_bytecode = True
        name = f"{PACKAGE}.{Path(file).stem}"
        path = self.folder / file
        loader = shell.CellLoader(name, str(path)) if shell.is_of_notebook(path) else None
        spec = importlib.util.spec_from_file_location(name, path, loader=loader)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        # both names lead to this one module: `import corr2d` and `from .corr2d import corr2d`
        sys.modules[name] = sys.modules[Path(file).stem] = module
        with ready_made.told(), switches_as_they_were():
            try:
                spec.loader.exec_module(module)
            except BaseException as problem:
                if not lacking.is_lacking(problem):
                    raise
                shell.go_on(shell.text_of(path), problem, module)
                self.broken_import = problem
        if isinstance(loader, shell.CellLoader):
            self.broken_import = loader.problem
        if self.broken_import is not None and not any(hasattr(module, key) for key in contract):
            raise self.broken_import
        if late:
            ready_made.arm(without)
        self.module = module
        self.contract = {key: tuple((item[0], item[1]) for item in value) for key, value in contract.items()}
        extra = {key: "extra" for key in list(vars(module))[:1000] if not key.startswith("_")}
        return extra | {key: _kind(getattr(module, key, None)) for key in contract}

    def attribute(self, name: str) -> Any:
        value = getattr(self.module, name, None)
        if value is None:
            raise Refused(f"no {name}")
        return value

    def constant(self, name: str) -> protocol.Value:
        """A value of the module that is neither called nor built: a number, a table."""
        return from_student(_without_sets(getattr(self.module, name, None)))

    def call(self, call: protocol.Call) -> protocol.Reply:
        """Call one function with fresh arguments; what it returned and what it did to its arguments."""
        function = self.attribute(call.function)
        args = [to_student(value, call.library) for value in call.args]
        kwargs = {key: to_student(value, call.library) for key, value in call.kwargs}
        if call.seed is not None:
            seed_everything(call.seed)
        full_args, full_kwargs = self._fitted(function, call, args, kwargs)
        with ready_made.told():
            result = function(*full_args, **full_kwargs)
            most = protocol.MOST_ANSWER_BYTES
            answer = from_student(result, 0, most)  # generators are run here
        given = list(self._named(call, args, kwargs))
        changed = tuple((name, from_student(value, 0, most)) for name, wire, value in given if _differs(wire, value))
        return protocol.Reply(answer, changed=changed, aliases=self._aliases(result, given))

    def _fitted(
        self, function: Any, call: protocol.Call, args: list[Any], kwargs: dict[str, Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        """Keywords become positions where the student named a parameter differently but kept the order."""
        if not kwargs:
            return args, kwargs
        key = (call.function, len(args), *kwargs)
        if key not in self._adapted:
            self._adapted[key] = not _binds(function, args, kwargs)
        if not self._adapted[key]:
            return args, kwargs
        names = [name for name, _ in self.contract[call.function]]
        last = max(names.index(name) for name in kwargs if name in names)
        rest = [kwargs.get(name, default) for name, default in self.contract[call.function][len(args) : last + 1]]
        return ([*args, *rest], {}) if _binds(function, [*args, *rest], {}) else (args, kwargs)

    def _named(
        self, call: protocol.Call, args: list[Any], kwargs: dict[str, Any]
    ) -> Iterator[tuple[str, protocol.Value, Any]]:
        names = [name for name, _ in self.contract.get(call.function, ())]
        for index, (wire, value) in enumerate(zip(call.args, args, strict=True)):
            yield (names[index] if index < len(names) else f"argument {index + 1}"), wire, value
        for name, wire in call.kwargs:
            yield name, wire, kwargs[name]

    def _aliases(self, result: Any, given: list[tuple[str, protocol.Value, Any]]) -> tuple[str, ...]:
        """Arguments (and the previous result) whose memory the result shares."""
        array = as_numpy(result[0] if isinstance(result, tuple) and result else result)
        if array is None or array.size == 0:
            return ()
        found = [
            name
            for name, wire, value in given
            if isinstance(wire, protocol.Tensor) and np.may_share_memory(array, as_numpy(value))
        ]
        if self.previous is not None and np.may_share_memory(array, self.previous):
            found.append(PREVIOUS_RESULT)
        self.previous = array
        return tuple(found)


def _without_sets(value: Any) -> Any:
    """With lists in the place of sets, which do not cross: a constant is not the answer that a check insists on."""
    if isinstance(value, dict):
        return {key: _without_sets(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_without_sets(item) for item in value]
    return value


def _settle(folder: Path, scratch: Path) -> None:
    """Make `scratch` the place for all files that student code reads and writes, as far as it does not name another."""
    _lay_out(folder, scratch)
    tempfile.tempdir = os.environ["TMPDIR"] = str(scratch)  # libraries have asked for another one by now
    change = os.chdir

    def chdir(path: Any) -> None:
        """Where the code lies nothing can be written: the place with the copies of its files is as good."""
        wanted = scratch if isinstance(path, int) else Path(os.fsdecode(path))
        inside = wanted == folder or folder in wanted.parents
        change(scratch / wanted.relative_to(folder) if inside else path)

    os.chdir = chdir


def _lay_out(folder: Path, beside: Path) -> None:
    """Copies of the student's own files where the code works: it opens and imports them by name, and may write them anew."""
    room = MOST_LAID_OUT
    for path in sorted(folder.rglob("*"))[:MOST_FILES]:
        if not path.is_file() or path.stat().st_size > room:
            continue
        room -= path.stat().st_size
        target = beside / path.relative_to(folder)
        with contextlib.suppress(OSError):  # no room left: then the file is missing, as it was before
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def show_no_card() -> None:
    """Code that looks for a GPU finds none, on any machine: only `train` computes on one, and that is told its device."""
    torch.cuda.is_available = torch.accelerator.is_available = lambda: False
    torch.cuda.device_count = torch.accelerator.device_count = lambda: 0


@contextlib.contextmanager
def switches_as_they_were() -> Iterator[None]:
    """What an import switches for all that comes after is switched back: a trial further down may have needed it."""
    gradients, dtype, errors = torch.is_grad_enabled(), torch.get_default_dtype(), np.geterr()
    with warnings.catch_warnings():
        try:
            yield
        finally:
            torch.set_grad_enabled(gradients)
            torch.set_default_dtype(dtype)
            torch.set_default_device(None)
            np.seterr(**errors)


def seed_everything(seed: int) -> None:
    """Re-seed every generator a student may draw from: forks of one nursery start out identical."""
    random.seed(seed)
    np.random.seed(seed % (1 << 32))
    if torch.backends.cuda.is_built():
        torch.manual_seed(seed)
    else:  # the same without a look for cards, which takes longer than many a call
        torch.default_generator.manual_seed(seed)


def raised(problem: BaseException, folder: Path, own: str, beside: Path | None = None) -> protocol.Raised:
    """An exception of student code as text: its frames only, its own words, whatever its __str__ does.

    The file is told where it is another than `own`, which every finding names anyway; a copy `beside` is told as itself.
    """
    try:
        message = _sendable(str(problem), protocol.MOST_MESSAGE)
    except BaseException:
        message = "(the exception could not be turned into text)"
    folders = [folder] if beside is None else [folder, beside]
    frames = [frame for frame in traceback.extract_tb(problem.__traceback__) if _inside(frame.filename, folders)][-6:]
    places = [_place(frame.filename, frame.lineno, folders) for frame in frames]
    text = "".join(
        f'  File "{file}", line {line}, in {frame.name}\n    {frame.line}\n'
        for (file, line), frame in zip(places, frames, strict=True)
    )
    if isinstance(problem, SyntaxError) and _inside(problem.filename or "", folders):
        file, line = _place(problem.filename or "", problem.lineno, folders)
        places.append((file, line))
        text += f'  File "{file}", line {line}\n{_marked(problem)}'
    file, line = places[-1] if places else (own, None)
    return protocol.Raised(
        type_name=type(problem).__name__[: protocol.MOST_NAME],
        message=message,
        line=line,
        traceback=_sendable(text, protocol.MOST_TRACEBACK),
        internal=isinstance(problem, Refused),
        file="" if file == own else _sendable(file, protocol.MOST_NAME),
    )


def _marked(problem: SyntaxError) -> str:
    """The line that is no Python, and a mark below where it begins to be none."""
    wrong = str(problem.text or "").rstrip("\n")
    if not wrong.strip():
        return ""
    at = min(max((problem.offset or 1) - 1, 0), len(wrong)) - (len(wrong) - len(wrong.lstrip()))
    return f"    {wrong.strip()}\n    {' ' * max(at, 0)}^\n"


def _place(filename: str, line: int | None, folders: list[Path]) -> tuple[str, int | None]:
    """File and line as the student knows them: of a notebook they have never seen the script."""
    try:
        above = linecache.getlines(filename)[: line or 0]
    except Exception:  # the file may name an encoding that is none
        above = []
    for back, text in enumerate(reversed(above)):
        if (cell := script.CELL.fullmatch(text)) and back > 0:
            return cell[1], back
    return _inside(filename, folders), line


def _sendable(text: str, most: int) -> str:
    return text[:most].encode("utf-8", "replace").decode()


def _kind(value: Any) -> str:
    if value is None:
        return "missing"
    if inspect.isclass(value):
        return "class"
    return "function" if callable(value) else "other"


def _binds(function: Any, args: list[Any], kwargs: dict[str, Any]) -> bool:
    try:
        inspect.signature(function).bind(*args, **kwargs)
    except TypeError:
        return False
    except ValueError:  # no signature to be had: built in C
        return True
    return True


def _differs(wire: protocol.Value, value: Any) -> bool:
    if not isinstance(wire, protocol.Tensor):
        return False
    array = as_numpy(value)
    return array is None or array.shape != wire.shape or array.tobytes() != wire.data


def _inside(filename: str, folders: list[Path]) -> str:
    """The name of a student's file below one of these; empty where it leads out again: code can be compiled under any."""
    below = [filename.removeprefix(f"{folder}/") for folder in folders if filename.startswith(f"{folder}/")]
    return below[0] if below and ".." not in filename.split("/") else ""
