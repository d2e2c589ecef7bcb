"""What notebooks find beside Python, and how their cells are run."""

from __future__ import annotations

import builtins
import os
import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from grader.worker import absent, shell

OWN = {"mine", "deep", "helper", "parts", "inside", "lab"}


@pytest.fixture(autouse=True)
def process_as_it_was(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A worker's process is its own; this one is not."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    for name in [name for name in sys.modules if name.partition(".")[0] == "IPython"]:  # the judge's, of other tests
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "get_ipython", None, raising=False)
    monkeypatch.setattr(builtins, "display", None, raising=False)
    monkeypatch.setenv("GRADER_TEST", "")
    monkeypatch.chdir(tmp_path)
    absent.do_without()
    shell.install(tmp_path)
    yield
    for name in [name for name, module in sys.modules.items() if name in OWN or isinstance(module, absent._Idle)]:
        del sys.modules[name]


def script(folder: Path, text: str) -> ModuleType:
    """The module that a plain script makes."""
    module = ModuleType("mine")
    path = folder / "mine.py"
    path.write_text(text)
    exec(compile(text, str(path), "exec"), vars(module))
    return module


def notebook(folder: Path, *cells: str) -> ModuleType:
    """The module that cells make, in a script as intake writes it. Raises what ended one of them."""
    module, loader = imported(folder, *cells)
    if loader.problem:
        raise loader.problem
    return module


def imported(folder: Path, *cells: str) -> tuple[ModuleType, shell.CellLoader]:
    path = folder / "mine.py"
    path.write_text("".join(f"# code cell {n} of mine.ipynb\n{cell}\n" for n, cell in enumerate(cells, start=1)))
    assert shell.is_of_notebook(path)
    loader = shell.CellLoader("mine", str(path))
    spec = spec_from_file_location("mine", path, loader=loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module, loader


@pytest.mark.parametrize(
    "code",
    [
        "get_ipython().run_line_magic('matplotlib', 'inline')\nx = 1",
        "get_ipython().magic('matplotlib inline')\nx = 1",
        "get_ipython().system('rm -rf /')\nx = len(get_ipython().getoutput('ls')) + 1",
        "display(1, raw=True)\nx = 1",
        "get_ipython().run_line_magic('time', 'x = 1')",
        "get_ipython().magic('%time x = 1')",
        "get_ipython().run_cell_magic('time', '', 'y = 0\\nx = y + 1\\n')",
        "get_ipython().run_cell_magic('capture', 'out', 'x = 1')\nout.show(); print(out.stdout)",
        "x = get_ipython().run_line_magic('time', '2 - 1')",
        "x = 0\nget_ipython().run_line_magic('timeit', '-n 3 x = 5')\nx += 1",
        "x = []\nget_ipython().run_cell_magic('timeit', '-r 2 y = 1', 'x.append([y for _ in x])\\n')\nx = len(x)",
        "get_ipython().run_line_magic('env', 'GRADER_TEST=1')\nx = int(get_ipython().run_line_magic('env', 'GRADER_TEST'))",
        "get_ipython().run_line_magic('cd', '/content/drive/nowhere')\nx = 1",
        "get_ipython().run_cell_magic('writefile', 'deep.py', 'x = 1')\nfrom deep import x",
        "get_ipython().run_line_magic('pylab', 'inline')\nplot([1])\nx = int(ones(1)[0])",
        "get_ipython().events.register('a', print)\nx = 1 - ('IPKernelApp' in get_ipython().config)",
        "x = 1\nassert get_ipython().user_ns['x'] == 1",
        "names = get_ipython().getoutput('ls')\nassert names.n == '' and names.grep('a').l == []\nx = 1",
        "get_ipython().run_line_magic('no_such_magic', '')\nget_ipython().show_usage()\nx = 1",
        "from IPython import get_ipython as get\nget().run_line_magic('time', 'x = 1')",
    ],
)
def test_exported_scripts(tmp_path: Path, code: str) -> None:
    """Calls that a notebook's magics were turned into: code is run, the rest does nothing."""
    assert vars(script(tmp_path, code))["x"] == 1


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("parts.py", {"a", "_b"}),
        ("'parts.py'", {"a", "_b"}),
        ("-n /content/parts.py", {"a", "_b"}),
        ("-i inside.py", {"c"}),
        ("lab.ipynb", {"lab"}),
        ("helper.py", {"digits", "save", "MEAN"}),
    ],
)
def test_run(tmp_path: Path, line: str, names: set[str]) -> None:
    """%run gives the names of a file that was handed in, or of the course's helper; its main part is not run."""
    (tmp_path / "parts.py").write_text("a = 1\n_b = 2\nif __name__ == '__main__': 1 / 0\n")
    (tmp_path / "inside.py").write_text("c = here + 1\n")
    (tmp_path / "lab.py").write_text("lab = 1\n")
    made = script(tmp_path, f"here = 1\nget_ipython().run_line_magic('run', {line!r})")

    assert names <= {*vars(made)}


def test_run_of_what_is_not_there(tmp_path: Path) -> None:
    """Says which module is missing."""
    with pytest.raises(ModuleNotFoundError, match="No module named 'no_such'"):
        script(tmp_path, "get_ipython().run_line_magic('run', 'no_such.py')")


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("x = 1\nget_ipython().run_cell_magic('time', '', 'y = 1\\n1 / 0\\n')", 4),
        ("\nget_ipython().run_line_magic('timeit', '1 / 0')", 2),
    ],
)
def test_lines_of_code_in_magics(tmp_path: Path, code: str, line: int) -> None:
    """Counted from the magic on, as in the cell it stands in."""
    with pytest.raises(ZeroDivisionError) as problem:
        script(tmp_path, code)
    last = problem.traceback[-1]

    assert (str(tmp_path / "mine.py"), line) == (str(last.path), last.lineno + 1)


def test_cells_follow_one_another(tmp_path: Path) -> None:
    """In one module, whose names they share; with await, imports from the future and `global` wherever they like."""
    cells = ["x = 1", "import asyncio\nasync def two(): return 2\nx += await two()", "global x\nx += 1"]
    made = notebook(tmp_path, *cells, "from __future__ import annotations\nx += 1", "def f(a: no_such): return x\n")

    assert 5 == made.f(0)
    assert str(tmp_path / "mine.py") == made.__file__


@pytest.mark.parametrize("broken", ["x = (1", "'''", "if True:", "x = 1 \\", "x = = 1", "return 1"])
def test_a_cell_with_a_syntax_error(tmp_path: Path, broken: str) -> None:
    """Is told by its own place, whatever follows it."""
    with pytest.raises(SyntaxError) as problem:
        notebook(tmp_path, "a = 1", f"b = 2\n{broken}", "'''\n)")

    assert problem.value.lineno in (5, 6)


@pytest.mark.parametrize(
    "trial", ["1 / 0", "raise SystemExit", "x = = 1", "input()", "await nothing", "assert f() == 2"]
)
def test_a_cell_that_ends_early_leaves_the_others(tmp_path: Path, trial: str) -> None:
    """What stands above it in its cell too; the first such cell is told."""
    made, loader = imported(tmp_path, "a = 1", "def f(): return a", f"a = 3\n{trial}", "raise KeyError", "b = 2")

    assert (2, 1 if "=" in trial.replace("==", "") else 3) == (made.b, made.f())
    assert loader.problem is not None and not isinstance(loader.problem, KeyError)


def test_a_plain_script_is_none_of_a_notebook(tmp_path: Path) -> None:
    """Whatever bytes it begins with."""
    for text in (b"x = 1", b"\xff\xfe", b"", b"# code cell x of y\n", b"#" * 5000):
        (tmp_path / "a.py").write_bytes(text)
        assert not shell.is_of_notebook(tmp_path / "a.py")


def test_cd_goes_where_it_can(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    script(tmp_path, "get_ipython().run_line_magic('cd', 'data')")

    assert str(tmp_path / "data") == os.getcwd()
