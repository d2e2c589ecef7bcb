"""Make the catalogues that diagnosis compares with: how the right code and every misconception answer the probes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from grader.audit.examiner import Examiner
from grader.audit.sources import closure, fingerprint, home
from grader.audit.subjects import Subject
from grader.authoring.exercise import Exercise
from grader.errors import AuthorError
from grader.judge import diagnosis
from grader.judge.diagnosis import Catalogue, Misconception
from grader.judge.players import RecordedCall
from grader.judge.probes import CallProbe, NetworkProbe, Question
from grader.judge.runner import Rubric
from grader.report.files import write_whole

PER_CHECK = 8  # probes taken from one check's bank
NETWORKS = {  # class -> constructor arguments and input shapes that tell right networks from wrong ones
    "LeNet5": (((), (1, 1, 28, 28)), ((), (6, 1, 28, 28))),
    "MnistCNN": (((), (1, 1, 28, 28)), ((), (6, 1, 28, 28))),
    "ResidualBlock": (
        ((4, 4), (2, 4, 6, 6)),
        ((4, 4), (3, 4, 5, 7)),
        ((3, 6), (2, 3, 6, 5)),
        ((4, 4, 2), (2, 4, 8, 8)),
        ((3, 6, 2), (2, 3, 7, 5)),
    ),
}


def refresh(examiner: Examiner, exercise: Exercise, subjects: Sequence[Subject]) -> Path | None:
    """Write the exercise's catalogue anew if what it was made from has changed; the file, or None.

    The first of `subjects` is the wrapped reference.
    """
    known = [subject for subject in subjects if subject.expectation and subject.expectation.misconception]
    if _stored_digest(exercise) == (digest(exercise, known) if known else ""):
        return None
    made = catalogue(examiner, exercise, subjects[0], known)
    diagnosis.read.cache_clear()
    return write_whole(diagnosis.path(exercise), encode(made))


def _stored_digest(exercise: Exercise) -> str:
    try:
        stored = diagnosis.load(exercise)
    except msgspec.ValidationError:  # of an older form
        return "outdated"
    return stored.digest if stored else ""


def catalogue(examiner: Examiner, exercise: Exercise, right: Subject, known: Sequence[Subject]) -> Catalogue:
    """Run the reference and every misconception on the probes. Raises AuthorError for one that ends its worker."""
    asked = probes(exercise, examiner.rubric)
    answers = {subject.name: given for subject, given in examiner.behave([right, *known], asked)}
    for name, given in answers.items():
        if not given:
            raise AuthorError(f"{exercise.name}: {name} ends its worker, so it cannot be a misconception to recognise")
    return Catalogue(
        exercise=exercise.name,
        digest=digest(exercise, known),
        right=" ".join(answers[right.name]),
        misconceptions=tuple(
            Misconception(title=wrong.title, explanation=wrong.explanation, answers=" ".join(answers[subject.name]))
            for subject in known
            if (wrong := subject.expectation)
        ),
        probes=tuple(CallProbe.of(a, exercise) if isinstance(a, RecordedCall) else a for a in asked),
    )


def probes(exercise: Exercise, rubric: Rubric) -> list[Question]:
    """Calls from all over every check's bank, every function without arguments, and the networks."""
    chosen: list[RecordedCall] = []
    for check in (check for check in exercise.checks if check.id in rubric.banks):
        calls = rubric.banks[check.id].calls
        step = max(1, len(calls) // PER_CHECK)
        chosen += [call for call in calls[::step][:PER_CHECK] if not any(call.same_as(c) for c in chosen)]
    return [*chosen, *unbanked(exercise)]


def unbanked(exercise: Exercise) -> list[Question]:
    """What no bank holds: calls without arguments, and networks."""
    silent = [name for name in exercise.functions if not exercise.signature(name)]
    calls = [RecordedCall(name, (), {}) for name in silent]
    built = [(name, *plan) for name in exercise.classes for plan in NETWORKS.get(name, ())]
    return [*calls, *(NetworkProbe(name=name, args=args, shape=shape) for name, args, shape in built)]


def digest(exercise: Exercise, known: Sequence[Subject]) -> str:
    """What a catalogue is made from: the reference and the planted misconceptions."""
    file, root, packages = home(next(iter((exercise.functions | exercise.classes).values())))
    parts = [fingerprint(closure([file], root, packages), root), *(subject.digest for subject in known)]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()


def encode(made: Catalogue) -> bytes:
    """JSON with a line for every misconception and every probe."""
    text = msgspec.json.encode(made).decode()
    for record in ('{"title"', '{"type"'):
        text = text.replace(record, f"\n{record}")
    return text.encode() + b"\n"
