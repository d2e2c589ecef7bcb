"""The code cells of notebooks as Python."""

from __future__ import annotations

import ast
import random

import pytest

from grader.intake import cells

SHELL = "get_ipython()"


def plain(*texts: str) -> list[str]:
    return cells.Reader().as_python(texts)


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("F.unfold?\ny", f"{SHELL}.run_line_magic('pinfo', 'F.unfold')\ny\n"),
        ("if x:\n    torch.nn.Conv2d??", f"if x:\n    {SHELL}.run_line_magic('pinfo2', 'torch.nn.Conv2d')\n"),
        ("?F.unfold", f"{SHELL}.run_line_magic('pinfo', 'F.unfold')\n"),
        ("np.*load*?", f"{SHELL}.run_line_magic('psearch', 'np.*load*')\n"),
        ("%matplotlib inline\nx", f"{SHELL}.run_line_magic('matplotlib', 'inline')\nx\n"),
        ("files = !ls", f"files = {SHELL}.getoutput('ls')\n"),
        ("home = %env HOME", f"home = {SHELL}.run_line_magic('env', 'HOME')\n"),
        ("!pip install torch \\\n    torchvision\nx", f"{SHELL}.system('pip install torch      torchvision')\n\nx\n"),
        ("def f():\n    !ls\n    return 1", f"def f():\n    {SHELL}.system('ls')\n    return 1\n"),
        ("%%bash\nls -l", f"{SHELL}.run_cell_magic('bash', '', 'ls -l\\n')\n"),
    ],
)
def test_what_only_notebooks_understand(cell: str, python: str) -> None:
    """As IPython reads it, with every line that is Python where it was."""
    assert [python] == plain(cell)


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%time Y = f(X)\nY", "Y = f(X)\nY\n"),
        ("if x:\n    %time f(\\\n  X)\ny", "if x:\n    f(   X)\n\ny\n"),
        ("x = %time f(3)", "x = f(3)\n"),
        ("%time", "pass\n"),
        ("%prun -l 5 -s cumulative f(x)", "f(x)\n"),
        ("%time -x", "-x\n"),
        ("%lprun -f f f(x)", "f(x)\n"),
        ("%%time\n\n%matplotlib inline\ny = 2", f"\n\n{SHELL}.run_line_magic('matplotlib', 'inline')\ny = 2\n"),
        ("%%capture out\n%%time\nx = 1", f"\n\nx = 1\n\nout = {SHELL}.run_cell_magic('capture', 'out', '')\n"),
        ("\n%%time\n  x = 1\n  y = 2", "\n\nx = 1\ny = 2\n"),
        ("%%time\nfrom __future__ import division", "\nfrom __future__ import division\n"),
        ("%%timeit -n 3 a = 1\n%time f(a)", f"{SHELL}.run_cell_magic('timeit', '-n 3 a = 1', 'f(a)\\n')\n"),
    ],
)
def test_magics_that_run_code(cell: str, python: str) -> None:
    """That code takes their place: it binds names, and stands on the line where the student wrote it."""
    assert [python] == plain(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "print('%s'\n      %name)",
        "x = (7\n% 4)",
        "x = y if y != 3 else z  # really?",
        "print('why?')",
        "x['!='] = '=!'",
        "text = f'{x=!r}'",
        "assert (x\n  != 4)",
        "'''\nReally?\n!important\nx = !ls\n%s\n%%time\n'''",
        '"""Is it?\nIs\nit?\n"""\n# \'\'\' open?',
        "a = '\u2028%x'",
        "x = 1;",
    ],
)
def test_python_stays(cell: str) -> None:
    """What looks like a magic inside of strings, comments and brackets."""
    assert [cell.rstrip()] == [text.rstrip() for text in plain(cell)]


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("\n\n  x = 1\n  y = 2", "\n\nx = 1\ny = 2\n"),
        (">>> x = 1\n>>> x\n", "x = 1\nx\n"),
        ("In [3]: x = 1", "x = 1\n"),
    ],
)
def test_pasted_code(cell: str, python: str) -> None:
    """Indented as a whole, or with prompts."""
    assert [python] == plain(cell)


@pytest.mark.parametrize(
    ("cell", "call"),
    [("pip install torch", "('pip', 'install torch')"), ("ls", "('ls', '')"), ("cd ..\n", "('cd', '..')")],
)
def test_automagic(cell: str, call: str) -> None:
    """A magic that is all there is in a cell needs no sign."""
    assert f"{SHELL}.run_line_magic{call}\n" == plain(cell)[0]


@pytest.mark.parametrize(
    "texts",
    [
        ("import time", "time"),
        ("ls = 3", "ls"),
        ("from os import a, env", "env"),
        ("def run(): pass", "run"),
        ("pip = 4",),
        ("pip install torch\nimport torch",),
        ("copy that",),
    ],
)
def test_no_automagic(texts: tuple[str, ...]) -> None:
    """Names of the notebook's own are not magics, nor is anything in a cell of several lines."""
    assert texts[-1] == plain(*texts)[-1]


def test_a_cell_that_ipython_does_not_understand_stays() -> None:
    """Its error is told where the student sees it."""
    assert "x = = 1\n" == plain("!ls\nx = = 1")[0].partition("\n")[2]


def test_many_special_lines_in_a_long_cell_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each makes IPython look at the whole cell again, which has its limit for all cells together."""
    monkeypatch.setattr(cells, "MOST_WORK", 20_000)
    reader, short, long = cells.Reader(), "!ls\nx", "!ls\n" * 100 + "x = 1\n" * 100

    assert reader.as_python([short])[0] != short
    assert [long] == reader.as_python([long])
    part = "!ls\n" + "x = 1\n" * (cells.MOST_WORK // 20)
    read = [text.startswith("!") for text in reader.as_python([part] * 4)]
    assert sorted(read) == read and read[0] is False and read[-1] is True


def test_a_long_word_before_a_call_for_help_stays() -> None:
    """To find a name before a question mark takes the square of its length."""
    cell = f"({'a' * 600}\n)?"

    assert [cell] == plain(cell)


PIECES = [
    "x = 1\n", "def f(x):\n    return x\n", "%time y = 2\n", "!ls \\\n  -l\n", "z?\n", "t = '''\n%time\n'''\n", "%matplotlib inline\n",
    "files = !ls\n", "if True:\n    %timeit x\n", "w = (1\n     %2)\n", "\n", "# really?\n", "u = %time 3\n", "%prun -l 3 f(1)\n",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(30))
def test_lines_stay_where_they_are(seed: int) -> None:
    """Whatever stands before it, a statement is on the line on which the student sees it, and the whole is Python."""
    draw = random.Random(seed)
    cell = "".join(draw.choices(PIECES, k=8)) + "mark = 1\n"
    if draw.random() < 0.5:
        cell = f"%%time\n{cell}"
    python = plain(cell)[0]

    ast.parse(python)
    assert cell.split("\n").index("mark = 1") == python.split("\n").index("mark = 1")


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("%%writefile a.py\nx = 1\n", ("a.py", "x = 1\n", False)),
        ("\n%%file  'b c.py' \ny", ("b c.py", "y", False)),
        ("%%writefile -a a.py\nz", ("a.py", "z", True)),
        ("%%writefile a.py", ("a.py", "", False)),
        ("x = 1\n%%writefile a.py\n", None),
        ("%%writefile", None),
    ],
)
def test_written_files(cell: str, found: tuple[str, str, bool] | None) -> None:
    """Name, text, and whether it is appended."""
    assert found == cells.written_file(cell)
