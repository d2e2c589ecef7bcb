"""Libraries for pictures and progress bars that are not there."""

from __future__ import annotations

import subprocess
import sys

import pytest


def run(code: str) -> str:
    """What code prints in an interpreter of its own that does without."""
    code = f"from grader.worker import absent\nabsent.do_without()\n{code}"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=600).stdout


@pytest.mark.parametrize(
    "code",
    [
        "import seaborn, plotly.express; seaborn.set_theme()",
        "import plotly.io as p; p.renderers['a'] = 1; p.renderers.default.x(1)[2](3)",
        "from plotly import *",
        "import plotly.figure as f; fig, (one, two) = f.subplots(2)",
        "import plotly.figure as f; fig, (one, two, three) = f.subplots(1, 3); one.imshow([[1]])",
        "import plotly.figure as f; fig, ax = f.subplots(); line, = f.plot([1]); ax.plot([1])",
        "import plotly.figure as f; fig, axes = f.subplots(2, 3)\nfor one in axes.flat: one.axis('off')\naxes[1, 2].set()",
        "import plotly; assert plotly.__version__",
        "import plotly\nwith plotly.style.context('dark') as c: c.show()",
        "from mpl_toolkits.mplot3d import Axes3D; Axes3D()",
        "from torchsummary import summary; summary(None, (1, 28, 28))",
        "from torch.utils.tensorboard import SummaryWriter as W; W('runs').add_scalar('loss', 0.1, 1)",
        "from helper import digits, save; save(None, 'lenet5')",
    ],
)
def test_does_nothing(code: str) -> None:
    """Imports, calls, items, unpacking and with-statements all go through."""
    assert "done\n" == run(f"{code}\nprint('done')")


def test_progress_bars_give_their_items() -> None:
    """A loop over a progress bar is a loop over what it was given."""
    code = """
from wandb import tqdm, trange  # a name that is certainly not installed: tqdm itself may be
bar = tqdm([1, 2, 3], desc="epoch")
for item in bar:
    bar.set_postfix(loss=0.1)
    print(item, len(bar))
print(*trange(2, 5), list(tqdm(x for x in "ab")))
with tqdm(total=3) as bar:
    bar.update()
tqdm.write("beside")
"""
    assert "1 3\n2 3\n3 3\n2 3 4 ['a', 'b']\nbeside\n" == run(code)


def test_a_helper_of_the_students_own_is_missed() -> None:
    """What the course's helper.py has not, is asked of another one: that it was not handed in should be seen."""
    code = "try: from helper import my_corr2d\nexcept ImportError as problem: print(problem.msg[:31])"
    assert "cannot import name 'my_corr2d' \n" == run(code)


def test_what_is_installed_wins() -> None:
    """Only names on the list, and only where nothing else is found."""
    code = "import numpy; print(numpy.ones(1).sum())\ntry: import no_such_library\nexcept ModuleNotFoundError: print('missing')"
    assert "1.0\nmissing\n" == run(code)
