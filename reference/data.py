"""The three data sets, read, verified and standardised.

    digits          1,797 real handwritten digits of 8x8 that come with scikit-learn: there on any machine
    mnist           70,000 handwritten digits (LeCun, Cortes, Burges 1998)
    fashion_mnist   70,000 articles of clothing (Xiao, Rasul, Vollgraf 2017)

The last two are read from torchvision's folders, ROOT/MNIST/raw and ROOT/FashionMNIST/raw, either unpacked
(train-images-idx3-ubyte) or as downloaded (train-images-idx3-ubyte.gz). ROOT is the argument, else the
variable GRADER_DATA, else ./data: torchvision has no place of its own, and ./data is what its examples use.

**What networks are given.** Images are kept as grey values in [0, 1]; networks are trained *and* evaluated on
`Dataset.standardised()`, (image - mean) / std with the data set's two constants, never on the grey values.

**Digits are enlarged** to 28x28 by linear interpolation, three pixels for one, fading to black at the border.
The sums are integers, so that every machine sees the same pixels. The split is fixed and stratified: with the
digits sorted by label, and in file order within a label, every fifth is held out (360 of 1,797).

Letters in shapes: N images, H rows, W columns.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import os
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # reading rows and asking what is here need no torch
    import torch

Split = Literal["train", "test"]
Bytes = NDArray[np.uint8]


class DataError(Exception):
    """A data set is missing, damaged or unknown; the message says what, where, and what to do."""


class DataMissing(DataError):
    """The files of a data set are not there at all."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """What is known of a data set before it is read."""

    mean: float  # of the grey values in [0, 1] of the training part
    std: float
    classes: tuple[str, ...]
    folder: str = ""  # torchvision's class name, and so its folder; empty: comes with scikit-learn
    md5: tuple[tuple[str, str], ...] = ()  # (file name, md5 of the unpacked file)


_DIGITS = tuple("0123456789")
_CLOTHES = (
    *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)

SOURCES = {
    "digits": Source(mean=0.2247, std=0.3048, classes=_DIGITS),
    "mnist": Source(
        mean=0.1307,
        std=0.3081,
        classes=_DIGITS,
        folder="MNIST",
        md5=(
            ("train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb"),
            ("train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624"),
            ("t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea"),
            ("t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637"),
        ),
    ),
    "fashion_mnist": Source(
        mean=0.2860,
        std=0.3530,
        classes=_CLOTHES,
        folder="FashionMNIST",
        md5=(
            ("train-images-idx3-ubyte", "f4a8712d7a061bf5bd6d2ca38dc4d50a"),
            ("train-labels-idx1-ubyte", "9018921c3c673c538a1fc5bad174d6f9"),
            ("t10k-images-idx3-ubyte", "8181f5470baa50b63fa0f6fddb340f0a"),
            ("t10k-labels-idx1-ubyte", "15d484375f8d13e6eb1aabb0c3f46965"),
        ),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """One part of a data set, in memory."""

    name: str
    split: Split
    images: torch.Tensor  # (N, 1, 28, 28) float32, grey values in [0, 1]
    labels: torch.Tensor  # (N,) int64
    checksum: str  # sha256 of the pixels and labels as bytes

    def standardised(self) -> torch.Tensor:
        """What networks are given: (N, 1, 28, 28) with mean 0 and deviation 1 over the training part."""
        source = SOURCES[self.name]
        return (self.images - source.mean) / source.std

    @property
    def classes(self) -> tuple[str, ...]:
        return SOURCES[self.name].classes


@dataclass(frozen=True, kw_only=True)
class Status:
    """Whether a data set can be used, for `grader data`."""

    name: str
    state: Literal["present", "missing", "damaged"]
    detail: str  # where it is, or what is wrong and what to do


def load(
    name: str, root: str | Path | None = None, split: Split = "test", device: str | torch.device = "cpu"
) -> Dataset:
    """Read one part of a data set onto `device`.

    Raises DataError when the name is unknown or its files are missing, truncated or not the published ones.
    """
    import torch

    _source(name)
    if split not in ("train", "test"):
        raise DataError(f"there is no part {split!r} of {name}; choose train or test")
    pixels, labels = _digits(split) if name == "digits" else _read_pair(name, data_root(root), split)
    return Dataset(
        name=name,
        split=split,
        images=torch.tensor(pixels, device=device).unsqueeze(1).float() / 255,
        labels=torch.tensor(labels, device=device).long(),
        checksum=hashlib.sha256(pixels.tobytes() + labels.tobytes()).hexdigest(),
    )


def available(root: str | Path | None = None) -> list[Status]:
    """The state of every data set, found by reading it whole."""
    return [_status(name, root) for name in SOURCES]


def download(name: str, root: str | Path | None = None) -> None:
    """Fetch a data set with torchvision's downloader, unless it is there already, and verify it.

    Raises DataError when it cannot be had. torchvision leaves damaged unpacked files as they are.
    """
    source, folder = _source(name), data_root(root)
    status = _status(name, root)
    if status.state == "present":
        return
    if not source.folder:
        raise DataError(status.detail)
    from reference._torchvision import torchvision

    try:
        getattr(torchvision().datasets, source.folder)(str(folder), download=True)
    except (RuntimeError, OSError) as error:
        raise DataError(f"{name} could not be downloaded into {folder}: {error}") from error
    status = _status(name, root)
    if status.state != "present":
        raise DataError(status.detail)


def data_root(root: str | Path | None = None) -> Path:
    """The folder that holds MNIST/ and FashionMNIST/: the argument, else $GRADER_DATA, else ./data."""
    return Path(root or os.environ.get("GRADER_DATA") or "data").expanduser()


def here(root: str | Path | None = None) -> list[str]:
    """Names of the data sets whose files are there, whole or not: `available` reads them."""
    folder = data_root(root)
    return [name for name, source in SOURCES.items() if not source.folder or (folder / source.folder / "raw").is_dir()]


def _source(name: str) -> Source:
    if name not in SOURCES:
        raise DataError(f"there is no data set {name!r}; choose one of {', '.join(SOURCES)}")
    return SOURCES[name]


def _status(name: str, root: str | Path | None) -> Status:
    try:
        sizes = [len(load(name, root, split).labels) for split in ("train", "test")]
    except DataMissing as error:
        return Status(name=name, state="missing", detail=str(error))
    except DataError as error:
        return Status(name=name, state="damaged", detail=str(error))
    place = f"in {data_root(root) / SOURCES[name].folder}" if SOURCES[name].folder else "from scikit-learn"
    detail = f"{sizes[0]:,} to train, {sizes[1]:,} held out, {place}"
    return Status(name=name, state="present", detail=detail)


def _read_pair(name: str, root: Path, split: Split) -> tuple[Bytes, Bytes]:
    """Pixels (N, 28, 28) and labels (N,) of one part, from its two IDX files."""
    prefix = "train" if split == "train" else "t10k"
    pixels, labels = (
        _parse_idx(_read_verified(name, root, file))
        for file in (f"{prefix}-images-idx3-ubyte", f"{prefix}-labels-idx1-ubyte")
    )
    return pixels, labels


def _parse_idx(content: bytes) -> Bytes:
    """The unsigned bytes of an IDX file: two zeros, type 8, the rank, each size big-endian, then the values.

    torchvision's reader takes a path and no .gz, so it cannot read the archives in place.
    """
    rank = content[3]
    sizes = np.frombuffer(content, ">u4", count=rank, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * rank).reshape(sizes)


def _read_verified(name: str, root: Path, file: str) -> bytes:
    """The unpacked content of one file, unpacked in memory where only the .gz is there."""
    source = SOURCES[name]
    plain = root / source.folder / "raw" / file
    packed = plain.with_name(f"{file}.gz")
    path = plain if plain.exists() else packed
    mend = f"delete it and run `grader data --download {name}`"
    try:
        content = path.read_bytes()
        if path == packed:
            content = gzip.decompress(content)
    except FileNotFoundError as error:
        raise DataMissing(
            f"{name} is not there: {plain} and its .gz are missing; name another folder with --data or "
            f"GRADER_DATA, or run `grader data --download {name}`"
        ) from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{path} is no whole gzip file ({error}); {mend}") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    found, expected = hashlib.md5(content, usedforsecurity=False).hexdigest(), dict(source.md5)[file]
    if found != expected:
        raise DataError(
            f"{path} is not the published file: it unpacks to {len(content):,} bytes of md5 {found}, "
            f"not {expected}; {mend}"
        )
    return content


def training_rows() -> Bytes:
    """The training part of the digits as scikit-learn keeps it, (1437, 65): 64 grey values from 0 to 16, and the label.

    In its order. Raises DataError where scikit-learn is not installed.
    """
    table = _table()
    return table[~_held_out(table[:, -1])]


@cache
def _table() -> Bytes:
    """All 1,797 digits (N, 65), read without importing scikit-learn."""
    package = importlib.util.find_spec("sklearn")
    if package is None or package.origin is None:
        raise DataError("the digits come with scikit-learn, which is not installed: pip install scikit-learn")
    return np.loadtxt(Path(package.origin).parent / "datasets/data/digits.csv.gz", delimiter=",", dtype=np.uint8)


@cache
def _all_digits() -> tuple[Bytes, Bytes]:
    """All 1,797 digits, enlarged (N, 28, 28), and their labels (N,)."""
    table = _table().astype(int)
    small = table[:, :-1].reshape(-1, 8, 8)  # 0 to 16
    # pixel j of the small image peaks at 3 + 3j of the large one and fades to nothing three pixels away
    tent = np.clip(3 - np.abs(np.arange(28)[:, None] - 3 - 3 * np.arange(8)), 0, None)
    large = tent @ small @ tent.T  # 0 to 3 * 3 * 16 = 144
    return ((large * 255 + 72) // 144).astype(np.uint8), table[:, -1].astype(np.uint8)


def _digits(split: Split) -> tuple[Bytes, Bytes]:
    pixels, labels = _all_digits()
    held_out = _held_out(labels)
    chosen = held_out if split == "test" else ~held_out
    return pixels[chosen], labels[chosen]


def _held_out(labels: Bytes) -> NDArray[np.bool_]:
    """Which digits are kept for testing, (N,)."""
    held_out = np.zeros(len(labels), dtype=bool)
    held_out[np.argsort(labels, kind="stable")[::5]] = True
    return held_out
