"""Code that may keep something between two calls is never taken for code that keeps nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.judge.plain import is_plain
from grader.judge.reading import Code

PLANTED = Path(__file__).parents[1] / "planted"
PLAIN = {
    "loops": "import torch\n\ndef f(X):\n    Y = torch.zeros(3)\n    for i in range(3):\n        Y[i] = X[i].sum()\n    return Y\n",
    "a constant, a helper and a demonstration": (
        "import numpy as np\nSIDES = (1, -1)\nX = np.ones(3)\n\ndef g(x, n=2, *, side=SIDES):\n    return x * n * side[0]\n\n"
        "def f(X):\n    return g(X)\n\nprint(f(X))\nif __name__ == '__main__':\n    import os\n    os.abort()\n"
    ).replace("side=SIDES", "side=(1, 2)"),
    "a name that is nowhere": "def f(X):\n    return nothing\n",
    "a list of its own": "def f(X):\n    found = []\n    found.append(X)\n    return found[0]\n",
}
NOT = {
    "a list of the file": "SEEN = []\n\ndef f(X):\n    SEEN.append(1)\n    return X\n",
    "a list as a default": "def f(X, seen=[]):\n    seen.append(1)\n    return X\n",
    "a list as an inner default": "def f(X):\n    return X\n\ndef g(x, *, y={}):\n    return y\n",
    "a default that is made by a call": "import torch\n\ndef f(X, Y=torch.zeros(3)):\n    Y.add_(1)\n    return X + Y\n",
    "a global": "N = 0\n\ndef f(X):\n    global N\n    N += 1\n    return X\n",
    "an attribute of a function": "def f(X):\n    f.calls = 1\n    return X\n",
    "an attribute of a module": "import torch\n\ndef f(X):\n    torch.sum = None\n    return X\n",
    "a tensor of the file": "import torch\nK = torch.ones(3)\n\ndef f(X):\n    K.add_(1)\n    return X\n",
    "memory that was not initialised": "import numpy as np\n\ndef f(X):\n    return np.empty(3)\n",
    "random numbers": "import torch\n\ndef f(X):\n    return torch.rand(3)\n",
    "random numbers by another name": "from torch import rand as zeros\n\ndef f(X):\n    return zeros(3)\n",
    "names by their text": "from operator import attrgetter, setitem\n\ndef f(X):\n    setitem(attrgetter('__globals__')(f), 'n', X)\n    return X\n",
    "an annotation that is run": "from typing import get_type_hints\n\ndef g(x: 'globals().update(n=1)'):\n    return x\n\ndef f(X):\n    get_type_hints(g)\n    return X\n",
    "a star": "from torch import *\n\ndef f(X):\n    return X\n",
    "a cache": "from functools import cache\n\n@cache\ndef g(n):\n    return [n]\n\ndef f(X):\n    return X\n",
    "a class": "class F:\n    n = 0\n\n    def __call__(self, X):\n        return X\n\nf = F()\n",
    "a closure": "def make():\n    seen = []\n    def f(X):\n        seen.append(1)\n        return X\n    return f\n\nf = make()\n",
    "a counter": "import itertools\nn = itertools.count()\n\ndef f(X):\n    return X + next(n)\n",
    "a generator that goes on": "g = (n for n in [1, 2])\n\ndef f(X):\n    return X + next(g)\n",
    "the file's own dictionary": "def f(X):\n    globals()['n'] = 1\n    return X\n",
    "the file's own dictionary, by name": "def f(X):\n    __builtins__['n'] = 1\n    return X\n",
    "text that is run": "exec('n = []')\n\ndef f(X):\n    return X\n",
    "a setting": "import torch\n\ndef f(X):\n    torch.set_default_dtype(torch.float64)\n    return X\n",
    "another file": "from helpers import g\n\ndef f(X):\n    return g(X)\n",
    "a guard the other way around": "if __name__ != '__main__':\n    seen = []\n\ndef f(X):\n    seen.append(1)\n    return X\n",
    "a loop at the top": "for seen in [[]]:\n    pass\n\ndef f(X):\n    seen.append(1)\n    return X\n",
    "a walrus at the top": "print(seen := [])\n\ndef f(X):\n    seen.append(1)\n    return X\n",
    "no Python": "def f(X:\n",
    "another encoding": "# coding: unicode_escape\n# \\nseen = []\ndef f(X):\n    return X\n",
    "nothing": "",
}


@pytest.mark.parametrize("name", PLAIN)
def test_keeps_nothing(name: str) -> None:
    assert is_plain(Code(PLAIN[name]), ["f"])


@pytest.mark.parametrize("name", NOT)
def test_may_keep_something(name: str) -> None:
    assert not is_plain(Code(NOT[name]), ["f"])


@pytest.mark.parametrize(
    "path",
    [
        "corr2d/right_cached_sizes",
        "corr2d/wrong_adds_up_over_calls",
        "corr2d/wrong_buffer_reused",
        "corr2d/wrong_first_answer_kept",
        "corr2d/wrong_random_start",
        "pooling/right_memo_of_sizes",
        "pooling/wrong_answers_remembered_by_shape",
        "pooling/wrong_keeps_its_array",
        "pooling/wrong_remembered_sums_divided_again",
        "pooling/wrong_results_list_never_emptied",
        "kernel_learning/wrong_starts_where_it_ended",
    ],
)
def test_planted_memories(path: str) -> None:
    """Submissions that were planted because they keep something."""
    exercise = path.partition("/")[0]
    functions = {"corr2d": ["corr2d"], "pooling": ["maximum", "average"], "kernel_learning": ["learn_kernel"]}[exercise]
    assert not is_plain(Code.of((PLANTED / path / f"{exercise}.py").read_bytes()), functions)
