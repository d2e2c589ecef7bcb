"""What student code gets in the place of what it must not read: libraries that run networks, and held-out digits.

onnx and onnxruntime can be imported, as many do to look at what they have exported, and say so when they are used.
scikit-learn's load_digits gives the rows of the training part: who splits them once more trains and tests on those.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

LIBRARIES = frozenset(["onnx", "onnxruntime"])
READER, FILE = "sklearn.datasets._base", "digits.csv.gz"


def withhold(digits: str) -> None:
    """From now on; `digits` is the .npy file that load_digits reads, a row of 64 grey values and the label each."""
    sys.meta_path.insert(0, _Finder(digits))  # before what is installed, which may not be opened


class Unavailable:
    """Anything in such a library. Raises ImportError when it is called."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise ImportError(
            f"{self._name} cannot be used while your code is graded: the grader runs your .onnx file itself. "
            'Put what needs it below if __name__ == "__main__":'
        )

    def __getattr__(self, name: str) -> Unavailable:
        if name.startswith("__"):
            raise AttributeError(name)
        return Unavailable(f"{self._name}.{name}")


class _Module(ModuleType):
    __path__: list[str] = []  # its submodules are found in the same way
    __version__ = "99"  # new enough for whoever asks

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"{self.__name__} has no {name}")
        return Unavailable(f"{self.__name__}.{name}")


class _Finder(MetaPathFinder, Loader):
    def __init__(self, digits: str) -> None:
        self._digits = digits

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name.partition(".")[0] in LIBRARIES:
            return ModuleSpec(name, self, is_package=True)
        if name == READER and self._digits:
            return _with_rows(PathFinder.find_spec(name, path), self._digits)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ == "onnx":
            # torch's exporter asks for the functions in a graph that it has just made: there are none
            empty = SimpleNamespace(graph=SimpleNamespace(node=()), functions=())
            vars(module)["load_model_from_string"] = lambda data: empty


def _with_rows(spec: ModuleSpec | None, digits: str) -> ModuleSpec | None:
    """scikit-learn's own module, which reads the rows of `digits` where it would read all of them."""
    if spec is None or spec.loader is None:
        return spec
    execute = spec.loader.exec_module

    def exec_module(module: ModuleType) -> None:
        execute(module)
        if read := getattr(module, "load_gzip_compressed_csv_data", None):
            vars(module)["load_gzip_compressed_csv_data"] = _reader(module, read, digits)

    spec.loader.exec_module = exec_module  # type: ignore[method-assign]
    return spec


def _reader(module: Any, read: Callable[..., Any], digits: str) -> Callable[..., Any]:
    def load_gzip_compressed_csv_data(
        data_file_name: str, *args: Any, descr_file_name: str | None = None, **kwargs: Any
    ) -> Any:
        if data_file_name != FILE:
            return read(data_file_name, *args, descr_file_name=descr_file_name, **kwargs)
        rows = np.load(digits).astype(float)
        return rows if descr_file_name is None else (rows, module.load_descr(descr_file_name))

    return load_gzip_compressed_csv_data
