"""What a Python worker must be able to read, and nothing beside it.

Packages are listed one by one, so that the grader itself, a rubric, a reference solution or tests that lie
among them stay out. A folder is granted as a whole only when nothing hidden lies beneath it.
"""

from __future__ import annotations

import glob
import importlib.metadata
import os
import pkgutil
import site
import sys
import sysconfig
from collections.abc import Iterable, Iterator

SYSTEM = (  # what the dynamic loader, the C library and their data need
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/dev/urandom",
    "/proc/cpuinfo",  # torch looks at the processor at its first convolution,
    "/sys/devices/system/cpu",  # and without these two computes it another way, with a warning
)
SHARED_LIBRARIES = ("/usr/local/lib/*.so*",)  # not the folder: Python packages may lie there as well
NULL = "/dev/null"  # the only file outside scratch that may be written

HIDDEN_PACKAGES = (  # patterns in site-packages
    "grader",  # its rubric has the answers
    "course_grader-*",
    "reference",
    "tests",
    "exercises",
    "*.pth",  # these lead to folders elsewhere,
    "*.egg-link",
    "__editable__*",  # and so do these
)

EVALUATOR_PACKAGES = ("onnx", "onnx-*", "onnxruntime*")  # patterns: read by the evaluator, never by student code
HELD_OUT = ("sklearn/datasets/data/digits.csv.gz",)  # in packages: its rows are what networks are measured on
ELSEWHERE = ("/usr/lib*/python3*/*-packages",)  # of the system's own Python, granted with /usr/lib


def evaluator_paths() -> tuple[str, ...]:
    """The packages that run trained networks: for the evaluator, beside `interpreter_paths`."""
    return tuple(sorted(set(_in_packages(EVALUATOR_PACKAGES))))


def held_out_paths() -> tuple[str, ...]:
    """Files of packages with images or labels that networks are measured on, for nobody."""
    return tuple(sorted(set(_in_packages(HELD_OUT))))


def interpreter_paths(hidden: Iterable[str] = ()) -> tuple[str, ...]:
    """Files and folders that this interpreter and its packages are read from, without `hidden` ones."""
    packages = [folder for folder in package_folders() if os.path.isdir(folder)]
    concealed = {os.path.realpath(path) for path in hidden}
    for folder in packages:
        for pattern in HIDDEN_PACKAGES:
            concealed.update(map(os.path.realpath, glob.glob(os.path.join(glob.escape(folder), pattern))))
    libraries = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
    for folder in libraries:
        unused = {f"{folder}/{name}" for name in ("site-packages", "dist-packages", "test")} - set(packages)
        concealed.update(map(os.path.realpath, unused))
    binary = str(sysconfig.get_config_var("LIBDIR") or "")
    found = [*SYSTEM, *libraries, *packages, *_matching(*SHARED_LIBRARIES, f"{binary}/*.so*")]
    whole = {os.path.realpath(path) for path in found if os.path.exists(path)}
    return outermost({path for root in whole for path in without(root, concealed)})


def without(path: str, concealed: set[str]) -> Iterator[str]:
    """`path`, or the parts of it that are needed to leave out every concealed path."""
    if path in concealed:
        return
    if not any(secret.startswith(path + "/") for secret in concealed):
        yield path
        return
    for entry in sorted(os.scandir(path), key=lambda entry: entry.name):
        if not entry.is_symlink():  # what it leads to is granted where it lies, or not at all
            yield from without(entry.path, concealed)


def prime_imports() -> None:
    """Let the import system list the package folders now: a worker may read packages but list no folder."""
    for folder in sys.path:
        finder = pkgutil.get_importer(folder)
        if finder is not None:
            finder.find_spec("no_such_module")
    assert not list(importlib.metadata.distributions(name="no-such-distribution"))


def listed_paths() -> tuple[str, ...]:
    """Packages with a held-out file: what is granted of them in parts only, can be imported if it can be listed."""
    tops = {pattern.partition("/")[0] for pattern in HELD_OUT}
    return tuple(path for path in sorted(set(_in_packages(tuple(tops)))) if os.path.isdir(path))


def package_folders() -> set[str]:
    """Where packages lie, whether these folders exist or not."""
    by_pth = {folder for folder in sys.path if folder.endswith("-packages")}
    return {*site.getsitepackages(), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")} | by_pth


def outermost(paths: set[str]) -> tuple[str, ...]:
    """`paths` in order, without those that lie in another one of them."""
    kept: list[str] = []
    for path in sorted(paths, key=lambda path: path.split("/")):
        if not kept or not path.startswith(kept[-1] + "/"):
            kept.append(path)
    return tuple(kept)


def _in_packages(patterns: Iterable[str]) -> Iterator[str]:
    """What matches in any folder of packages, with links resolved."""
    for folder in {*package_folders(), *_matching(*ELSEWHERE)}:
        for pattern in patterns:
            yield from map(os.path.realpath, glob.glob(os.path.join(glob.escape(folder), pattern)))


def _matching(*patterns: str) -> list[str]:
    return [path for pattern in patterns for path in glob.glob(pattern)]
