"""Mutants: what each operator makes of a few lines."""

from __future__ import annotations

import ast

import pytest

from grader.audit.mutate import changed, mutants
from grader.audit.operators import OPERATORS

MISTAKES = [  # operator, a line, what becomes of it
    ("swap axes", "n = X.shape[0]", "n = X.shape[1]"),
    ("swap axes", "n = x.shape[2]", "n = x.shape[3]"),
    ("swap order", "h, w = K.shape", "w, h = K.shape"),
    ("flip kernel", "Y = window * K", "Y = window * K[[*range(len(K))][::-1]]"),
    ("flip kernel", "Y = window * K", "Y = window * K.T"),
    (
        "flip kernel",
        "Y = np.einsum('ijab,ab->ij', X, np.asarray(K))",
        "Y = np.einsum('ijab,ab->ij', X, np.asarray(K).T)",
    ),
    ("drop transpose", "Y = corr2d(X, K.T)", "Y = corr2d(X, K)"),
    ("rename", "Y = X.max(axis=1)", "Y = X.mean(axis=1)"),
    ("rename", "n = math.floor(size)", "n = math.ceil(size)"),
    ("infinity", "Y = pad(X, -np.inf)", "Y = pad(X, 0.0)"),
    ("infinity", "Y = pad(X, 0.0)", "Y = pad(X, float('-inf'))"),
    ("activation", "x = F.relu(self.conv(x))", "x = self.conv(x)"),
    ("activation", "x = F.max_pool2d(F.relu(x), 2)", "x = F.relu(F.max_pool2d(x, 2))"),
    (
        "activation",
        "net = nn.Sequential(nn.Linear(2, 3), nn.ReLU())",
        "net = nn.Sequential(nn.Linear(2, 3), nn.Identity())",
    ),
    ("bias", "conv = nn.Conv2d(1, 6, 5)", "conv = nn.Conv2d(1, 6, 5, bias=False)"),
    ("reorder", "net = nn.Sequential(conv, act, pool)", "net = nn.Sequential(conv, pool, act)"),
    ("constant", "n = H - h + 1", "n = H - h + 2"),
    ("constant", "n = H - h + 1", "n = H - h + 0"),
    ("constant", "ceil_mode = False", "ceil_mode = True"),
    ("operator", "n = H - h", "n = H + h"),
    ("operator", "inside = i < n", "inside = i <= n"),
    ("operator", "s = stride or kernel_size", "s = stride and kernel_size"),
    ("round up", "n = room // stride", "n = -(-room // stride)"),
    ("drop operand", "y = out + shortcut", "y = out"),
    ("negate", "y = a if ceil_mode else b", "y = a if not ceil_mode else b"),
    ("drop statement", "optimiser.zero_grad()", ""),
    ("overwrite", "Y += X[i]", "Y = X[i]"),
    ("arguments", "Y = corr2d(X, K)", "Y = corr2d(K, X)"),
    ("arguments", "conv = nn.Conv2d(1, 6, 5, padding=2)", "conv = nn.Conv2d(1, 6, 5)"),
    ("drop call", "Y = X.clone()", "Y = X"),
    ("slice", "Y = X[i:i + h]", "Y = X[i:i + h + 1]"),
    ("slice", "Y = X[::s]", "Y = X[::s + 1]"),
    ("range", "r = range(n)", "r = range(n - 1)"),
    ("size", "conv = nn.Conv2d(1, 6, 5, padding=p)", "conv = nn.Conv2d(1, 6, 5, padding=p + 1)"),
    ("integers", "Y = np.zeros(shape)", "Y = np.zeros(shape, dtype=int)"),
]


@pytest.mark.parametrize(("operator", "line", "wrong"), MISTAKES)
def test_operator(operator: str, line: str, wrong: str) -> None:
    """The operator turns a right line into the mistake it stands for."""
    found = mutants(f"def f(X, K):\n    {line}\n    return None\n", "f.py", ["f"])

    # which operator is named when two make the same mutant is the order of the table
    assert wrong in {changed(mutant.diff, "+") for mutant in found}, operator
    assert operator in {entry.name for entry in OPERATORS}


def test_other_operators() -> None:
    """A result that is not returned, a modified input, and the block of a with statement alone."""
    source = "def f(X):\n    with torch.no_grad():\n        X = g(X)\n    return X\n"
    added = {changed(mutant.diff, "+") for mutant in mutants(source, "f.py", ["f"])}

    assert {"return None", "X = g(X)", "_answer = X\nX[...] = 0\nreturn _answer"} <= added


def test_every_operator_is_tried() -> None:
    """Each operator of the table has a line above."""
    tried = {operator for operator, _, _ in MISTAKES} | {"return None", "spoil input"}

    assert tried == {operator.name for operator in OPERATORS}


def test_mutants_are_different_programs() -> None:
    """Every mutant is Python, no two are alike, none is the original, and each has a name of its own."""
    source = "def f(X, K):\n    h, w = K.shape\n    return X[h + 1 : w - 1] * 2\n"
    found = mutants(source, "f.py", ["f"])

    assert len(found) > 20
    assert len({mutant.source for mutant in found} - {source}) == len(found) == len({mutant.id for mutant in found})
    assert all(ast.parse(mutant.source) for mutant in found)


def test_same_mutants_every_time() -> None:
    """The list depends on the source only."""
    source = "def f(X):\n    return X[1:].max() + 1\n"

    assert mutants(source, "f.py", ["f"]) == mutants(source, "f.py", ["f"])


def test_only_what_the_contract_reaches() -> None:
    """Text, annotations, unused functions and the main guard are left alone; helpers are not."""
    source = (
        'def f(x: int = 1) -> int:\n    """Add 1."""\n    return helper(x)\n'
        "def helper(x):\n    raise ValueError(f'{x + 1} is 5')\n"
        "def unused():\n    return 7\n"
        "if __name__ == '__main__':\n    f(3)\n"
    )
    found = mutants(source, "f.py", ["f"])

    assert {1, 3, 5} >= {mutant.line for mutant in found}
    assert any(mutant.line == 1 for mutant in found)
    assert all("return 7" in mutant.source and "f(3)" in mutant.source for mutant in found)


def test_line_and_diff() -> None:
    """A mutant tells the line in the original file and shows the change."""
    mutant = next(
        m for m in mutants('"""Doc."""\n\n\ndef f(n):\n    return n + 1\n', "f.py", ["f"]) if "- 1" in m.source
    )

    assert (mutant.file, mutant.line, mutant.operator) == ("f.py", 5, "operator")
    assert ("return n + 1", "return n - 1") == (changed(mutant.diff, "-"), changed(mutant.diff, "+"))
