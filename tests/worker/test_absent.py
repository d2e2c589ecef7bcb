"""Libraries for pictures and progress bars that are not there."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.worker import absent


@pytest.fixture(autouse=True)
def process_as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A worker's process is its own; this one is not."""
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    for name in [name for name in sys.modules if name.partition(".")[0] in absent.IDLE]:  # of the judge, of other tests
        monkeypatch.delitem(sys.modules, name)
    absent.do_without()
    yield
    ours = (absent._Idle, absent._Missing)
    for name in [name for name, module in sys.modules.items() if isinstance(module, ours) or name.startswith(LEFT)]:
        del sys.modules[name]


LEFT = ("helper", "visdom", "torch.utils.tensorboard")  # modules that stand-ins may have come into


def run(code: str) -> str:
    """What student code prints that has to do without."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, "<student>", "exec"), {"__name__": "student"})
    return printed.getvalue()


@pytest.mark.parametrize(
    "code",
    [
        "import seaborn, plotly.express; seaborn.set_theme()",
        "import plotly.io as p; p.renderers['a'] = 1; p.renderers.default.x(1)[2](3)",
        "from plotly import *",
        "import matplotlib.pyplot as p; n, bins, patches = p.hist([1]); a, *b = p.x(); (c, d), e = p.x()",
        "import matplotlib.pyplot as p; n = p.hist([1]); n + 1; 2 * n; -n; n < 2; n == 2; float(n); int(n); len(n); [1][n]",
        "import matplotlib.pyplot as p; n = p.x; f'{n:.3f} {n:>9} {n!r}'; '%d %.2f %s' % (n, n, n); hash(n); list(n); abs(n)",
        "import matplotlib.pyplot as p, numpy as n; n.array(p.x); n.array([p.x, p.x]); n.ones(3) * p.x; n.ones(3) @ p.x",
        "import matplotlib.pyplot as p; fig, (one, two) = p.subplots(2); fig, (one, two, three) = p.subplots(1, 3)",
        "from matplotlib import pyplot as p; fig, ax = p.subplots(); line, = p.plot([1]); line, = ax.plot([1])",
        "import pylab as p; f, axes = p.subplots(2, 3)\nfor one in axes.flat: one.axis('off')\naxes[1, 2].set(); axes[0][1]",
        "import pylab as p; axes = p.figure().subplots(2, 2); axes[1, 1].imshow([[1]])",
        "import pylab as p; f, axes = p.subplots(ncols=2, squeeze=False); axes[0, 1].x()",
        "import matplotlib.pyplot as p; p.rcParams['a'] = 3; 'a' in p.rcParams; del p.rcParams['a']; p.style.use('seaborn')",
        "from matplotlib import animation as a\nclass A(a.FuncAnimation):\n  def __init__(s): super().__init__(1)\nA().save('a')",
        "import matplotlib.pyplot as p\nwhile p.fignum_exists(1): pass",
        "from matplotlib.pyplot import *; figure(); plot([1]); imshow([[1]]); show(); fig, ax = subplots()",
        "from IPython.display import *; display(HTML('a')); clear_output(wait=True)",
        "from matplotlib_inline.backend_inline import set_matplotlib_formats as s; s('svg')",
        "import matplotlib; matplotlib.use('TkAgg'); assert matplotlib.__version__; import copy; copy.deepcopy(matplotlib.x)",
        "import plotly\nwith plotly.style.context('dark') as c: c.show()",
        "import ipywidgets as i\n@i.interact(x=3)\ndef f(x): return 1\nassert 1 == f(3)",
        "from mpl_toolkits.mplot3d import Axes3D; Axes3D(); isinstance(3, Axes3D)",
        "from torchsummary import summary; summary(None, (1, 28, 28))",
        "from torch.utils.tensorboard import SummaryWriter as W; W('runs').add_scalar('loss', 0.1, 1)",
        "from google.colab import drive, files; drive.mount('/content/drive')\nfor name in files.upload().keys(): 1 / 0",
        "import wandb; wandb.init(project='a'); wandb.log({'loss': 1})",
        "from beartype import beartype\n@beartype\ndef f(x: int) -> int: return x\nassert 2 == f(2)",
        "from jaxtyping import Float as F, jaxtyped\n@jaxtyped(typechecker=None)\ndef f(x: F[int, 'h w']): return x\nassert 2 == f(2)",
        "from loguru import logger; logger.info('a {}', 1); from icecream import ic; assert 3 == ic(3); from rich import print as p; p(1)",
    ],
)
def test_does_nothing(code: str) -> None:
    """Pictures, logs and the like: whatever is done with them goes through."""
    assert "done\n" == run(f"{code}\nprint('done')")


@pytest.mark.parametrize(
    "code",
    [
        "import pandas as pd, cv2, timm; from tensorflow.keras import layers; import skimage.io",
        "import pandas as pd; pd.set_option('a', 1); pd.options.display.max_rows = 3",
        "import pandas as pd\ndef f(a: pd.DataFrame | None) -> pd.Series: pass\nisinstance(3, (pd.DataFrame, int))",
        "import pytorch_lightning as pl; pl.seed_everything(0)\nclass Mine(pl.LightningModule): pass",
        "import tensorflow as tf\n@tf.function\ndef f(): pass",
        "import pandas\nfrom sklearn.datasets import load_iris\nload_iris()",
        "from d2l import torch as d2l; d2l.set_figsize(); d2l.plt.show(); d2l.plot([1])\nclass Mine(d2l.Module): pass",
        "from d2l import torch as d2l; assert 'cpu' == d2l.try_gpu().type; assert 0 == d2l.num_gpus()",
        "try: import cv2\nexcept ImportError: cv2 = None\nassert cv2 is None",
        "try: import cv2\nexcept ImportError: import cv2\ncv2.x",
        "import sympy, yaml, omegaconf.parts; from pydantic import f; import importlib; importlib.import_module('polars')",
        "import numba as n\n@n.njit\ndef f(x): return x\n@n.jit(nopython=True)\ndef g(x): return sum(n.prange(x))\nassert (2, 3) == (f(2), g(3))",
        "from d2l import torch as d; t = d.Timer(); a = d.Accumulator(2); a.add(1, d.tensor(2.0)); assert 3 == sum(a); assert t.stop() >= 0",
        "from d2l import torch as d; y = d.tensor([[1.0, 2.0], [4.0, 3.0]]); assert 1 == d.accuracy(y, d.tensor([1, 1]))",
        """from d2l import torch as d
class Net(d.Classifier):
 def __init__(self, lr=0.1, *, wide=3):
  super().__init__()
  self.save_hyperparameters()
  self.net = d.nn.Linear(wide, 2)
@d.add_to_class(Net)
def rate(self): return 2 * self.lr
made = Net(lr=0.5)
made.apply(d.init_cnn)
assert 1 == made.rate() and (4, 2) == tuple(made(d.ones(4, 3)).shape)""",
        "from d2l import torch as d; assert 10 == d.reduce_sum(d.reshape(d.arange(5), (5, 1))); assert 2 == d.size(d.zeros(2))",
    ],
)
def test_can_be_imported(code: str) -> None:
    """Libraries that compute, as long as they are not used; who has another way to go, goes it."""
    assert "done\n" == run(f"{code}\nprint('done')")


@pytest.mark.parametrize(
    ("code", "used"),
    [
        ("import pandas as pd; pd.read_csv('a.csv')", "pandas.read_csv"),
        ("from d2l import torch as d2l; d2l.corr2d(1, 2)", "d2l.torch.corr2d"),
        ("from cv2 import kernel; import torch; torch.nn.functional.relu(kernel)", "cv2.kernel"),
        ("import cv2, torch; torch.stack([cv2.kernel])", "cv2"),
        ("import cv2, torch; torch.ones(2) * cv2.kernel", "cv2.kernel"),
        ("import cv2, numpy; numpy.array(cv2.kernel)", "cv2.kernel"),
        ("import cv2\nfor row in cv2.kernel: pass", "cv2.kernel"),
        ("import lightning as l\nclass Mine(l.LightningModule): pass\nMine()", "lightning.LightningModule"),
        ("import tensorflow as tf\n@tf.function\ndef f(x): return x\nf(3)", "tensorflow.function"),
        ("from skimage.io import imread; imread('a.png')", "skimage.io.imread"),
        ("import matplotlib.pyplot as plt; plt.imread('a.png')", "matplotlib"),
    ],
)
def test_says_what_is_not_here(code: str, used: str) -> None:
    """When it is used, and nothing else comes of it."""
    *imports, use = code.split("; ") if "; " in code else code.split("\n", 1)
    inner = use.replace("\n", "\n ")
    told = run("; ".join(imports) + f"\ntry:\n {inner}\nexcept ModuleNotFoundError as problem: print(problem)")

    assert "not here" in told and used in told


def test_a_module_of_the_students_own_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the library whose name it has; a folder that the library has left there does not."""
    (tmp_path / "visdom.py").write_text("x = 'mine'")
    (tmp_path / "wandb" / "run-1").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])

    assert "mine\n" == run("import visdom, wandb; wandb.init(); print(visdom.x)")


def test_computing_with_a_picture() -> None:
    """Says so, where torch's own words would be about Nothing."""
    code = "import torch, pylab\ntry: torch.nn.functional.relu(pylab.x)\nexcept TypeError as problem: print(problem)"

    assert "your code computes with something that a library for pictures" in run(code)


def test_progress_bars_give_their_items() -> None:
    """A loop over a progress bar is a loop over what it was given."""
    code = """
from tqdm.auto import tqdm, trange
from tqdm import notebook
print(*notebook.tqdm([0]))
bar = tqdm([1, 2, 3], desc="epoch")
for item in bar:
    bar.set_postfix(loss=0.1)
    print(item, len(bar))
print(*trange(2, 5), list(tqdm(x for x in "ab")))
with tqdm(total=3) as bar:
    bar.update()
tqdm.write("beside")
"""
    assert "0\n1 3\n2 3\n3 3\n2 3 4 ['a', 'b']\nbeside\n" == run(code)


def test_the_courses_helper() -> None:
    """Is the starter's own; a name that it has not belongs to another one, and that it was not handed in should be seen."""
    code = """
from helper import digits, save
images, labels = digits("test")
print(tuple(images.shape[1:]), len(images) == len(labels))
try: from helper import my_corr2d
except ImportError as problem: print(problem.msg[:31])
"""
    assert "(1, 28, 28) True\ncannot import name 'my_corr2d' \n" == run(code)


def test_what_is_installed_wins() -> None:
    """Of the libraries that compute; a file that was not handed in is missed where it is imported."""
    assert "1.0\n" == run("import numpy; print(numpy.ones(1).sum())")
    with pytest.raises(ModuleNotFoundError, match="No module named 'my_forgotten_file'"):
        run("from my_forgotten_file import f")


def test_libraries_see_what_is_installed() -> None:
    """Only student code may import what is not there: others ask to know."""
    assert "None\n" == run("import importlib.util; print(importlib.util.find_spec('polars'))")
