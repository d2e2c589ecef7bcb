"""The certificate: contradictions cannot be built, JSON comes back as it went, the page says what was found."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from grader.audit.certificate import (
    Certificate,
    CheckAudit,
    ControlOutcome,
    Disagreement,
    ExerciseAudit,
    MutantOutcome,
    OperatorAudit,
    lines,
    write,
)

SURVIVOR = MutantOutcome(
    id="operator-0a1b2c3d",
    original="reference",
    operator="operator",
    why="+ for -",
    file="blur.py",
    line=7,
    diff="@@\n-    return a + b\n+    return a - b <script>",
    differs="blur(X)",
)
CHECKS = (
    CheckAudit(id="blur.values", title="Values", mutants=8, wrong=2, alone=3, seconds=0.02),
    CheckAudit(id="blur.linear", title="Linear", mutants=4, wrong=0, alone=0, seconds=0.1),
    CheckAudit(id="blur.fresh", title="Fresh", mutants=0, wrong=0, alone=0, seconds=0.01),
)
EXERCISE = ExerciseAudit(
    name="blur",
    title="Blur",
    right=3,
    wrong=2,
    mutants=12,
    killed=9,
    probes=100,
    survivors=(SURVIVOR,),
    equivalent=(msgspec.structs.replace(SURVIVOR, reason="both are zero"),) * 2,
    false_failures=(Disagreement(submission="right_loops", seed=3, unexpected={"blur.values": "1 value is wrong"}),),
    checks=CHECKS,
    operators=(OperatorAudit(name="operator", why="+ for -", mutants=12, killed=9, equivalent=2),),
)


def certificate(*exercises: ExerciseAudit, certified: bool) -> Certificate:
    return Certificate(
        certified=certified,
        exercises=exercises,
        seeds=2,
        repeats=2,
        gradings=50,
        versions={"numpy": "2"},
        started="2026-01-01T00:00:00+00:00",
        seconds=12.3,
        jobs=2,
    )


def test_no_certificate_with_survivors() -> None:
    """A certificate cannot be given while an exercise has something open, nor withheld when none has."""
    sound = msgspec.structs.replace(EXERCISE, survivors=(), false_failures=())

    assert certificate(sound, certified=True).certified
    for exercise, certified in ((EXERCISE, True), (sound, False)):
        with pytest.raises(ValueError, match="certificate"):
            certificate(exercise, certified=certified)


def test_kill_rate_leaves_out_equivalents() -> None:
    """Nine of ten mistakes are found; two of the twelve mutants are none."""
    assert 90.0 == EXERCISE.kill_rate


def test_what_checks_are_good_for() -> None:
    """A check that fails nothing is told apart from one that fails nothing alone."""
    assert [(False, False), (False, True), (True, False)] == [(c.never_fails, c.redundant) for c in CHECKS]


def test_text_names_every_problem() -> None:
    """The lines for a terminal name survivors, false failures and idle checks, and end in the verdict."""
    text = "\n".join(lines(certificate(EXERCISE, certified=False)))

    for part in (
        "90.0 %",
        "blur.py:7",
        "\n    -",
        "\n    +",
        "right_loops (seed 3)",
        "1 value is wrong",
        "never fails: blur.fresh",
    ):
        assert part in text
    assert text.splitlines()[-1].startswith("NOT certified")


def test_text_names_what_is_earned_without_the_work() -> None:
    """And which control earns too much, which costs the certificate; nothing where there are none."""
    allowed = {"no-op": 0.0, "zeros": 0.6}
    controls = tuple(
        ControlOutcome(name=name, earned=0.5 * (name == "no-op"), points=6, allowed=most)
        for name, most in allowed.items()
    )
    whole = ExerciseAudit(name="blur", title="Blur", right=1, wrong=1, mutants=1, killed=1, probes=1)
    earning = msgspec.structs.replace(whole, controls=controls)
    text = lines(certificate(earning, certified=False))

    assert (True, False) == (whole.certified, earning.certified)
    assert "  earned without the work: no-op 0.5, zeros 0 of 6 points" in text
    assert ["  no-op earns more than the 0 points it may"] == [line for line in text if "earns more" in line]
    assert not any("without the work" in line for line in lines(certificate(whole, certified=True)))


def test_page(tmp_path: Path) -> None:
    """The page shows diffs as text, checks and reasons; JSON lies beside it."""
    page = write(certificate(EXERCISE, certified=False), tmp_path).read_text("utf-8")

    for part in ("Not certified", "right_loops", "a - b &lt;script&gt;", "both are zero", "redundant", "never fails"):
        assert part in page
    stored = msgspec.json.decode((tmp_path / "audit.json").read_bytes(), type=Certificate)
    assert EXERCISE == stored.exercises[0]
