"""What student code gets in the place of what it must not read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from grader.worker import confinement
from reference import data


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("given") / "digits.npy"
    np.save(path, data.training_rows())
    return path


def run(code: str, digits: object = "") -> str:
    """What code prints in an interpreter of its own that has to do without."""
    code = f"from grader.worker import withheld\nwithheld.withhold({str(digits)!r})\n{code}"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.mark.parametrize(
    "code",
    [
        "import onnx, onnxruntime as ort",
        "from onnxruntime import InferenceSession, SessionOptions",
        "import onnx.checker; from onnx import helper, TensorProto; kind = TensorProto.FLOAT",
        "import onnxruntime\nclass Mine(onnxruntime.InferenceSession.__class__): pass",
    ],
)
def test_libraries_can_be_imported(code: str) -> None:
    """At the top of a file, by those who look at what they have exported."""
    assert "done\n" == run(f"{code}\nprint('done')")


def test_libraries_say_what_to_do() -> None:
    """When they are used."""
    code = (
        "import onnxruntime as ort\ntry: ort.InferenceSession('a.onnx')\nexcept ImportError as problem: print(problem)"
    )
    told = run(code)

    assert told.startswith("onnxruntime.InferenceSession cannot be used while your code is graded")
    assert '__name__ == "__main__"' in told


def test_export_goes_without_them() -> None:
    """torch's exporter asks onnx for one thing, which is not needed."""
    code = """
import io, torch, warnings
warnings.simplefilter("ignore")
buffer = io.BytesIO()
torch.onnx.export(torch.nn.Linear(2, 3), (torch.zeros(1, 2),), buffer, dynamo=False)
print(len(buffer.getvalue()) > 100)
"""
    assert "True\n" == run(code)


def test_training_part_of_the_digits(digits: Path) -> None:
    """load_digits gives those rows alone in each of its forms, and whoever imports it late gets the same."""
    code = """
import sklearn.datasets
from sklearn.datasets import load_digits, load_iris
images, labels = load_digits(return_X_y=True)
print(images.shape, images.dtype, labels.shape, int(images.max()), load_iris().data.shape)
print(sklearn.datasets.load_digits().images.shape, load_digits(n_class=2).target.max(), "digits" in load_digits().DESCR)
"""
    assert "(1437, 64) float64 (1437,) 16 (150, 4)\n(1437, 8, 8) 1 True\n" == run(code, digits)


def test_rows_are_the_training_part() -> None:
    """The same labels as those that networks are trained on, and none of the images they are measured on."""
    rows = data.training_rows()
    everything = data._table()

    assert rows[:, -1].tolist() == data.load("digits", split="train").labels.tolist()
    assert (1437, 1797) == (len(rows), len(everything))


def test_neither_is_granted_to_student_code() -> None:
    """Of scikit-learn all but that file; nothing of the libraries, which only the evaluator reads."""
    evaluator, held_out = confinement.evaluator_paths(), confinement.held_out_paths()
    granted = confinement.interpreter_paths(hidden=[*evaluator, *held_out])

    assert {"onnx", "onnxruntime"} <= {Path(path).name for path in evaluator}
    assert ["digits.csv.gz"] == [Path(path).name for path in held_out]
    assert not [path for path in granted for secret in (*evaluator, *held_out) if f"{secret}/".startswith(f"{path}/")]
    assert [path for path in granted if path.endswith("sklearn/datasets/data/iris.csv")]
    assert ["sklearn"] == [Path(path).name for path in confinement.listed_paths()]
