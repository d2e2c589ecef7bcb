"""Each kind of crash gets the hint of its own kind: small sources, run here, and words that their hints must hold."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from grader.judge import hints, wording
from grader.judge.crash import MOST_COMPARED, MOST_LETTERS, nearest
from grader.judge.reading import Code
from grader.worker import protocol
from grader.worker.procedures import raised

HEAD = "import math\nimport numpy as np\nimport torch\nfrom torch import nn\n"
SEEN = "\nX, K = torch.arange(12.0).reshape(3, 4), torch.ones(2, 2)\nA = np.arange(12.0).reshape(3, 4)\n"

# what the student's function does, and words that its hint holds
CALLS = [
    # names
    ("return (X * kernel).sum()", "Nothing is called kernel here; f has X, K"),
    ("height = 2\n    return heigth", "There is height."),
    ("return plt.imshow(X)", "import matplotlib.pyplot as plt"),
    ("return F.relu(X)", "import torch.nn.functional as F"),
    ("return true", "Python writes True, not true"),
    ("for i in xrange(3): pass", "Python writes range"),
    ("total += 1\n    return total", "total is used before it has a value"),
    ("sum = sum([1, 2])\n    return sum", "use another name inside"),
    ("return inner_only", "inner_only exists inside of helper only"),
    ("return shown_in_main", "under if __name__ == '__main__': only"),
    # attributes
    ("return A.numpy()", "It is a NumPy array here, and only tensors have .numpy: leave out .numpy()"),
    ("return A.unsqueeze(0)", "np.expand_dims"),
    ("return A.clone()", ".copy()"),
    ("return X.copy()", ".clone()"),
    ("return X.astype('float32')", ".to(torch.float32)"),
    ("return X.reshap(4, 3)", "is .reshape meant?"),
    ("return torch.zeross(3)", "There is torch.zeros"),
    ("return np.int(3)", "write int"),
    ("return [[1.0]].shape", "It is a plain list here"),
    ("return (1, 2).mean()", "It is a plain tuple here"),
    ("loss = X.sum().item()\n    loss.backward()", "until after backward()"),
    ("return [1].append(2).shape", "Something here is None"),
    ("return K.grad.zero_()", "with torch.no_grad()"),
    ("return Net().conv3", "conv1"),
    ("return nn.Linear(1, 1).wieght_norm", "Linear has no wieght_norm: is it misspelt"),
    # indices and sizes
    ("return X[3, 0]", "Along axis 0 the indices go from 0 to 2: does the loop take one step too many"),
    ("return A[0, 4]", "Along axis 1 the indices go from 0 to 3: does the loop take one step too many"),
    ("return X[0, 0, 0]", "more indices than the array has axes"),
    ("return A[0, 0, 0]", "more indices than the array has axes"),
    ("return A[A.shape[0] / 2]", "// a whole number"),
    ("return np.zeros((A.shape[0] / 2, 2))", "// a whole number"),
    ("return torch.zeros(X.shape[0] / 2)", "// a whole number"),
    ("return torch.zeros(2).expand('a')", "needs a tuple of ints for size and gets a str"),
    ("for i in range(X.shape[0] / 2): pass", "// a whole number"),
    ("return A.shape[2]", "fewer axes"),
    ("return X.sum(2)", "The axes of this tensor go from 0 to 1"),
    ("return A.sum(axis=2)", "The array has 2 axes"),
    ("N, C, H, W = X.shape", "The array has 2 axes here, not 4"),
    ("H, W = A[None].shape", "The array has more than 2 axes here"),
    ("Y = []\n    Y[0] = 1", "A list does not grow by itself"),
    ("Y = np.zeros((2, 2))\n    Y[0, 0] = A[:2, :2]", "is .sum(), or an index, missing?"),
    ("Y = torch.zeros(2, 2)\n    Y[0, 0] = X[:2, :2]", "is .sum(), or an index, missing?"),
    ("Y = np.zeros((2, 2))\n    Y[:] = A[:3, :3]", "Two arrays of shapes (3,3) and (2,2)"),
    ("return A[:2, :2] * np.ones((3, 3))", "Two arrays of shapes (2,2) and (3,3)"),
    ("return X[:2, :2] * torch.ones(3, 3)", "2 against 3"),
    ("return torch.ones(1, 2) @ torch.ones(1, 2)", "value by value is *"),
    ("return np.zeros((-1, 2))", "below zero"),
    ("return max(A)", "An if, a while, max() or and needs one number"),
    ("return A[3:, :].max()", "It is empty here"),
    ("return X[:, 4:].max(dim=1)", "It is empty here"),
    ("return X[:, 4:].max()", "It is empty here"),
    ("return A.reshape(5, 2)", "12 values do not fill the shape (5,2)"),
    ("return X.t().view(12)", ".reshape(...) in place of .view(...)"),
    ("return X.reshape(5, -1)", "12 values do not fill the shape [5, -1]"),
    ("return nn.Conv2d(1, 6, 5)(torch.ones(1, 3, 9, 9))", "made for 1 channels and gets 3"),
    ("return nn.Conv2d(1, 6, 5)(torch.ones(1, 1, 4, 4))", "an image of only 4 x 4 for its kernel of 5 x 5"),
    ("return nn.Linear(4, 2)(X.double())", "Two dtypes meet"),
    ("return X.double() @ X.t()", "Two dtypes meet"),
    ("return torch.arange(4).mean()", "x.float()"),
    # gradients
    ("w = torch.ones(2, requires_grad=True)\n    w -= 1", "with torch.no_grad()"),
    ("(X * 2).sum().backward()", "requires_grad=True"),
    ("w = torch.ones(2, requires_grad=True)\n    (w * w).backward()", "add the squared errors up"),
    ("w = torch.ones(2, requires_grad=True)\n    loss = (w * w).sum()\n    loss.backward()\n    loss.backward()", "anew"),
    ("w = torch.ones(2, requires_grad=True)\n    return w.numpy()", "x.detach().numpy()"),
    ("w = torch.ones(2, requires_grad=True)\n    return w - 0.1 * w.grad", "with torch.no_grad()"),
    ("return torch.ones(2, dtype=torch.int64, requires_grad=True)", "Make it of floats"),
    # types
    ("return X.shape()", "X.shape[0], without calling it"),
    ("return A.size()", "write .shape"),
    ("return X(0, 0)", "square brackets"),
    ("return math(2)", "not a function in it"),
    ("return X.sum * 2", "without being called"),
    ("return helper()[0]", "function without return gives None"),
    ("h, w = helper()", "function without return gives None"),
    ("return (2, 3) // 2", "A tuple arrives where a number is expected"),
    ("size = 2\n    return size[0]", "plain number"),
    ("kh, kw = 2", "must be made a pair first"),
    ("for i in 3: pass", "is range(...) missing"),
    ("return {[1]: 2}", "make a tuple of it"),
    ("return two(1)", "the parameters of two"),
    ("return two(1, 2, c=3)", "the parameters of two"),
    ("return two(1, a=3)", "the parameters of two"),
    ("return Net().forward(1)", "self"),
    ("rows = [[1, 2]]\n    return rows[0, 1]", "x[i][j]"),
    ("return '2' * A.shape[0] - 1", "One of the two is text"),
    ("return nn.functional.relu([1.0])", "torch.as_tensor(x)"),
    # arithmetic, limits, files
    ("return 1 / 0", "What is divided by is 0"),
    ("return f(X, K, A)", "A function calls itself without end"),
    ("return {'a': 1}['b']", "no key 'b'"),
    ("assert X.sum() < 0, 'no'", "An assert of your own"),
    ("return open('C:/Users/Lena/katze.npy')", "another computer"),
    ("return open('/content/drive/katze.npy')", "another computer"),
    ("return open('katze.npy')", "was not handed in"),
    ("return input()", "instead of asking with input()"),
    ("import kornia", "There are torch, torchvision"),
]  # fmt: skip
REST = """
def helper():
    inner_only = 1

def two(a, b):
    return a + b

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Linear(1, 1)
    def forward(x):
        return x

if __name__ == "__main__":
    shown_in_main = 1
"""


def crash(text: str, folder: Path, name: str = "") -> tuple[protocol.Raised, Code]:
    """What the source raises in `folder`: when it is imported, or when its function `name` is called."""
    file = folder / "a.py"
    file.write_text(text, encoding="utf-8")
    space: dict[str, object] = {"__name__": "a"}
    try:
        exec(compile(file.read_bytes(), str(file), "exec"), space)
        if name:
            space[name](space["X"], space["K"], space["A"])  # type: ignore[operator]
    except BaseException as problem:
        return raised(problem, folder, "a.py"), Code(text)
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize(("does", "words"), CALLS)
def test_a_call_that_crashes(does: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hint is about this exception, and names only what is there."""
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    found, source = crash(f"{HEAD}{SEEN}\ndef f(X, K, A):\n    {does}\n{REST}", tmp_path, "f")

    assert words in wording.crash_hint(found, source, "f")


# what the file holds, and words that the hint holds
IMPORTS = [
    ("print 'done'\n", "print(...)"),
    ("raise ValueError, 'no'\n", "mend the line"),
    ("def f(X):\n\tif X:\n        return 1\n", "Indent with blanks alone"),
    ("x = “a”\n", "type them anew"),
    ("x\u00a0= 1\n", "invisible character"),
    ("%matplotlib inline\n", "command of notebooks"),
    ("!pip install torch\n", "command of notebooks"),
    ("path = 'C:\\Users\\Lena'\n", "write the path with /"),
    ("x = 007\n", "do not begin with 0"),
    ("print(helper_made_below())\ndef helper_made_below(): return 1\n", "further down, in line 2"),
    ("import numpi\n", "There are torch, torchvision"),
    ("from math import sqr\n", "math has sqrt"),
    ("import torch\ntorch.cuda.init()\n", "There is no GPU"),
    ("class URLError(Exception): pass\nraise URLError('no')\n", "under if __name__ == '__main__':"),
    ("raise RuntimeError('Error downloading train-images.gz:')\n", "under if __name__ == '__main__':"),
]


@pytest.mark.parametrize(("text", "words"), IMPORTS)
def test_a_file_that_cannot_be_imported(text: str, words: str, tmp_path: Path) -> None:
    """The same for what is met before anything is called; the line that is no Python is shown."""
    found, source = crash(text, tmp_path)
    told = wording.not_loaded("a.py", found, source)

    assert words in told.hint
    assert found.type_name != "SyntaxError" or text.splitlines()[0].strip() in told.traceback


NEWER = [
    ('print(f"{cfg["lr"]}")\n', (3, 12), "the same quotes"),
    ("type Pair = tuple[int, int]\n", (3, 12), "type NAME"),
    ("def first[T](x: list[T]) -> T: return x[0]\n", (3, 12), "def NAME[T]"),
    ('print(t"{x}")\n', (3, 14), "a t-string"),
]


@pytest.mark.parametrize(("text", "since", "words"), NEWER)
def test_python_that_is_too_new(text: str, since: tuple[int, int], words: str, tmp_path: Path) -> None:
    """What a later Python would take is told as that, with the version that grades."""
    if sys.version_info >= since:
        pytest.skip("this Python takes it")
    found, source = crash(text, tmp_path)
    here = f"{sys.version_info.major}.{sys.version_info.minor}"

    assert f"This grader runs Python {here}; {words}" in wording.not_loaded("a.py", found, source).hint


def test_text_that_is_not_utf8(tmp_path: Path) -> None:
    """UTF-16, as some editors save, is told by its bytes."""
    found = protocol.Raised("SyntaxError", "source code string cannot contain null bytes")
    told = wording.not_loaded("a.py", found, Code())

    assert ("a.py is not UTF-8 text: source code string cannot contain null bytes", "Save the file as UTF-8.") == (
        told.message,
        told.hint,
    )


@pytest.mark.parametrize(
    ("switch", "does", "words"),
    [
        (
            "torch.set_grad_enabled(False)",
            "(w * w).sum().backward()",
            "Line 2, torch.set_grad_enabled(False), switches",
        ),
        (
            "torch.set_default_dtype(torch.float64)",
            "w @ w.float()",
            "Line 2, torch.set_default_dtype(torch.float64), cha",
        ),
        (
            "np.seterr(all='raise')",
            "np.array([1.0]) / np.array([0.0])",
            "Line 2, np.seterr(all='raise'), makes an error",
        ),
    ],
)
def test_switches_for_the_whole_file(switch: str, does: str, words: str, tmp_path: Path) -> None:
    """A line that changes what all later code does is named, not the line that suffers."""
    import numpy as np
    import torch

    before = torch.get_default_dtype(), np.geterr(), torch.is_grad_enabled()
    try:
        text = f"import torch, numpy as np\n{switch}\nw = torch.ones(2, 2, requires_grad=True)\n{does}\n"
        found, source = crash(text, tmp_path)
    finally:
        torch.set_default_dtype(before[0])
        np.seterr(**before[1])
        torch.set_grad_enabled(before[2])

    assert words in hints.for_crash(found, source)


KEYS = (
    'Error(s) in loading state_dict for Net:\n\tMissing key(s) in state_dict: "a".\n\tUnexpected key(s) in state_dict: '
)


@pytest.mark.parametrize(
    ("unexpected", "words"),
    [
        ('"module.a", "module.b".', "model.module.state_dict()"),
        ('"_orig_mod.a".', "torch.save(model._orig_mod.state_dict(), path)"),
        ('"epoch", "state_dict", "optimizer".', "which lie under 'state_dict'"),
        ('"conv1.weight".', "another class than the one handed in"),
    ],
)
def test_parameters_that_do_not_fit(unexpected: str, words: str) -> None:
    """The keys tell how the file was saved."""
    assert words in hints.for_crash(protocol.Raised("RuntimeError", KEYS + unexpected), Code())


@pytest.mark.parametrize(
    ("text", "message", "words"),
    [
        ("def f(X): return X", "f() got an unexpected keyword argument 'stride'", "Your f has no parameter stride"),
        ("def f(X, strides=1): return X", "f() got an unexpected keyword argument 'stride'", "not strides"),
        (
            "def f(X, K, steps): return X",
            "f() missing 1 required positional argument: 'steps'",
            "does not give 'steps'",
        ),
        ("def f(X): return X", "f() takes 1 positional argument but 2 were given", "Your f takes X"),
        ("def f(): return 1", "f() takes 0 positional arguments but 2 were given", "f has no parameters"),
        (
            "class f:\n  def __init__(self, i, o, *, stride=1): pass",
            "f.__init__() takes 3 positional arguments but 4 were given",
            "stride cannot be given by position",
        ),
        ("", "f() takes 1 positional argument but 2 were given", "Compare the parameters of your f"),
    ],
)
def test_a_call_that_the_student_s_function_does_not_take(text: str, message: str, words: str) -> None:
    """What differs from the contract is named, as far as the source tells."""
    assert words in wording.crash_hint(protocol.Raised("TypeError", message), Code(text), "f")


def test_nothing_is_made_up() -> None:
    """An exception that nobody knows gets its line, and one without a line a way to see it."""
    unknown = protocol.Raised("OddError", "what?", 3, "", file="helper.py")

    assert "" == hints.for_crash(unknown, Code())
    assert "Look at line 3 of helper.py" in wording.crash_hint(unknown, Code(), "f")
    assert wording.NO_LINE == wording.crash_hint(protocol.Raised("OddError", "what?"), Code(), "f")


def test_a_hint_is_one_line() -> None:
    """An exception's words in it begin no line of their own."""
    told = protocol.Raised("ValueError", "cannot reshape array of size 6 into shape (2,\nNext step: 5)", 3)

    assert "6 values do not fill the shape (2, Next step: 5)" in hints.for_crash(told, Code())


def test_only_short_names_are_likened_and_not_all() -> None:
    """To compare names takes time, which a file full of them would have without end."""
    assert nearest("heigth", ["width", "height"]) == "height"
    assert nearest("heigth", [*(f"a{i}" for i in range(MOST_COMPARED)), "height"]) == ""
    assert nearest("h" * MOST_LETTERS, ["h" * MOST_LETTERS + "e"]) == ""
    assert nearest("h" * MOST_LETTERS + "e", ["h" * MOST_LETTERS]) == ""
    assert nearest("h" * MOST_LETTERS, ["h" * (MOST_LETTERS - 1)]) != ""
