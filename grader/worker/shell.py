"""What notebooks, and scripts that were made of them, find beside Python: get_ipython(), display(), cells with await.

There is no shell. Magics that run Python run it; what asks the system answers with nothing; all others do nothing.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import contextlib
import inspect
import os
import runpy
import sys
import traceback
from importlib.machinery import SourceFileLoader
from importlib.util import decode_source
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from grader.worker import lacking, magics, script
from grader.worker.absent import Nothing

FUTURE = annotations.compiler_flag  # the one that still changes anything


def install(folder: Path) -> None:
    """From now on get_ipython and display are there, as in every notebook. Scripts of the student lie in `folder`."""
    shell = Shell(folder)
    vars(builtins)["get_ipython"] = lambda: shell
    vars(builtins)["display"] = display


def display(*objects: Any, **options: Any) -> Nothing:
    """Shows nothing."""
    return Nothing()


class Lines(list[str]):
    """What `files = !ls` gives: the lines of the output, of which there are none."""

    l = list = property(list)  # noqa: E741 - IPython's names
    n = nlstr = s = spstr = property(lambda self: "")

    def grep(self, *args: Any, **kwargs: Any) -> Lines:
        return self

    fields = sort = grep  # type: ignore[assignment]


class Shell(Nothing):
    """get_ipython(): what is not here is Nothing, as in all of IPython."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def user_ns(self) -> dict[str, Any]:
        return sys._getframe(1).f_globals

    def system(self, command: str) -> None:
        """!command: there are no other programs here."""

    def getoutput(self, command: str, *args: Any, **kwargs: Any) -> Lines:
        """names = !command"""
        return Lines()

    def magic(self, line: str) -> Any:
        """The call in scripts from older notebooks."""
        name, _, text = line.lstrip("%").partition(" ")
        return self._line(name, text, sys._getframe(1))

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        """%magic_name line"""
        return self._line(magic_name, line, sys._getframe(1))

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        """%%magic_name line, and the lines below it."""
        frame = sys._getframe(1)
        if magic_name == magics.CAPTURE:
            _run(f"\n{cell}", frame)
            if name := magics.captured(line):
                frame.f_globals[name] = Nothing()
            return Nothing()
        if magic_name in magics.WRITE:
            return _write(line, cell)
        if magic_name in magics.RUN or magic_name in magics.MEASURE:
            return self._line(magic_name, f"{magics.code_of(magic_name, line)}\n{cell}", frame)
        return None

    def _line(self, name: str, line: str, frame: FrameType) -> Any:
        if name in magics.RUN:
            return _run(magics.code_of(name, line), frame)
        if name in magics.MEASURE:
            return _measure(magics.code_of(name, line), frame)
        does = getattr(self, f"_do_{name}", None)
        return does(line.strip(), frame) if inspect.ismethod(does) else None

    def _do_run(self, line: str, frame: FrameType) -> None:
        """The names of another file of the student's, as if it had been imported with a star."""
        inside, words = False, line.split()
        while words and words[0].startswith("-"):
            inside |= words.pop(0) == "-i"
        file = Path(words[0].strip("\"'") if words else "")
        file = next((path for path in (self._folder / file, self._folder / file.name) if path.is_file()), file)
        if file.suffix == ".ipynb":
            file = file.with_suffix(".py")
        if not file.is_file():
            __import__(file.stem)  # the course's helper, or an error that names what is missing
            found = vars(sys.modules[file.stem])
        else:
            found = runpy.run_path(str(file), dict(frame.f_globals) if inside else None, file.stem)
        frame.f_globals.update({name: value for name, value in found.items() if not name.startswith("__")})

    def _do_cd(self, line: str, frame: FrameType) -> None:
        """Into a folder that is there; one of another computer does not matter, where all lies in one folder."""
        with contextlib.suppress(OSError):
            os.chdir(line.strip("\"'"))

    def _do_pwd(self, line: str, frame: FrameType) -> str:
        return os.getcwd()

    def _do_env(self, line: str, frame: FrameType) -> Any:
        name, found, value = line.partition("=") if "=" in line else line.partition(" ")
        if not found:
            return os.environ.get(line) if line else dict(os.environ)
        os.environ[name.strip()] = value.strip()
        return None

    _do_set_env = _do_env

    def _do_sx(self, line: str, frame: FrameType) -> Lines:
        return Lines()

    _do_system = _do_ls = _do_who_ls = _do_sx

    def _do_pylab(self, line: str, frame: FrameType) -> None:
        exec("import numpy, numpy as np\nfrom numpy import *\nfrom matplotlib.pyplot import *", frame.f_globals)
        exec("import matplotlib.pyplot as plt", frame.f_globals)


def _parsed(code: str, frame: FrameType) -> ast.Module:
    """With the lines numbered from the one on which the call stands: there a traceback looks for them."""
    return ast.increment_lineno(ast.parse(code, frame.f_code.co_filename), frame.f_lineno - 1)


def _run(code: str, frame: FrameType) -> Any:
    tree, file = _parsed(code.lstrip(" \t"), frame), frame.f_code.co_filename
    if len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr):
        return eval(compile(ast.Expression(tree.body[0].value), file, "eval"), frame.f_globals)
    exec(compile(tree, file, "exec"), frame.f_globals)
    return None


def _measure(code: str, frame: FrameType) -> Nothing:
    """Once is enough; in a function, as timeit does it."""
    tree = ast.parse("def measured(): pass")
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    function.body = _parsed(code.lstrip(" \t"), frame).body or function.body
    found: dict[str, Any] = {}
    exec(compile(tree, frame.f_code.co_filename, "exec"), frame.f_globals, found)
    found["measured"]()
    return Nothing()


def _write(line: str, text: str) -> None:
    """%%writefile NAME in a script: a file where the code works, and where modules are found."""
    words = line.split()
    with contextlib.suppress(OSError, IndexError):
        file = words[-1].strip("\"'")
        with open(file, "a" if words[0] in ("-a", "--append") else "w", encoding="utf-8") as written:
            written.write(text)
        sys.path.append(str(Path(file).absolute().parent))


def text_of(path: Path) -> str:
    """A script's text, as Python reads it; with marks for what it cannot."""
    data = path.read_bytes()
    try:
        return decode_source(data)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return data.decode("utf-8-sig", "replace")


def is_of_notebook(path: Path) -> bool:
    """Whether this script was made of one: by its cells, which do not begin in the middle of anything."""
    source = text_of(path)
    starts = script.starts(source)
    if not starts or script.CELL.fullmatch(source.partition("\n")[0]):
        return bool(starts)
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    return not any(node.lineno <= start < (node.end_lineno or 0) for start in starts for node in body)


class CellLoader(SourceFileLoader):
    """Runs a script that was made of a notebook cell by cell, as a notebook is run.

    So a cell may hold `await` or `from __future__ import`, and one that ends in an exception leaves what the others
    define, and what stands further down in itself: a trial that fails is no part of an answer.
    """

    problem: BaseException | None = None  # the first that ended a cell

    def exec_module(self, module: ModuleType) -> None:
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        source = text_of(Path(self.path))
        whole = script.is_of_colab(source)  # which does not tell where a cell ends
        for code in script.cells(source):
            try:
                flags |= _run_in(module, ast.parse(code, self.path), flags)
            except BaseException as problem:  # a cell may also ask Python to exit
                self.problem = self.problem or problem
                go_on(code, problem, module, flags, whole)


def _run_in(module: ModuleType, code: ast.Module, flags: int) -> int:
    """Run it as a cell, with those of `flags`; those that it sets for what follows."""
    compiled = compile(code, str(module.__file__), "exec", flags, dont_inherit=True)
    waiting = eval(compiled, vars(module))
    if inspect.iscoroutine(waiting):
        asyncio.run(waiting)
    return int(compiled.co_flags & FUTURE)


def go_on(code: str, problem: BaseException, module: ModuleType, flags: int = 0, whole: bool = False) -> None:
    """Run what stands below the statement of `code` that has ended in `problem`: the definitions, and if `whole` or where
    something is lacking here everything else as well, one statement after the other, so that nothing is missing but what
    needs that.
    """
    whole = whole or lacking.is_lacking(problem)
    lines = [line for frame, line in traceback.walk_tb(problem.__traceback__) if frame.f_globals is vars(module)]
    if not lines:  # it is no Python
        return
    for statement in ast.parse(code, str(module.__file__)).body:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            flags |= FUTURE
        elif statement.lineno > lines[0] and (whole or _defines(statement)):
            with contextlib.suppress(BaseException):
                _run_in(module, ast.Module([statement], []), flags)


def _defines(statement: ast.stmt) -> bool:
    """Whether it imports or defines something, and computes nothing with it."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom):
        return True
    value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
    return isinstance(value, ast.Lambda) or not (
        value is None or any(isinstance(node, ast.Call | ast.Await) for node in ast.walk(value))
    )
