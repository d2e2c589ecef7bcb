"""Notebooks become scripts."""

from __future__ import annotations

import json

import pytest

from grader.errors import SubmissionUnreadable
from grader.intake import basket as limits
from grader.intake import notebook
from grader.intake.basket import Basket

CODE = b"def corr2d(X, K):\n    return X\n"
CORR2D, LENET5 = "def corr2d(X, K): return X", "class LeNet5: pass\ndef train(): pass"
WANTED = {"corr2d.py": ["corr2d", "edge_demo"], "mnist_cnn.py": ["MnistCNN", "train"], "lenet5.py": ["LeNet5", "train"]}


def notebook_of(*cells: object) -> bytes:
    listed = [
        c if isinstance(c, dict) else {"cell_type": "code", "source": c, "outputs": [{"data": {}}]} for c in cells
    ]
    return json.dumps({"cells": listed, "metadata": {"language": "python"}, "nbformat": 4}).encode()


def converted(
    files: dict[str, bytes], wanted: dict[str, list[str]] | None = None
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The files by name, and the notes."""
    basket = Basket("upload")
    for name, data in files.items():
        basket.add(tuple(name.split("/")), data)
    notebook.convert(basket, wanted)
    return {"/".join(parts): data for parts, data in basket.files.items()}, basket.notes()


def script_of(*cells: object) -> str:
    return converted({"corr2d.ipynb": notebook_of(*cells)})[0]["corr2d.py"].decode()


def test_a_notebook_becomes_a_script() -> None:
    """Code cells only, one after the other, each under its number."""
    data = notebook_of(
        "import torch",
        {"cell_type": "markdown", "source": "# title"},
        {"cell_type": "raw", "source": "x"},
        ["def f():\n", "    return 1"],
    )
    files, notes = converted({"corr2d.ipynb": data})

    cells = [b"# code cell 1 of corr2d.ipynb", b"import torch"]
    cells += [b"# code cell 2 of corr2d.ipynb", b"def f():", b"    return 1", b""]
    assert b"\n".join(cells) == files["corr2d.py"]
    assert ("corr2d.py was made from the code cells of corr2d.ipynb",) == notes


@pytest.mark.parametrize(
    ("version", "lines"), [(2, ["x = 1", "y = 2"]), (3, ["x = 1\n", "y = 2"]), (3, "x = 1\ny = 2")]
)
def test_old_formats(version: int, lines: list[str] | str) -> None:
    """Worksheets with cells that have an input."""
    cells = [
        {"cell_type": "code", "input": lines, "language": "python", "outputs": []},
        {"cell_type": "heading", "source": "a"},
    ]
    data = json.dumps(
        {"nbformat": version, "metadata": {}, "worksheets": [{"cells": cells}, {"cells": cells}]}
    ).encode()
    script = converted({"a.ipynb": data})[0]["a.py"].decode()

    assert "# code cell 1 of a.ipynb\nx = 1\ny = 2\n# code cell 2 of a.ipynb\nx = 1\ny = 2\n" == script


def test_cells_in_other_languages_are_no_code() -> None:
    """In old notebooks, and in those of an editor that takes many."""
    other = [{"cell_type": "code", "source": "ls", "metadata": {"vscode": {"languageId": "shellscript"}}}]
    other += [{"cell_type": "code", "source": "puts 1", "language": "ruby"}]  # type: ignore[dict-item]
    mine = {"cell_type": "code", "source": "x = 1", "metadata": {"vscode": {"languageId": "python"}, "tags": ["a"]}}

    assert "# code cell 1 of corr2d.ipynb\nx = 1\n" == script_of(*other, mine)


@pytest.mark.parametrize("outputs", ['{"y": [NaN, 1, -Infinity], "x": NaN}', "{}"])
def test_outputs_that_are_no_json(outputs: str) -> None:
    """Python writes NaN into the data of a plot, and Jupyter reads it; another program begins with a mark."""
    data = f'{{"cells": [{{"cell_type": "code", "source": "x = [1, 2]", "outputs": [{outputs}]}}]}}'.encode("utf-8-sig")

    assert b"# code cell 1 of a.ipynb\nx = [1, 2]\n" == converted({"a.ipynb": data})[0]["a.py"]


def test_ends_of_lines() -> None:
    """As other systems write them."""
    assert "# code cell 1 of corr2d.ipynb\nget_ipython().system('a   b')\n\nx = 1\n" == script_of(
        "!a \\\r\n b\r\nx = 1"
    )


def test_a_cell_that_writes_a_file() -> None:
    """Is that file, of which line 1 is the cell's second; more can be appended. The notebook itself has no other use."""
    cells = ["%%writefile corr2d.py\nx = 1\n", "%%writefile data.csv\n1,2\n", "\n%%writefile -a corr2d.py\ny = 2"]
    files, notes = converted({"corr2d.ipynb": notebook_of(*cells)})

    one, two = "# code cell 1 of corr2d.ipynb\n#\nx = 1\n\n", "# code cell 3 of corr2d.ipynb\n#\n#\ny = 2\n"
    assert (one + two).encode() == files["corr2d.py"]
    assert b"1,2\n" == files["data.csv"]
    assert "corr2d.py was written by code cell 1 of corr2d.ipynb" in notes


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("utils.py", "sub/utils.py"),
        ("/content/utils.py", "sub/utils.py"),
        ("~/hw/utils.py", "sub/utils.py"),
        ("deep/a.py", "sub/deep/a.py"),
    ],
)
def test_where_a_cell_writes(name: str, place: str) -> None:
    """Beside the notebook; folders of another computer do not matter."""
    files, _ = converted({"sub/a.ipynb": notebook_of(f"%%writefile {name}\nx = 1")})

    assert {"sub/a.ipynb", "sub/a.py", place} == set(files)
    assert b"# code cell 1 of a.ipynb\npass\n" == files["sub/a.py"]


@pytest.mark.parametrize("name", ["../../evil.py", "a.exe", ".hidden/a.py", "corr2d.py", "a\x01.py"])
def test_what_a_cell_cannot_write(name: str) -> None:
    """Files that are not taken in, and those that were handed in."""
    files, _ = converted({"a.ipynb": notebook_of(f"%%writefile {name}\nevil = 1"), "corr2d.py": CODE})

    assert {"a.ipynb", "a.py", "corr2d.py"} == set(files)
    assert not any(b"evil" in data for name, data in files.items() if name != "a.ipynb")


def test_a_script_that_colab_has_made() -> None:
    """It keeps lines with ! and %, which are no Python; in anybody's own script they stay the mistake that they are."""
    top = [
        "# coding: utf-8",
        "'''a",
        "",
        "Automatically generated by Colaboratory.",
        "'''",
        "!pip install d2l",
        "x = 1",
        "",
    ]
    files, _ = converted({"corr2d.py": "\r\n".join(top).encode(), "mine.py": b"!pip install d2l\n"})

    assert ["pass", "x = 1"] == files["corr2d.py"].decode().splitlines()[5:]
    assert b"!pip install d2l\n" == files["mine.py"]


def test_commands_of_colab() -> None:
    """Not those in Markdown, which Colab writes as texts of many lines; however many there are."""
    top = [
        '"""a',
        "Automatically generated by Colab.",
        '"""',
        "!pip install a \\",
        "   b",
        "if x:",
        "  !ls",
        "files = !ls",
        "y = !x",
    ]
    markdown = ['"""Why?', "! Look", '"""'] * 3000
    files, _ = converted({"corr2d.py": "\n".join([*top, *markdown, "!ls", ""]).encode()})
    found = files["corr2d.py"].decode().split("\n")

    assert ["pass", "", "if x:", "  pass", "files = []", "y = []"] == found[3:9]
    assert [*markdown, "pass", ""] == found[9:]


def test_a_notebook_of_several_exercises() -> None:
    """Serves for each that is missing and that it defines a name of which no other exercise has."""
    files, notes = converted({"all.ipynb": notebook_of(CORR2D, LENET5)}, WANTED)

    assert {"all.ipynb", "all.py", "corr2d.py", "lenet5.py"} == set(files)
    assert files["all.py"] == files["corr2d.py"] == files["lenet5.py"]
    assert "all.ipynb counts as lenet5.py, for it defines LeNet5" in notes


def test_what_was_handed_in_comes_first() -> None:
    """As a script or as a notebook."""
    given = {"all.ipynb": notebook_of(CORR2D, LENET5), "corr2d.py": CODE, "lenet5.ipynb": notebook_of("x = 1")}
    files, _ = converted(given, WANTED)

    assert (CODE, b"# code cell 1 of lenet5.ipynb\nx = 1\n") == (files["corr2d.py"], files["lenet5.py"])


def test_two_notebooks_with_the_same_names() -> None:
    """None of them is guessed to be the right one."""
    files, notes = converted({"a.ipynb": notebook_of(CORR2D), "b.ipynb": notebook_of(CORR2D)}, WANTED)

    assert "corr2d.py" not in files
    assert notes[-1] == (
        "a.ipynb, b.ipynb define what belongs into corr2d.py: none of them counts; hand in the right one as corr2d.ipynb"
    )


@pytest.mark.parametrize(
    "code", ["corr2d(1, 2)", "from lib import corr2d_fast", "x = {'a':\n corr2d == 1}", "if x:\n    def corr2d(): pass"]
)
def test_what_defines_nothing(code: str) -> None:
    """Uses, other names, what stands inside of something else."""
    assert "corr2d.py" not in converted({"all.ipynb": notebook_of(code)}, WANTED)[0]


@pytest.mark.parametrize(
    "code", ["corr2d = f", "async def corr2d(): pass", "corr2d: int = 3", "def  corr2d (X):\n    pass"]
)
def test_what_defines_a_name(code: str) -> None:
    assert "corr2d.py" in converted({"all.ipynb": notebook_of("import torch", code)}, WANTED)[0]


@pytest.mark.parametrize("unit", ['"', "\\'", "'''", '"""\\', " ", "a =", "a?", "'''\nx\n", "\n", ["\n"]])
def test_a_notebook_of_endless_code(unit: str | list[str]) -> None:
    """Is left out before it is looked at, whatever it holds; as much as it may have is converted."""
    large = unit * (notebook.MOST_CODE // len(unit) + 1)
    files, notes = converted({"corr2d.ipynb": notebook_of(large), "pooling.py": CODE})

    assert {"corr2d.ipynb", "pooling.py"} == set(files)
    assert ("corr2d.ipynb was left out: with it the notebooks hold more than 1 MiB of code",) == notes
    files, notes = converted({"corr2d.ipynb": notebook_of(unit * (notebook.MOST_CODE // len(unit)))})
    assert "corr2d.py" in files


def test_all_notebooks_share_the_limit() -> None:
    """Many small ones take as long as one that is large; those that are small enough for what is left are converted."""
    half = "x = 1\n" * (notebook.MOST_CODE // 11)
    files = {f"{name}.ipynb": notebook_of(half if name != "d" else "x = 1") for name in "abcd"}
    made, _ = converted(files)

    assert {"a.py", "d.py"} == {name for name in made if name.endswith(".py")}


def test_a_script_beside_its_notebook_counts() -> None:
    """Who hands in both means the script."""
    files, _ = converted({"corr2d.py": CODE, "corr2d.ipynb": notebook_of("1/0")})

    assert files["corr2d.py"] == CODE


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'{"cells": 3}',
        b'{"cells": [{"cell_type": "code", "source": 7}]}',
        b"\xff",
        b"[" * 100_000,
        b"null",
    ],
)
def test_a_broken_notebook_is_left_out(data: bytes) -> None:
    """It makes no script, and the rest of the submission goes on."""
    files, notes = converted({"pooling.ipynb": data, "corr2d.py": CODE})

    assert "pooling.py" not in files
    assert notes == ("pooling.ipynb was left out: it is no readable notebook",)


def test_a_notebook_beside_a_folder_of_its_script_s_name() -> None:
    """There is no place for the script."""
    files = {"corr2d.ipynb": notebook_of("x = 1"), "corr2d.py/notes.txt": b"", "pooling.py": CODE}
    files, notes = converted(files)

    assert {"corr2d.ipynb", "corr2d.py/notes.txt", "pooling.py"} == set(files)
    assert ("corr2d.ipynb was left out: there is a folder corr2d.py",) == notes


def test_a_notebook_of_very_many_cells_is_left_out() -> None:
    """Each gets a comment that names it: the script would be many times as large."""
    files = {f"{'n' * 60}.ipynb": notebook_of(*["pass"] * 2001), "corr2d.py": CODE}
    files, notes = converted(files)

    assert (f"{'n' * 60}.ipynb was left out: it has more than 2,000 cells of code",) == notes


def test_scripts_of_notebooks_count_as_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is made of an upload is bounded like the upload itself."""
    data = notebook_of("\n" * 10_000)
    monkeypatch.setattr(limits, "MOST_BYTES", len(data) + 9000)

    with pytest.raises(SubmissionUnreadable, match="MiB"):
        converted({"corr2d.ipynb": data})
