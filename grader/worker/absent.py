"""Libraries that many import and no exercise needs. Two kinds, of fixed names.

Pictures, progress bars, logs, checks of types and what a notebook runs in never matter for what is graded: they do
nothing, whatever is done with them. They win over what is installed, so that verdicts are the same on every machine:
matplotlib itself takes 0.4 s and 30 MB in every worker that imports it, and refuses backends, styles and functions that
its other versions or a machine with a screen have.

What computes (pandas, cv2, d2l) may be imported, which is what most files that import it leave it at. Whoever uses it
meets an error that says it is not here. What is installed wins. A name on neither list is misspelt, or that of a file
which was not handed in: its import fails, as it does everywhere.
"""

from __future__ import annotations

import dis
import importlib
import re
import sys
import sysconfig
from collections.abc import Iterator
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import FrameType, FunctionType, ModuleType
from typing import Any, NoReturn

import numpy as np

from grader.worker import book

IDLE = frozenset(
    """IPython aim alive_progress beartype clearml colorama colorlog comet_ml dotenv hiddenlayer icecream ipdb ipympl
    ipywidgets jaxtyping line_profiler livelossplot loguru matplotlib matplotlib_inline memory_profiler mlflow mpl_toolkits
    mplfinance neptune nptyping plotly prettytable progressbar pylab rich seaborn swanlab tabulate tensorboard tensorboardX
    tensorboard_logger termcolor torchinfo torchsummary torchtyping torchview torchviz tqdm typeguard visdom
    wandb""".split()  # noqa: SIM905
)
MISSING = frozenset(
    """PyQt5 SimpleITK absl accelerate albumentations altair attr attrs av bokeh bs4 click cupy cv2 cvxpy d2l dask datasets
    deepspeed dgl diffusers einops emoji evaluate fastai fire flask flax fvcore gdown gensim gradio graphviz gym gymnasium
    h5py huggingface_hub hydra ignite imageio imblearn imgaug imutils jax jaxlib joblib kaggle kagglehub keras keras_tuner
    kornia librosa lightgbm lightning lmdb lxml medmnist ml_collections monai mxnet natsort nltk numba numexpr omegaconf
    openpyxl opt_einsum optax optuna paddle pandas patsy plotnine polars psutil ptflops pyarrow pycocotools pydantic pydicom
    pydot pygame pynvml pyro pytorch_lightning pytorch_metric_learning pywt ray requests roboflow sacred sentencepiece
    simplejson skimage skorch soundfile spacy statsmodels streamlit sympy tables tensordict tensorflow tensorflow_addons
    tensorflow_datasets tensorflow_hub tensorly thop tifffile timm tokenizers toml torch_geometric torch_optimizer
    torch_scatter torch_sparse torchaudio torchdata torcheval torchmetrics torchnet torchsde torchtext transformers ttach
    ultralytics umap unidecode xarray xgboost xlrd yaml yfinance""".split()  # noqa: SIM905
)
PACKAGE = Path(__file__).resolve().parents[1]
STARTER = (PACKAGE / "data" / "starter", PACKAGE.parent / "exercises" / "starter")  # in a wheel, in a checkout
# read by the nursery: a worker may not look where it lies
HELPER = next((path / "helper.py").read_text("utf-8") for path in STARTER if (path / "helper.py").is_file())
# where code lies that is no student's, beside installed packages
OTHERS = ("<frozen ", f"{sysconfig.get_path('stdlib')}/", f"{PACKAGE}/")
SETTING = re.compile(
    r"(?:set|seed|enable|disable|use|filter)(?:_|[A-Z]|$)|manual_seed$"
)  # changes nothing that is here


def do_without() -> None:
    """From now on all of them can be imported, and the course's helper.py as well, handed in or not."""
    sys.meta_path.insert(0, _IdleFinder())
    sys.meta_path.append(_OtherFinder())  # the last to be asked: what is installed or handed in wins


# --- what does nothing ----------------------------------------------------------------------------


class Nothing:
    """Anything in an idle library: whatever is done with it gives more of the same; zero, as a number."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        decorated = len(args) == 1 and not kwargs and isinstance(args[0], FunctionType | type)
        return args[0] if decorated else Nothing()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return OF_OBJECTS.get(name) or Nothing()

    def __iter__(self) -> Iterator[Any]:
        return iter([Nothing() for _ in range(_wanted(sys._getframe(1)))])

    def __format__(self, spec: str) -> str:
        return ""

    def __enter__(self) -> Nothing:
        return self

    def __exit__(self, *problem: object) -> None:
        pass

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.zeros((), dtype)

    def __mro_entries__(self, bases: Any) -> tuple[type, ...]:
        return (Nothing,)

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> NoReturn:
        raise TypeError(
            "your code computes with something that a library for pictures, progress bars or logs gave it; "
            "while your code is graded such libraries do nothing"
        )

    __array_ufunc__ = None  # an array and Nothing make Nothing
    __str__ = __repr__ = lambda self: ""
    __len__ = __int__ = __index__ = lambda self: 0

    def __float__(self) -> float:
        return 0.0

    def __complex__(self) -> complex:
        return 0j

    __bool__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = lambda self, *_: False
    __instancecheck__ = __subclasscheck__ = lambda self, _: False
    __setitem__ = __delitem__ = lambda self, *_: None


def _nothing(self: Any, *operands: Any) -> Nothing:
    return Nothing()


OPERATORS = "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift divmod".split()  # noqa: SIM905
for _name in (
    *OPERATORS,
    *(f"r{name}" for name in OPERATORS),
    "neg",
    "pos",
    "abs",
    "invert",
    "round",
    "getitem",
    "next",
):
    setattr(Nothing, f"__{_name}__", _nothing)


UNPACK, UNPACK_WITH_REST = dis.opmap["UNPACK_SEQUENCE"], dis.opmap["UNPACK_EX"]


def _wanted(frame: FrameType) -> int:
    """How many items the code in `frame` unpacks into names just now; 0 for a loop."""
    code, at = frame.f_code.co_code, frame.f_lasti
    if code[at] == UNPACK:
        return code[at + 1]
    if code[at] == UNPACK_WITH_REST:
        extended = at >= 2 and code[at - 2] == dis.EXTENDED_ARG
        return code[at + 1] + (code[at - 1] if extended else 0)
    return 0


class Progress(Nothing):
    """tqdm(iterable): the items of the iterable."""

    def __init__(self, iterable: Any = (), *args: Any, **kwargs: Any) -> None:
        self.iterable = iterable

    def __iter__(self) -> Iterator[Any]:
        return iter(self.iterable)

    def __len__(self) -> int:
        return len(self.iterable)

    def __bool__(self) -> bool:
        return True

    @staticmethod
    def write(text: str, *args: Any, **kwargs: Any) -> None:
        """tqdm.write prints beside the bar."""
        print(text)


def subplots(rows: int = 1, columns: int = 1, *args: Any, squeeze: bool = True, **kwargs: Any) -> Any:
    """plt.subplots(rows, columns): a figure and as many axes as were asked for."""
    rows, columns = kwargs.get("nrows", rows), kwargs.get("ncols", columns)
    return Nothing(), _axes(rows, columns, squeeze)


def _axes(rows: int = 1, columns: int = 1, squeeze: bool = True, **kwargs: Any) -> Any:
    axes = np.empty((kwargs.get("nrows", rows), kwargs.get("ncols", columns)), dtype=object)
    for place in np.ndindex(axes.shape):
        axes[place] = Nothing()
    if not squeeze:
        return axes
    return axes.squeeze() if axes.size > 1 else axes[0, 0]


def plot(*args: Any, **kwargs: Any) -> list[Nothing]:
    """plt.plot(x, y): a list of one line."""
    return [Nothing()]


def progress_range(*bounds: int, **kwargs: Any) -> Progress:
    """trange(n)."""
    return Progress(range(*bounds))


def imread(*args: Any, **kwargs: Any) -> NoReturn:
    """plt.imread(name), sns.load_dataset(name): what is read is there to be computed with."""
    raise ModuleNotFoundError(
        "matplotlib and seaborn are not here, and your code reads data with them; PIL.Image.open reads pictures, too"
    )


def in_notebook() -> Any:
    """IPython.get_ipython()"""
    return vars(sys.modules["builtins"])["get_ipython"]()


BARS = (Progress, progress_range)


def spoken(*values: Any) -> Any:
    """ic(x) gives x back."""
    return values[0] if len(values) == 1 else values or None


KNOWN: dict[str, Any] = {
    "ic": spoken,
    "tqdm": Progress,
    "tqdm_notebook": Progress,
    "trange": progress_range,
    "tnrange": progress_range,
    "track": Progress,
    "subplots": subplots,
    "plot": plot,
    "imread": imread,
    "load_dataset": imread,
    "get_ipython": in_notebook,
}
OF_OBJECTS = {"plot": plot, "subplots": _axes} | {name: KNOWN[name] for name in KNOWN if KNOWN[name] in BARS}
STARRED = {  # what `from ... import *` gives
    "matplotlib.pyplot": """annotate arrow axes axhline axis axvline bar barh boxplot cla clf clim close cm colorbar contour
        contourf draw errorbar figtext figure fill fill_between gca gcf get_cmap grid hist hist2d hlines hold imread imsave
        imshow ioff ion legend loglog margins matshow np pause pcolor pcolormesh pie plot quiver rc rcParams savefig scatter
        semilogx semilogy setp show stem step style subplot subplot2grid subplots subplots_adjust suptitle text tight_layout
        title twinx twiny violinplot vlines xlabel xlim xscale xticks ylabel ylim yscale yticks""",
    "IPython.display": """Audio Code HTML IFrame Image JSON Javascript Latex Markdown Math SVG Video YouTubeVideo
        clear_output display update_display""",
    "tqdm": "tqdm trange tqdm_notebook tnrange",
    "ipywidgets": "interact interactive fixed widgets IntSlider FloatSlider Dropdown Output VBox HBox Layout",
}
STARRED["pylab"] = STARRED["matplotlib.pylab"] = STARRED["matplotlib.pyplot"]


class _Idle(ModuleType):
    __path__: list[str] = []  # its submodules are found in the same way
    __version__ = "99"  # new enough for whoever asks

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return STARRED.get(self.__name__, "").split()
        if name.startswith("__"):
            raise AttributeError(f"{self.__name__} has no {name}")
        if name == "np":
            return np
        if name == "pyplot":  # `from matplotlib import pyplot` asks for the attribute first
            return importlib.import_module(f"{self.__name__}.pyplot")
        return KNOWN.get(name) or Nothing()


class _IdleFinder(MetaPathFinder, Loader):
    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        idle = name.partition(".")[0] in IDLE or name.startswith("google.colab")  # protobuf lies in google, too
        return ModuleSpec(name, self, is_package=True) if idle and not _is_own(name) else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Idle(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


def _is_own(name: str) -> bool:
    """Whether the student has handed in a module of this name. A folder alone may be what a library once wrote."""
    spec = PathFinder.find_spec(name, sys.path[:1])
    return spec is not None and spec.origin is not None


# --- what is missed when it is used ---------------------------------------------------------------


def _refuse(self: Missing, *args: Any, **kwargs: Any) -> NoReturn:
    library = self._name.partition(".")[0]
    advice = "Write it yourself" if library == "d2l" else "Do it with torch and NumPy"
    raise ModuleNotFoundError(
        f"{library} is not here, and your code uses {self._name}. {advice}, "
        'or put what needs it below if __name__ == "__main__":',
        name=library,
    )


class Missing:
    """Anything in a library that computes: raises ModuleNotFoundError as soon as it is used."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if SETTING.match(self._name.rpartition(".")[2]):
            return None
        if len(args) == 1 and not kwargs and isinstance(args[0], FunctionType | type):
            return self  # it decorates what may never be used
        _refuse(self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _missing(f"{self._name}.{name}")

    def __mro_entries__(self, bases: Any) -> tuple[type, ...]:
        return (type(self._name.rpartition(".")[2], (), {"__init__": lambda *_, **__: _refuse(self)}),)

    def __instancecheck__(self, instance: Any) -> bool:
        return False

    __subclasscheck__ = __instancecheck__

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> NoReturn:
        given = [value for value in (*args, *(kwargs or {}).values()) if isinstance(value, Missing)]
        _refuse((given or [value for value in args[0] if isinstance(value, Missing)])[0])

    def __or__(self, other: Any) -> Any:
        return Any  # in an annotation

    __ror__ = __or__


for _name in ("array", "len", "iter", "getitem", "float", "int", "index", "enter", "add", "radd", "sub", "rsub", "mul"):
    setattr(Missing, f"__{_name}__", _refuse)

DECORATORS = re.compile(
    r"numba\.(?:core\.decorators\.)?(?:n?jit|jit_module|generated_jit)"
)  # as fast as Python is fast enough
PICTURES = re.compile(
    r"d2l\.\w+\.(?:plt|plot|show_\w+|use_svg_display|set_figsize|set_axes|Animator|display|backend_inline)"
)


def _missing(name: str) -> Any:
    if PICTURES.fullmatch(name) or DECORATORS.fullmatch(name):
        return Nothing()
    module, _, last = name.rpartition(".")
    known = range if name == "numba.prange" else book.helper(last) if module == "d2l.torch" else None
    return Missing(name) if known is None else known


class _Missing(ModuleType):
    __path__: list[str] = []
    __version__ = "99"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"{self.__name__} has no {name}")
        return _missing(f"{self.__name__}.{name}")


class _OtherFinder(MetaPathFinder, Loader):
    """Libraries that are missed by student code alone: others ask for them to see whether they are installed."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name == "helper":
            return ModuleSpec(name, _HelperLoader())
        if name == "google":
            return ModuleSpec(name, _IdleFinder(), is_package=True)
        if name.partition(".")[0] in MISSING and not _is_optional(sys._getframe(1)):
            return ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Missing(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


class _HelperLoader(Loader):
    """The starter's helper.py, which nobody need hand in: its digits are those that scikit-learn has here."""

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(HELPER, "helper.py", "exec"), vars(module))


def _is_optional(frame: FrameType | None) -> bool:
    """Whether an import stands inside `try`, which has another way to go, or in code that is no student's."""
    while frame and re.match(r"<frozen importlib\._|.*/importlib/__init__\.py", frame.f_code.co_filename):
        frame = frame.f_back
    if frame is None or frame.f_code.co_filename.startswith(OTHERS) or "-packages/" in frame.f_code.co_filename:
        return True
    entries = dis._parse_exception_table(frame.f_code)  # type: ignore[attr-defined]
    return any(entry.start <= frame.f_lasti < entry.end and not entry.lasti for entry in entries)
