"""Data sets: what is read, how it is verified, and what is said when it is not there."""

from __future__ import annotations

import gzip
import hashlib
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from reference import data
from reference._torchvision import torchvision


def idx(values: np.ndarray) -> bytes:
    """The IDX form of an array of unsigned bytes."""
    return struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape) + values.tobytes()


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a tiny MNIST, gzipped, of which `data` expects exactly these files."""
    random = np.random.default_rng(0)
    folder = tmp_path / "MNIST" / "raw"
    folder.mkdir(parents=True)
    md5 = []
    for prefix, count in (("train", 12), ("t10k", 5)):
        images = random.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = random.integers(0, 10, count, dtype=np.uint8)
        for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
            (folder / f"{prefix}-{kind}-ubyte.gz").write_bytes(gzip.compress(idx(array)))
            md5.append((f"{prefix}-{kind}-ubyte", hashlib.md5(idx(array)).hexdigest()))
    monkeypatch.setitem(data.SOURCES, "mnist", replace(data.SOURCES["mnist"], md5=tuple(md5)))
    return folder


def unpack(raw: Path) -> None:
    for packed in raw.glob("*.gz"):
        packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))


@pytest.mark.parametrize(("split", "prefix"), [("train", "train"), ("test", "t10k")])
def test_archives_and_plain_files_read_as_torchvision_reads_them(raw: Path, split: data.Split, prefix: str) -> None:
    """In place from .gz or unpacked, the pixels and labels are those of torchvision's own reader."""
    packed = data.load("mnist", raw.parents[1], split)
    unpack(raw)
    plain = data.load("mnist", raw.parents[1], split)
    reader = torchvision().datasets.mnist

    assert torch.equal(
        (plain.images * 255).round(), reader.read_image_file(raw / f"{prefix}-images-idx3-ubyte")[:, None]
    )
    assert torch.equal(plain.labels, reader.read_label_file(raw / f"{prefix}-labels-idx1-ubyte"))
    assert torch.equal(packed.images, plain.images)
    assert packed.checksum == plain.checksum
    assert (plain.images.dtype, plain.labels.dtype) == (torch.float32, torch.int64)


def test_truncated_archive_is_named(raw: Path) -> None:
    """A download that was cut short is reported with its path and the way out."""
    file = raw / "t10k-images-idx3-ubyte.gz"
    file.write_bytes(file.read_bytes()[:-100])

    with pytest.raises(data.DataError, match=r"t10k-images-idx3-ubyte\.gz is no whole gzip file.*grader data"):
        data.load("mnist", raw.parents[1])


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-1], lambda content: content[:-1] + b"\x63", lambda _: b""]
)
def test_changed_file_is_named(raw: Path, damage: object) -> None:
    """A plain file that is short, altered or empty is not the published one, and wins over the .gz."""
    unpack(raw)
    file = raw / "t10k-labels-idx1-ubyte"
    file.write_bytes(damage(file.read_bytes()))  # type: ignore[operator]

    with pytest.raises(data.DataError, match="t10k-labels-idx1-ubyte is not the published file"):
        data.load("mnist", raw.parents[1])


def test_no_gzip_file_at_all_is_named(raw: Path) -> None:
    """A web page saved under the archive's name is reported, not unpacked."""
    (raw / "t10k-images-idx3-ubyte.gz").write_bytes(b"<html>404</html>")

    with pytest.raises(data.DataError, match="no whole gzip file"):
        data.load("mnist", raw.parents[1])


def test_available_tells_present_damaged_and_missing_apart(raw: Path) -> None:
    """`grader data` shows each data set's true state."""
    (raw / "train-labels-idx1-ubyte.gz").write_bytes(b"")
    states = {status.name: status.state for status in data.available(raw.parents[1])}

    assert states == {"digits": "present", "mnist": "damaged", "fashion_mnist": "missing"}


def test_root_comes_from_argument_then_environment_then_working_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """--data wins over GRADER_DATA, which wins over ./data."""
    monkeypatch.delenv("GRADER_DATA", raising=False)
    default = data.data_root()
    monkeypatch.setenv("GRADER_DATA", "/elsewhere")

    assert (default, data.data_root(), data.data_root("/here")) == (
        Path("data"),
        Path("/elsewhere"),
        Path("/here"),
    )


def test_unknown_names_are_refused(tmp_path: Path) -> None:
    """A misspelt data set or part is answered with the choices."""
    with pytest.raises(data.DataError, match="choose one of digits, mnist, fashion_mnist"):
        data.load("minst")
    with pytest.raises(data.DataError, match="choose train or test"):
        data.load("digits", split="validation")  # type: ignore[arg-type]


def test_digits_are_the_same_pixels_and_the_same_split_everywhere() -> None:
    """The embedded data set is fixed to the bit, so its thresholds hold on any machine."""
    train, test = data.load("digits", split="train"), data.load("digits")

    assert (len(train.labels), len(test.labels)) == (1437, 360)
    assert train.checksum == "40c93830f63f6ea5301c21275dd5d1ed95fe863062531154f779a70e7bfe4778"
    assert test.checksum == "2b559e45ec6b0cf278c792a57d935879aadb6d923d045e0507e08a958d6295e0"


def test_digits_split_is_stratified_and_disjoint() -> None:
    """Every digit is held out as often as the others, and no picture is in both parts."""
    train, test = data.load("digits", split="train"), data.load("digits")
    share = test.labels.bincount() / (train.labels.bincount() + test.labels.bincount())
    pictures = [{image.numpy().tobytes() for image in part.images} for part in (train, test)]

    assert share.sub(0.2).abs().max() < 0.01
    assert not pictures[0] & pictures[1]


def test_digits_are_enlarged_threefold() -> None:
    """Every third pixel is the original's, in sixteenths, inside a black border."""
    images = data.load("digits").images

    assert images.shape[1:] == (1, 28, 28)
    sixteenths = images[:, :, 3:25:3, 3:25:3] * 16
    assert (sixteenths - sixteenths.round()).abs().max() < 0.05
    assert images[:, :, 0].max() == 0
    assert images.max() == 1


def test_standardised_images_have_mean_0_and_deviation_1() -> None:
    """Networks are given standardised images, by the constants of the training part."""
    images = data.load("digits", split="train").standardised()

    assert images.mean().item() == pytest.approx(0, abs=1e-3)
    assert images.std().item() == pytest.approx(1, abs=1e-3)


def test_download_is_asked_of_torchvision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`grader data --download` fetches through torchvision's class of that name, and reports its failure."""
    asked = []

    def fetch(root: str, download: bool) -> None:
        asked.append((root, download))
        raise RuntimeError("Error downloading train-images-idx3-ubyte.gz")

    monkeypatch.setattr(torchvision().datasets, "FashionMNIST", fetch)
    with pytest.raises(data.DataError, match=r"could not be downloaded into .*Error downloading"):
        data.download("fashion_mnist", tmp_path)
    assert asked == [(str(tmp_path), True)]


def test_download_verifies_what_came(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """torchvision keeps a damaged unpacked file; that is said, not passed over."""
    unpack(raw)
    (raw / "t10k-labels-idx1-ubyte").write_bytes(b"")
    monkeypatch.setattr(torchvision().datasets, "MNIST", lambda root, download: None)

    with pytest.raises(data.DataError, match=r"t10k-labels-idx1-ubyte is not the published file.*delete it"):
        data.download("mnist", raw.parents[1])


def test_reading_digits_imports_neither_scikit_learn_nor_torchvision() -> None:
    """The default data set is there in a moment: both imports take about a second."""
    code = "from reference import data; import sys; data.load('digits'); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not {"sklearn", "torchvision"} & {*run.stdout.split()}
