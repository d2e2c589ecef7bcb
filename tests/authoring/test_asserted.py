"""What the words of an assert are, in a check that was written as one writes a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.authoring import asserted
from grader.authoring.asserted import Asserted
from grader.records import Array, Plain

ZEROS, ONES = np.zeros((2, 2)), np.ones((2, 2))
HEAD = "import numpy as np\nimport torch\n\ndef body(a, b, n=3, name='abc', more=tuple(range(40))):\n    "
LIBRARIES = [
    (
        "np.testing.assert_allclose(a, b)",
        "Not equal to tolerance rtol=1e-07, atol=0; Mismatched elements: 4 / 4 (100%); Max absolute difference",
    ),
    ("np.testing.assert_array_equal(a, b)", "Arrays are not equal; Mismatched elements: 4 / 4 (100%); Max absolute"),
    (
        "torch.testing.assert_close(torch.tensor(a), torch.tensor(b))",
        "Tensor-likes are not close; Mismatched elements: 4",
    ),
]
PLAIN = [
    ("assert a.shape == n, 'its shape is wrong'", "its shape is wrong"),
    ("assert n == 4", "this does not hold: n == 4; here n = 3"),
    ("assert (n ==\n        4)", "this does not hold: n == 4; here n = 3"),
    (
        "assert a.sum() == len(name)",
        "this does not hold: a.sum() == len(name); here a = an array of shape (2, 2), name = 'abc'",
    ),
    ("assert not more", "this does not hold: not more; here more = a tuple of 40 (the number 0, ...)"),
    ("assert np.allclose(1, 2)", "this does not hold: np.allclose(1, 2)"),
    ("raise AssertionError", "an assertion of this check does not hold"),
    ("assert n == 4, 'x' * 999", f"{'x' * 300}..."),
]


@pytest.fixture
def failing(tmp_path: Path) -> Callable[[str], tuple[Asserted, Any]]:
    """The finding about a body with this statement, and the body."""

    def run(statement: str) -> tuple[Asserted, Any]:
        file = tmp_path / "rubric" / "blur.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(HEAD + statement + "\n")
        names: dict[str, Any] = {}
        exec(compile(file.read_text(), str(file), "exec"), names)
        try:
            names["body"](ZEROS, ONES)
        except AssertionError as problem:
            found = asserted.failure(problem, names["body"])
            found.__cause__ = problem
            return found, names["body"]
        raise ValueError(f"{statement} holds")

    return run


@pytest.mark.parametrize(("statement", "words"), LIBRARIES)
def test_libraries(failing: Callable[[str], tuple[Asserted, Any]], statement: str, words: str) -> None:
    """NumPy's and torch's own words in one line; what was compared goes where a finding keeps it."""
    found, _ = failing(statement)

    assert found.message.startswith(words)
    assert "\n" not in found.message
    assert (Array.of(ONES), Array.of(ZEROS)) == (found.expected, found.actual)


@pytest.mark.parametrize(("statement", "words"), PLAIN)
def test_plain_ones(failing: Callable[[str], tuple[Asserted, Any]], statement: str, words: str) -> None:
    """The author's message; without one the expression, and what its names stand for."""
    found, _ = failing(statement)

    assert words == found.message
    assert (None, None) == (found.expected, found.actual)


def test_numbers(failing: Callable[[str], tuple[Asserted, Any]]) -> None:
    """Are kept as text."""
    found, _ = failing("np.testing.assert_equal(n, 4)")

    assert (Plain(text="4"), Plain(text="3")) == (found.expected, found.actual)


def test_where(failing: Callable[[str], tuple[Asserted, Any]], tmp_path: Path) -> None:
    """The author's line, not NumPy's, without the folder that the course lies in; the traceback begins there."""
    found, body = failing("np.testing.assert_allclose(a, b)")

    assert "rubric/blur.py, line 5" == asserted.place(found, body)
    assert asserted.told(found, body).splitlines()[1] == f'  File "{tmp_path}/rubric/blur.py", line 5, in body'
    assert "" == asserted.place(ValueError("elsewhere"), body)
