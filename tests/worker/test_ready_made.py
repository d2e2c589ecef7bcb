"""What does a whole exercise is there while a file is imported, and gone afterwards: in every form, and for good."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache

import pytest
import torch

from grader.worker import ready_made
from grader.worker.ready_made import KINDS
from tests.worker.ready_made_forms import FORMS, TOLD

Tried = dict[str, tuple[str, str]]
FORBIDDEN = [(kind, name) for kind in KINDS for name in FORMS[kind]]


def in_a_process(*arguments: str) -> str:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # as a nursery has them
    command = [sys.executable, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert 0 == done.returncode, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tried() -> Callable[..., Tried]:
    """What became of all forms before and after these kinds were taken away."""

    @cache
    def tried(*kinds: str) -> Tried:
        found = json.loads(in_a_process("-m", "tests.worker.ready_made_forms", *kinds))
        return {name: (before, after) for name, (before, after) in found.items()}

    return tried


def test_all_kinds_are_tried() -> None:
    """A kind that is added needs forms here."""
    assert {*KINDS, "own"} == {*FORMS}


@pytest.mark.parametrize(("kind", "name"), FORBIDDEN)
def test_refused_once_armed(tried: Callable[..., Tried], kind: str, name: str) -> None:
    """Whatever name it goes by, and whenever that was imported; while a file is being imported it works."""
    before, after = tried(*KINDS)[f"{kind}: {name}"]

    assert ("works", "refused: ") == (before, after[:9])


@pytest.mark.parametrize("name", FORMS["own"])
def test_own_work_goes_on(tried: Callable[..., Tried], name: str) -> None:
    """What looks alike, or is a part of it only, is the student's own."""
    assert ("works", "works") == tried(*KINDS)[f"own: {name}"]


def test_kinds_are_taken_one_by_one(tried: Callable[..., Tried]) -> None:
    """Without pooling there are still convolutions and solvers."""
    found = tried("pooling")

    assert {"refused: "} == {after[:9] for name, (_, after) in found.items() if name.startswith("pooling: ")}
    assert {"works"} == {after for name, (_, after) in found.items() if name.startswith(("convolution: ", "solving: "))}


def test_nothing_is_taken_where_nothing_is_forbidden(tried: Callable[..., Tried]) -> None:
    """Networks are made of convolutions and pooling."""
    assert {"works"} == {after for name, (_, after) in tried().items() if not name.startswith("told: ")}


@pytest.mark.parametrize("name", TOLD)
def test_what_is_told(tried: Callable[..., Tried], name: str) -> None:
    """A call is told by its name even where its exception was caught or another one raised, in any thread; once."""
    last = "works" if name.startswith("nothing") else "refused: aten.max_pool2d"

    assert last == tried(*KINDS)[f"told: {name}"][1]


@pytest.mark.parametrize(
    ("kind", "name", "word"),
    [
        ("convolution", "F.conv2d", "aten.conv2d"),
        ("pooling", "nn.MaxPool2d", "aten.max_pool2d"),
        ("solving", "torch.linalg.lstsq", "aten.linalg_lstsq"),
        ("solving", "numpy.linalg.lstsq", "numpy.linalg.lstsq"),
        ("convolution", "scipy.signal.convolve2d, imported before", "scipy.signal.convolve2d"),
        ("pooling", "scipy.ndimage.maximum_filter, imported before", "scipy.ndimage.maximum_filter"),
    ],
)
def test_words(tried: Callable[..., Tried], kind: str, name: str, word: str) -> None:
    """The name that the student knows it by, or the operator's."""
    assert f"refused: {word}" == tried(*KINDS)[f"{kind}: {name}"][1]


def test_what_a_nursery_has_imported() -> None:
    """Of the guarded modules only those whose functions nobody has copied before they are guarded."""
    script = (
        "import sys\n"
        "from grader.worker import nursery, ready_made\n"
        "nursery._warm_up()\n"
        "guarded = {module for kind in ready_made.KINDS.values() for module in kind.functions}\n"
        "print(*sorted(guarded & sys.modules.keys()))\n"
    )

    # NumPy's copies are guarded one by one; of the decompositions torch keeps a table, but those in it call a guarded one
    numpys = "numpy.lib._polynomial_impl numpy.linalg numpy.linalg._linalg numpy.linalg._umath_linalg"
    assert f"{numpys} torch._decomp.decompositions" == in_a_process("-c", script).strip()


def test_torchscript_has_no_convolution_of_its_own() -> None:
    """Its registry is not the dispatcher's: an operator that is in it would run past all that refuses."""
    code = (
        "import torch\n"
        "from grader.worker import ready_made\n"
        "before = [len(torch._C._jit_get_schemas_for_operator(name)) for name in ready_made.NO_OPERATORS]\n"
        "ready_made.prepare(['convolution'])\n"
        "after = [len(torch._C._jit_get_schemas_for_operator(name)) for name in ready_made.NO_OPERATORS]\n"
        "double = torch.jit.script(torch.nn.Linear(2, 2))\n"  # right code may be scripted
        "print(min(before) > 0, max(after), double(torch.ones(1, 2)).shape)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "True 0 torch.Size([1, 2])\n"


def test_operators_registered_since() -> None:
    """What comes after the nursery has looked is refused as well."""
    ready_made.know_operators()
    library = torch.library.Library("since", "DEF")
    library.define("my_conv2d(Tensor x) -> Tensor")
    library.define("my_sum(Tensor x) -> Tensor")

    found = {(one.namespace, one.name) for one in ready_made._operators("convolution")}

    assert ("since", "my_conv2d") in found and ("since", "my_sum") not in found
    assert {("aten", "conv2d"), ("aten", "convolution")} <= found
