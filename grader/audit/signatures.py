"""Make the catalogues that diagnosis compares with: how the right code and every misconception answer the probes."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path

import msgspec

from grader.audit.examiner import Examiner
from grader.audit.subjects import Subject, originals, planted
from grader.authoring.exercise import Exercise
from grader.authoring.sources import closure, fingerprint, home
from grader.course import Course
from grader.errors import AuthorError
from grader.judge import diagnosis
from grader.judge.bank import Rubric
from grader.judge.diagnosis import SAME, Catalogue, Misconception
from grader.judge.players import RecordedCall
from grader.judge.probes import CallProbe, NetworkProbe, Probe, Question, agree
from grader.report.files import write_whole

CANDIDATES, PER_CHECK = 48, 6  # calls of one check's bank that are tried, and those of them that are always kept
LEAST_SHOWN = 4  # probes that show a misconception, if there are so many
NETWORKS = {  # class -> constructor arguments and input shapes that tell right networks from wrong ones
    "LeNet5": (((), (1, 1, 28, 28)), ((), (6, 1, 28, 28))),
    "MnistCNN": (((), (1, 1, 28, 28)), ((), (6, 1, 28, 28))),
    "ResidualBlock": (
        ((4, 4), (2, 4, 6, 6)),
        ((4, 4), (3, 4, 5, 7)),
        ((3, 6), (2, 3, 6, 5)),
        ((6, 3), (1, 6, 5, 6)),
        ((4, 4, 2), (2, 4, 8, 8)),
        ((4, 4, 3), (2, 4, 7, 8)),
        ((3, 6, 2), (2, 3, 7, 5)),
    ),
}


def refresh(examiner: Examiner, exercise: Exercise, subjects: Sequence[Subject]) -> Path | None:
    """Write the exercise's catalogue anew if what it was made from has changed; the file, or None.

    The first of `subjects` is the wrapped reference.
    """
    known = misconceptions(subjects)
    if not stale(exercise, known):
        return None
    made = catalogue(examiner, exercise, subjects[0], known)
    diagnosis.read.cache_clear()
    diagnosis.questions.cache_clear()
    return write_whole(diagnosis.path(exercise), encode(made))


def learn(course: Course, names: Iterable[str]) -> list[Path]:
    """Make the catalogues of these exercises where planted misconceptions have changed since; the files.

    Seconds, and only then: what is unchanged costs no more than reading it. Raises AuthorError, and OSError where the
    course cannot be written to.
    """
    exercises = {name: course.exercises[name] for name in names}
    wrong = {name: planted(exercise, course.planted) for name, exercise in exercises.items()}
    due = {name: exercise for name, exercise in exercises.items() if stale(exercise, misconceptions(wrong[name]))}
    if not due:
        return []
    with (
        tempfile.TemporaryDirectory(prefix="grader-learn-") as scratch,
        Examiner(due, course.limits, jobs=1) as examiner,
    ):
        right = {name: originals(exercise, Path(scratch, name), None) for name, exercise in due.items()}
        made = [refresh(examiner, exercise, [*right[name], *wrong[name]]) for name, exercise in due.items()]
    return [file for file in made if file]


def misconceptions(subjects: Iterable[Subject]) -> list[Subject]:
    """Those that students are told about."""
    return [subject for subject in subjects if subject.expectation and subject.expectation.misconception]


def stale(exercise: Exercise, known: Sequence[Subject]) -> bool:
    """Whether the catalogue is missing, or made from something else."""
    stored = diagnosis.load(exercise)
    return (stored.digest if stored else "") != (digest(exercise, known) if known else "")


def catalogue(examiner: Examiner, exercise: Exercise, right: Subject, known: Sequence[Subject]) -> Catalogue:
    """Run the reference and every misconception on the probes. Raises AuthorError for one that ends its worker."""
    asked, always = candidates(exercise, examiner.rubric)
    if not asked:
        told = (
            "no check draws calls by which a misconception could be recognised: let a check name it, with mistake=..."
        )
        raise AuthorError(f"{exercise.name}: {told}, and write named in expect.toml in place of misconception = true")
    answers = {subject.name: given for subject, given in examiner.behave([right, *known], asked)}
    for name, given in answers.items():
        if not given:
            raise AuthorError(f"{exercise.name}: {name} ends its worker, so it cannot be a misconception to recognise")
    expected = answers[right.name]
    wrong = {
        subject.name: [SAME if agree(*pair) else pair[0] for pair in zip(answers[subject.name], expected, strict=True)]
        for subject in known
    }
    kept = telling(list(wrong.values()), always)
    return Catalogue(
        exercise=exercise.name,
        digest=digest(exercise, known),
        right=" ".join(expected[i] for i in kept),
        misconceptions=tuple(
            Misconception(
                title=expectation.title,
                explanation=expectation.explanation,
                answers=" ".join(wrong[subject.name][i] for i in kept),
            )
            for subject in known
            if (expectation := subject.expectation)
        ),
        probes=tuple(_probe(asked[i], exercise) for i in kept),
    )


def candidates(exercise: Exercise, rubric: Rubric) -> tuple[list[Question], set[int]]:
    """Calls from all over every check's bank, and all that no bank holds; which of them are always kept."""
    chosen: list[Question] = []
    always: set[int] = set()
    for bank in rubric.draw(exercise).values():
        calls = [call for call in bank.calls if call.function not in exercise.by_chance]
        tried = calls[:: max(1, len(calls) // CANDIDATES)]
        new = [call for call in tried if not any(isinstance(c, RecordedCall) and call.same_as(c) for c in chosen)]
        always |= {len(chosen) + i for i in range(0, len(new), max(1, len(new) // PER_CHECK))}
        chosen += new
    more = unbanked(exercise)
    return [*chosen, *more], always | {len(chosen) + i for i in range(len(more))}


def telling(wrong: Sequence[Sequence[str]], always: Iterable[int]) -> list[int]:
    """The probes to keep: `always`, some that show each misconception, one that tells each two apart."""
    kept = set(always)
    for answers in wrong:
        shown = [i for i, answer in enumerate(answers) if answer != SAME]
        missing = max(0, LEAST_SHOWN - len(kept.intersection(shown)))
        kept.update([i for i in shown if i not in kept][:missing])
    for one, other in combinations(wrong, 2):
        if all(one[i] == other[i] for i in kept):
            kept.update([i for i in range(len(one)) if one[i] != other[i]][:1])
    return sorted(kept)


def unbanked(exercise: Exercise) -> list[Question]:
    """What no bank holds: calls without arguments, and networks."""
    silent = [name for name in exercise.functions if not exercise.signature(name)]
    calls = [RecordedCall(name, (), {}) for name in silent]
    built = [
        (name, *plan) for name in exercise.classes for plan in exercise.batches.get(name) or NETWORKS.get(name, ())
    ]
    return [*calls, *(NetworkProbe(name=name, args=args, shape=shape) for name, args, shape in built)]


def _probe(asked: Question, exercise: Exercise) -> Probe:
    return CallProbe.of(asked, exercise) if isinstance(asked, RecordedCall) else asked


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
