"""What did not come out as declared, and what some seeds find and others do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.audit.cache import Round
from grader.audit.examiner import Graded
from grader.audit.findings import disagreements, unstable
from grader.audit.subjects import Expectation, Subject, planted
from grader.authoring.exercise import Exercise
from grader.errors import AuthorError

FIRST, SECOND = Round(seed=0), Round(seed=1)
CHECKS = ("net.train", "net.values", "net.overfit")


def subject(failed: tuple[str, ...] = (), by_chance: tuple[str, ...] = ()) -> Subject:
    """A planted submission that declares this."""
    told = Expectation(kind="wrong", title="A slip", failed=failed, by_chance=by_chance)
    folder = Path("/nowhere")
    return Subject(exercise="net", name="wrong", kind="wrong", folder=folder, digest="", expectation=told)


def graded(*failed: str) -> Graded:
    """A grading in which all checks were tried, and these failed."""
    names = [f"net.{name}" for name in failed]
    return Graded(failed=dict.fromkeys(names, "No."), seconds=dict.fromkeys(CHECKS, 0.1))


@pytest.mark.parametrize("found", [("values",), ("values", "overfit")])
def test_by_chance_either_is_as_declared(found: tuple[str, ...]) -> None:
    """Whether the run's seed brings it to light or not."""
    assert [] == disagreements(subject(("values",), ("overfit",)), {FIRST: graded(*found)})


@pytest.mark.parametrize(
    ("found", "missing", "unexpected"),
    [
        (("overfit",), ("net.values",), {}),
        (("values", "overfit", "train"), (), {"net.train": "No."}),
        ((), ("net.values",), {}),
    ],
)
def test_by_chance_excuses_no_other_check(
    found: tuple[str, ...], missing: tuple[str, ...], unexpected: dict[str, str]
) -> None:
    """What must fail must fail with every seed, and what is not declared must not."""
    [entry] = disagreements(subject(("values",), ("overfit",)), {FIRST: graded(*found)})

    assert (missing, unexpected) == (entry.missing, entry.unexpected)


def test_by_chance_alone_is_no_declaration() -> None:
    """A wrong submission names a check that always fails."""
    [entry] = disagreements(subject((), ("overfit",)), {FIRST: graded("overfit")})

    assert "declared wrong, but no check is said to fail" == entry.remark


def test_by_chance_is_not_unstable() -> None:
    """Another outcome with another seed is what was declared; of any other check it is told."""
    turns = {FIRST: graded("values"), SECOND: graded("values", "overfit")}

    assert [] == unstable(subject(("values",), ("overfit",)), turns)
    [entry] = unstable(subject(("values",)), turns)
    assert (1, "failed net.values first, net.values, net.overfit now") == (entry.seed, entry.remark)


@pytest.mark.parametrize("key", ["failed", "by_chance"])
def test_checks_that_there_are_not(tmp_path: Path, key: str) -> None:
    """Are refused with the file that names them."""
    folder = tmp_path / "net" / "wrong"
    folder.mkdir(parents=True)
    (folder / "expect.toml").write_text(f'kind = "wrong"\ntitle = "A slip"\n{key} = ["vlaues"]\n')
    with pytest.raises(AuthorError, match=r"wrong/expect\.toml: net has no check 'vlaues'$"):
        planted(Exercise("net", title="Net"), tmp_path)
