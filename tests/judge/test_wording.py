"""Every sentence about student code that could not be imported or called, word for word."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.authoring.expect import CheckFailure
from grader.judge import wording
from grader.judge.crash import ALONE, LIBRARIES, NO_GPU, NO_INPUT, PLAIN_NAME, SAVE_AGAIN
from grader.judge.networks import CONSTRUCTOR, FORWARD, NO_LAYER, network_raised
from grader.judge.reading import Code
from grader.records import Argument, Array, Plain
from grader.worker.protocol import Raised

TRACE = '  File "a.py", line 3, in f\n'
UNWRITTEN = f"{TRACE}    raise NotImplementedError\n"
NOT_FITTING = "Error(s) in loading state_dict for Net:"
NO_FORWARD = 'Module [{}] is missing the required "forward" function'
NEVER_EXIT = "Return a value instead of calling exit() or sys.exit()."
MEND = "Run `python a.py` and mend the line it names (or the one before)."
ZERO = "What is divided by is 0 here: which argument, or which size, makes it so?"
FLOATS = "It holds whole numbers here: x.float() makes floats of them."
LOOK = "Look at line 3: print the shapes and types of what it uses, just before it."
CELL = "code cell 2 of a.ipynb"


def hinted(found: CheckFailure) -> str:
    """The next step that a finding about it ends up with."""
    return found.hint or wording.crash_hint(found.raised, Code(), "f")


# what importing raised, message, hint, traceback
NOT_LOADED = [
    (
        Raised("SyntaxError", "'(' was never closed (a.py, line 3)", 3, TRACE),
        "a.py has a syntax error in line 3: '(' was never closed",
        MEND,
        TRACE,
    ),
    (
        Raised("IndentationError", "unexpected indent (a.py, line 3)", 3),
        "a.py has a syntax error in line 3: unexpected indent",
        MEND,
        "",
    ),
    (
        Raised("TabError", "inconsistent use of tabs", None),
        "a.py has a syntax error: inconsistent use of tabs",
        "Indent with blanks alone, four a level, no tabs.",
        "",
    ),
    (
        Raised("SyntaxError", "(unicode error) 'utf-8' codec can't decode byte 0xff", 3),
        "a.py is not UTF-8 text: (unicode error) 'utf-8' codec can't decode byte 0xff",
        "Save the file as UTF-8.",
        "",
    ),
    (
        Raised("SyntaxError", "invalid syntax (helper.py, line 3)", 3, file="helper.py"),
        "helper.py has a syntax error in line 3: invalid syntax",
        "Run `python helper.py` and mend the line it names (or the one before).",
        "",
    ),
    (
        Raised("SyntaxError", "unknown encoding: utf8x", 1, file="helper.py"),
        "helper.py is not UTF-8 text: unknown encoding: utf8x",
        "Save the file as UTF-8.",
        "",
    ),
    (
        Raised("SyntaxError", "invalid syntax (a.py, line 30)", 3, file=CELL),
        f"{CELL} has a syntax error in line 3: invalid syntax",
        "Restart your notebook and run all its cells and mend the line it names (or the one before).",
        "",
    ),
    (
        Raised("ZeroDivisionError", "division by zero", 3, TRACE, file="helper.py"),
        "a.py cannot be imported: ZeroDivisionError in line 3 of helper.py: division by zero",
        ZERO,
        TRACE,
    ),
    (
        Raised("NameError", "name 'x' is not defined", 3, TRACE, file=CELL),
        f"a.py cannot be imported: NameError in line 3 of {CELL}: name 'x' is not defined",
        "Nothing is called x here: is it misspelt, or defined in a file or cell that was not handed in?",
        TRACE,
    ),
    (
        Raised("ModuleNotFoundError", "No module named 'cv3'", 3, TRACE),
        "a.py cannot be imported in line 3: No module named 'cv3'",
        LIBRARIES,
        TRACE,
    ),
    (
        Raised("SystemExit", "2", 3, TRACE),
        "a.py asked Python to exit in line 3 while it was being imported (exit status 2)",
        "Put what should only happen when you run the file under `if __name__ == '__main__':`.",
        "",
    ),
    (
        Raised("SystemExit", ""),
        "a.py asked Python to exit while it was being imported (exit status 0)",
        "Put what should only happen when you run the file under `if __name__ == '__main__':`.",
        "",
    ),
    (
        Raised("ZeroDivisionError", "division by zero", 3, TRACE),
        "a.py cannot be imported: ZeroDivisionError in line 3: division by zero",
        ZERO,
        TRACE,
    ),
]


@pytest.mark.parametrize(("raised", "message", "hint", "traceback"), NOT_LOADED)
def test_not_loaded(raised: Raised, message: str, hint: str, traceback: str) -> None:
    """Why a file cannot be imported, where, and what to do; a traceback where it says more."""
    found = wording.not_loaded("a.py", raised, Code())

    assert (message, hint, traceback, False) == (found.message, found.hint, found.traceback, found.fatal)


NO_DOWNLOAD = "There is no network while your code is graded: use what train is given."
FILE = "[Errno 13] Permission denied: '/home/x.txt'"

# what raised anywhere in student code, what to do
ONLY_IN_HERE = [
    (Raised("EOFError", "EOF when reading a line"), NO_INPUT),
    (Raised("EOFError", "Ran out of input"), ""),
    (Raised("PermissionError", FILE), PLAIN_NAME),
    (Raised("PermissionError", f"{FILE} -> '/home/y.txt'"), PLAIN_NAME),
    (Raised("PermissionError", "[Errno 13] Permission denied"), ALONE),
    (Raised("PermissionError", "[Errno 1] Operation not permitted"), ALONE),
    (Raised("URLError", "<urlopen error [Errno -3] Temporary failure in name resolution>"), NO_DOWNLOAD),
    (Raised("ModuleNotFoundError", "No module named 'cv3'"), LIBRARIES),
    (Raised("ValueError", FILE), ""),
]


@pytest.mark.parametrize(("raised", "hint"), ONLY_IN_HERE)
def test_errors_that_only_happen_in_here(raised: Raised, hint: str) -> None:
    """Whether importing, calling or a network met them, the hint says what is different in here."""
    imported = wording.not_loaded("a.py", raised, Code())

    called = hinted(wording.call_raised("f(X)", "f", raised))
    in_a_network = hinted(network_raised("backward()", "Net()", raised, Code()))

    assert (hint or wording.NO_LINE) == called == in_a_network
    assert imported.hint == hint or (not hint and imported.hint.startswith("Run `python a.py`"))


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (
            Raised("EOFError", "EOF when reading a line", line=3),
            "input() in line 3 gets no answer while your code is graded",
        ),
        (Raised("SystemExit", "None", line=3), "your code asks Python to exit in line 3"),
        (Raised("SyntaxError", "invalid syntax (a.py, line 3)", line=3), "SyntaxError in line 3: invalid syntax"),
        (Raised("ValueError", ""), "ValueError"),
    ],
)
def test_what_ended_an_import(raised: Raised, told: str) -> None:
    assert told == wording.broken_import(raised)


def test_the_libraries_are_those_of_the_students_page() -> None:
    """Who misses one is told of the same libraries here and there."""
    page = (Path(__file__).parents[2] / "exercises" / "starter" / "README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"There are (.*?) and ([\w-]+)\.", page)[0])

    assert listed and all(names in LIBRARIES for names in listed)


# what a call of f(X, 2) raised, message, hint, traceback
CALL_RAISED = [
    (
        Raised("NotImplementedError", "todo", 3, f"{TRACE}    raise NotImplementedError('todo')\n"),
        "f is not written yet: it raises NotImplementedError in line 3",
        wording.UNFINISHED,
        "",
    ),
    (
        Raised("NotImplementedError", "\"conv\" not implemented for 'Long'", 3, f"{TRACE}    return conv(X)\n"),
        "f raised NotImplementedError in line 3: \"conv\" not implemented for 'Long'",
        FLOATS,
        f"{TRACE}    return conv(X)\n",
    ),
    (
        Raised("SystemExit", "", None, TRACE),
        "your code asked Python to exit while f was being called (exit status 0)",
        NEVER_EXIT,
        "",
    ),
    (
        Raised("SystemExit", "bye", 3),
        "your code asked Python to exit in line 3 while f was being called (exit status bye)",
        NEVER_EXIT,
        "",
    ),
    (
        Raised("TypeError", "f() takes 1 positional argument"),
        "f cannot be called as f(X, 2): f() takes 1 positional argument",
        "Compare the parameters of your f with the contract's.",
        "",
    ),
    (
        Raised("TypeError", "unsupported operand", 3, TRACE),
        "f raised TypeError in line 3: unsupported operand",
        LOOK,
        TRACE,
    ),
    (Raised("ValueError", "shapes\n(2,)\n(3,)", 3, TRACE), "f raised ValueError in line 3: shapes", LOOK, TRACE),
    (Raised("KeyError", ""), "f raised KeyError", wording.NO_LINE, ""),
    (
        Raised("KeyError", "'a'", 3, file="helper.py"),
        "f raised KeyError in line 3 of helper.py: 'a'",
        "The dict has no key 'a': print its keys just before this line.",
        "",
    ),
]


@pytest.mark.parametrize(("raised", "message", "hint", "traceback"), CALL_RAISED)
def test_call_raised(raised: Raised, message: str, hint: str, traceback: str) -> None:
    """Not written yet, ended, called wrongly, or raised; the traceback only of what was raised inside."""
    found = wording.call_raised("f(X, 2)", "f", raised)

    assert (message, hint, traceback, False) == (found.message, hinted(found), found.traceback, found.fatal)


# what was being done to Net(3), what that raised, message, hint, traceback
NETWORK_RAISED = [
    ("Net(3)", Raised("Refused", "no network 3", internal=True), "no network 3", CONSTRUCTOR, ""),
    (
        "Net(3)",
        Raised("NotImplementedError", "", 3, UNWRITTEN),
        "Net is not written yet: it raises NotImplementedError in line 3",
        wording.UNFINISHED,
        "",
    ),
    ("forward()", Raised("NotImplementedError", NO_FORWARD.format("Net")), "Net has no method forward", FORWARD, ""),
    (
        "forward()",
        Raised("NotImplementedError", NO_FORWARD.format("ModuleList"), 3, f"{TRACE}    x = self.layers(x)\n"),
        "ModuleList has no method forward: it is called in line 3",
        NO_LAYER,
        "",
    ),
    (
        "forward()",
        Raised("NotImplementedError", "\"pool\" not implemented for 'Long'", 3, f"{TRACE}    return pool(x)\n"),
        "forward() raised NotImplementedError in line 3: \"pool\" not implemented for 'Long'",
        FLOATS,
        f"{TRACE}    return pool(x)\n",
    ),
    (
        "backward()",
        Raised("SystemExit", "1"),
        "your code asked Python to exit while Net was being called (exit status 1)",
        NEVER_EXIT,
        "",
    ),
    (
        "Net(3)",
        Raised("TypeError", "takes no arguments"),
        "Net(3) cannot be built: takes no arguments",
        "Compare the constructor with the contract's.",
        "",
    ),
    (
        "Net(3)",
        Raised("TypeError", "bad operand", 3, TRACE),
        "Net(3) raised TypeError in line 3: bad operand",
        LOOK,
        TRACE,
    ),
    ("forward()", Raised("TypeError", "bad operand"), "forward() raised TypeError: bad operand", wording.NO_LINE, ""),
    (
        "forward()",
        Raised("TypeError", "bad operand", 3, file="layers.py"),
        "forward() raised TypeError in line 3 of layers.py: bad operand",
        LOOK.replace("3:", "3 of layers.py:"),
        "",
    ),
    (
        "loading a.pth",
        Raised("UnpicklingError", "weights_only=False"),
        "loading a.pth fails: the file holds something else than parameters",
        SAVE_AGAIN,
        "",
    ),
    (
        "loading a.pth",
        Raised("RuntimeError", f'{NOT_FITTING}\n\tMissing key(s) in state_dict: "a".'),
        f'loading a.pth raised RuntimeError: {NOT_FITTING} Missing key(s) in state_dict: "a".',
        f"The file was saved from another class than the one handed in. {SAVE_AGAIN}",
        "",
    ),
    (
        "loading a.pth",
        Raised("TypeError", "Expected state_dict to be dict-like, got <class 'list'>."),
        "loading a.pth raised TypeError: Expected state_dict to be dict-like, got <class 'list'>.",
        SAVE_AGAIN,
        "",
    ),
    (
        "loading a.pth",
        Raised("EOFError", ""),
        "loading a.pth fails: the file is empty, cut off or none of PyTorch's",
        SAVE_AGAIN,
        "",
    ),
    (
        "forward()",
        Raised("AssertionError", "Torch not compiled with CUDA enabled", 16),
        "forward() raised AssertionError in line 16: Torch not compiled with CUDA enabled",
        NO_GPU,
        "",
    ),
    (
        "backward()",
        Raised("RuntimeError", "modified by an inplace operation: [1]", 3, TRACE),
        "backward() fails: an in-place operation has overwritten what the gradient needs",
        "Use x = x + y instead of x += y, and ReLU without inplace=True where its input is used again.",
        "",
    ),
    (
        "forward()",
        Raised("RuntimeError", "x" * 400, 3, TRACE),
        f"forward() raised RuntimeError in line 3: {'x' * 300}...",
        LOOK,
        TRACE,
    ),
]


@pytest.mark.parametrize(("call", "raised", "message", "hint", "traceback"), NETWORK_RAISED)
def test_network_raised(call: str, raised: Raised, message: str, hint: str, traceback: str) -> None:
    """The same for a network, with the mistakes that only networks have."""
    found = network_raised(call, "Net(3)", raised, Code())

    assert (message, hint) == (found.message, hinted(found) if found.raised else found.hint)
    assert traceback == found.traceback


def test_tampered() -> None:
    """Said plainly, and the worker is not asked again."""
    found = wording.tampered("f was being called")

    assert ("your code answered in the grader's place while f was being called", True) == (found.message, found.fatal)
    assert "Leave the descriptors and modules that you have not opened or imported yourself alone." == found.hint


@pytest.mark.parametrize(
    ("present", "hint"),
    [
        (["helper", "Corr2D"], "It has Corr2D: is that the one? The name must be exactly corr2d."),
        (["corr_2d"], "It has corr_2d: is that the one? The name must be exactly corr2d."),
        (["cross_correlation", "np"], wording.MISSING),
        ([], wording.MISSING),
    ],
)
def test_missing(present: list[str], hint: str) -> None:
    """A name that is nearly right is pointed out; a far one is not."""
    found = wording.missing("a.py", "corr2d", present)

    assert ("a.py defines no corr2d", hint) == (found.message, found.hint)


@pytest.mark.parametrize(
    ("names", "there"),
    [
        ([], ""),
        (["notes.txt", "corr2d.onnx"], ""),
        (["helper.py"], "; there is helper.py"),
        (["helper.py", "corr2d (1).py"], "; there are corr2d (1).py and helper.py"),
        (["src/corr2d.py", "Corr2D.IPYNB", "helper.py"], "; there are src/corr2d.py, Corr2D.IPYNB and helper.py"),
        (["a\u202eb.py"], "; there is a\\u202eb.py"),
        (
            ["corr2d_.py", *(f"{i}.py" for i in range(7))],
            "; there are corr2d_.py, 2.py, 6.py, 5.py, 4.py and 3 more",
        ),
    ],
)
def test_no_file(tmp_path: Path, names: list[str], there: str) -> None:
    """Code that is there is named, at most five files of it, the most similar names first."""
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = wording.no_file("corr2d.py", tmp_path)

    assert f"corr2d.py is missing{there}" == found.message
    assert "Hand in a file named exactly corr2d.py, at the top of your folder." == found.hint


@pytest.mark.parametrize(
    ("names", "unread"),
    [
        (["corr2d.ipynb"], "corr2d.ipynb"),
        (["corr2d.ipynb", "pooling.ipynb"], "corr2d.ipynb"),
        (["homework.ipynb", "helper.py"], "homework.ipynb"),
        (["homework.ipynb", "homework.py"], ""),
        (["a.ipynb", "b.ipynb"], ""),
    ],
)
def test_a_notebook_that_could_not_be_read(tmp_path: Path, names: list[str], unread: str) -> None:
    """No script was made of it: that is why the exercise is missing, where it is the exercise's or the only one."""
    for name in names:
        (tmp_path / name).touch()
    found = wording.no_file("corr2d.py", tmp_path)

    assert bool(unread) == found.message.startswith(f"{unread} cannot be read: ")
    assert "hand it in again; or hand in corr2d.py." in found.hint if unread else "cannot be read" not in found.message


def test_a_folder_is_no_notebook(tmp_path: Path) -> None:
    """Nothing in it could have been the exercise."""
    (tmp_path / "corr2d.ipynb").mkdir()

    assert "corr2d.py is missing" == wording.no_file("corr2d.py", tmp_path).message


def test_missing_class() -> None:
    """Capitals are what is most often wrong with a class's name."""
    found = wording.missing("a.py", "LENET", ["lenet"])

    assert "It has lenet: is that the one? The name must be exactly LENET." == found.hint


@pytest.mark.parametrize(
    ("message", "first"),
    [
        ("  one\ntwo", "one"),
        ("x" * 300, "x" * 300),
        ("x" * 301, "x" * 300 + "..."),
        ("", ""),
        (f"{NOT_FITTING}\n\tMissing: a.\n\tUnexpected: b.\n\tsize", f"{NOT_FITTING} Missing: a. Unexpected: b."),
        (f"{NOT_FITTING}\n\t{'x' * 121}\n", f"{NOT_FITTING} {'x' * 120}..."),
        (NOT_FITTING, NOT_FITTING),
    ],
)
def test_short(message: str, first: str) -> None:
    """The first line, cut; of parameters that do not fit also which those are."""
    assert first == wording.short(message)


IMAGE, KERNEL = np.array([[0.5, -1.0]], dtype="float32"), np.array([[3]])


def test_call_text() -> None:
    """As the student would write it: arrays by name, the rest by value."""
    text = wording.call_text("f", (IMAGE, (2, 3), KERNEL, "max"), {"bias": KERNEL, "stride": None}, ["X", "size", "K"])

    assert "f(X, (2, 3), K, 'max', bias=bias, stride=None)" == text
    assert "f(argument_1)" == wording.call_text("f", (IMAGE,), {}, [])


def test_arguments() -> None:
    """Each with its name, value and whether it is a keyword."""
    assert (
        Argument(name="X", value=Array.of(IMAGE)),
        Argument(name="argument_2", value=Plain(text="2")),
        Argument(name="bias", value=Plain(text="None"), keyword=True),
    ) == wording.arguments((IMAGE, 2), {"bias": None}, ["X"])


@pytest.mark.parametrize(
    ("library", "lines"),
    [
        ("torch", ["import torch", "X = torch.tensor([[0.5, -1.0]], dtype=torch.float32)"]),
        ("numpy", ["import numpy as np", "X = np.array([[0.5, -1.0]], dtype=np.float32)"]),
    ],
)
def test_reproduce(library: str, lines: list[str]) -> None:
    """A file beside the submission that makes the call again."""
    listed = wording.arguments((IMAGE, 2), {}, ["X", "size"])
    text = wording.reproduce("a", "f", "f(X, 2)", listed, library)

    assert f"{lines[0]}\nfrom a import f\n\n{lines[1]}\nprint(f(X, 2))\n" == text


@pytest.mark.parametrize(("size", "written"), [(400, True), (401, False), (5000, False)])
def test_large_arrays_are_not_written_out(size: int, written: bool) -> None:
    """Better nothing than pages of numbers, or numbers that were not kept."""
    listed: Any = wording.arguments((np.zeros(size),), {}, ["X"])

    assert written == bool(wording.reproduce("a", "f", "f(X)", listed, "torch"))
