"""What code is made of, and right code as a submission."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import course
from grader.authoring import wrap
from grader.authoring.exercise import exercise
from grader.authoring.sources import closure, fingerprint, home
from grader.errors import AuthorError
from reference import kernel_learning as reference

SAMPLE = Path(__file__).parents[2] / "exercises" / "student42"


def files(folder: Path, **texts: str) -> list[Path]:
    for name, text in texts.items():
        file = folder / (name.replace("__", "/") + ".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return [folder / (name.replace("__", "/") + ".py") for name in texts]


def test_closure_follows_imports(tmp_path: Path) -> None:
    """Imports of modules, of packages and relative ones are followed, other libraries are not."""
    main, *_ = made = files(
        tmp_path,
        main="import numpy\nimport one\nfrom pack import two\n",
        one="from three import x\n",
        three="",
        pack__two="from .four import y\n",
        pack__four="",
        unused="",
    )

    assert sorted(made[:-1]) == closure([main], tmp_path)
    assert sorted([main, tmp_path / "one.py"]) == closure([main], tmp_path, {"one"})


def test_fingerprint_sees_names_and_bytes(tmp_path: Path) -> None:
    """Another name or another byte is another fingerprint."""
    one, two = files(tmp_path, one="x = 1", two="x = 1")
    found = {fingerprint([one], tmp_path), fingerprint([two], tmp_path), fingerprint([one, two], tmp_path)}
    one.write_text("x = 2")

    assert len(found | {fingerprint([one], tmp_path)}) == 4


def test_home_of_the_reference() -> None:
    """A reference lives in the package `reference`, whose folder its imports start from."""
    file, root, packages = home(reference.learn_kernel)

    assert (file.relative_to(root).as_posix(), packages) == ("reference/kernel_learning.py", {"reference", "grader"})


def test_home_of_a_decorated_function() -> None:
    """Its own file, not the decorator's."""

    @contextlib.contextmanager
    def decorated() -> Iterator[None]:
        yield

    assert Path(__file__).resolve() == home(decorated)[0]


def test_reference_becomes_a_submission(tmp_path: Path) -> None:
    """The reference is copied under the exercise's file name, what it imports under its own."""
    made = wrap.reference(course.builtin("kernel_learning"), tmp_path)
    names = {file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*.py")}

    assert (tmp_path / "kernel_learning.py") == made
    assert {"kernel_learning.py", "reference/__init__.py", "reference/corr2d.py"} == names


def test_reference_must_not_import_the_grader(tmp_path: Path) -> None:
    """A reference beside its checks cannot be graded like a submission; the author is told what to do."""
    mixed = exercise("mixed", title="Mixed", functions={"test": test_home_of_the_reference})

    with pytest.raises(AuthorError, match="file that does not import grader"):
        wrap.reference(mixed, tmp_path)


def test_sample_brings_helpers_and_artefacts(tmp_path: Path) -> None:
    """One exercise of a sample submission comes with its helper files and trained networks, and nothing else."""
    wrap.sample(course.builtin("kernel_learning"), SAMPLE, tmp_path / "kernel_learning")
    wrap.sample(course.builtin("lenet5"), SAMPLE, tmp_path / "lenet5")

    assert {"kernel_learning.py", "corr2d.py"} == {file.name for file in (tmp_path / "kernel_learning").iterdir()}
    assert {"lenet5.py", "lenet5.pth", "lenet5.onnx"} <= {file.name for file in (tmp_path / "lenet5").iterdir()}
