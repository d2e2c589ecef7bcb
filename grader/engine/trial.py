"""Try an author's new checks on the right answer before any student is graded by them.

Replayed checks are: their examples are drawn from the reference. Live ones ask a worker, so the reference's code is
handed in like a submission. The built-in exercises have been tried by their audit, and cost a run nothing here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable
from pathlib import Path

from grader.authoring import wrap
from grader.authoring.exercise import Check
from grader.authoring.expect import CheckSkipped
from grader.engine.local import Grader
from grader.engine.pool import compute_on_one_thread
from grader.errors import HarnessError
from grader.judge.bank import not_passed
from grader.judge.players import Live
from grader.judge.session import Session
from grader.submission import Source


def try_on_reference(grading: Grader, names: Collection[str]) -> None:
    """Every check of the exercises `names` that needs neither training nor a file. Raises AuthorError."""
    for exercise in (exercise for exercise in grading.rubric.exercises() if exercise.name in names):
        grading.rubric.draw(exercise)
        live = [check for check in grading.rubric.checks if check.exercise is exercise and tried(check)]
        if live:
            with tempfile.TemporaryDirectory(prefix="reference-") as folder:
                wrap.reference(exercise, Path(folder))
                with grading.session(Source(path=Path(folder), name="reference"), exercise) as session:
                    play(session, live)


def tried(check: Check) -> bool:
    """Trainings take minutes, artefacts are a student's, and what is ready-made may be all of a reference."""
    aside = check.trains or check.files or check.own_work or check is check.exercise.loads
    return check.live and not aside


def play(session: Session, checks: Iterable[Check]) -> None:
    """Live checks on the reference's session. Raises AuthorError for the first that it does not pass."""
    compute_on_one_thread()  # judges are forked after this
    for check in checks:
        try:
            Live(session).play(check.body, {})
        except CheckSkipped:
            continue
        except HarnessError:
            raise
        except Exception as problem:
            raise not_passed(check, problem) from problem
