"""`grader run`: find submissions, have them graded, say what came of it."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.commands import FAILED, HARNESS, PASSED, course_of, marking_of, print_no_more, require_writable
from grader.errors import UsageError
from grader.grading import glance
from grader.grading.options import RunOptions
from grader.machine import require_linux
from grader.written import GRADEBOOK, OF_SUBMISSION

if TYPE_CHECKING:
    from grader.authoring.exercise import Check
    from grader.classes import Found
    from grader.course import Course
    from grader.engine.local import Grader, Options, TrailsOf
    from grader.engine.machines import Machines
    from grader.engine.workplace import Workplace
    from grader.gradebook import Gradebook
    from grader.grading.way import Engine
    from grader.records import Standing
    from grader.submission import Source


def run(asked: RunOptions) -> int:
    require_linux()
    _require_engine(asked)
    for path in asked.paths:
        _require_there(path)

    device = _device(asked.device, asked.isolation)
    with contextlib.ExitStack() as ends:
        place = _workplace(asked, device, ends)
        if asked.engine == "local" and (asked.fresh or _is_news(asked)):
            place()  # while it starts, the rest is imported
        return _run(asked, device, place)


def _is_news(asked: RunOptions) -> bool:
    """Whether something seems to have changed since the last run into --out, at a glance: no verdict depends on it."""
    try:
        last = os.stat(asked.out / GRADEBOOK).st_mtime
        entries = [entry for path in asked.paths for entry in ([path] if path.is_file() else path.iterdir())]
        return any(os.stat(entry).st_mtime > last for entry in entries)
    except OSError:
        return True


def _workplace(asked: RunOptions, device: str, ends: contextlib.ExitStack) -> Callable[[], Workplace]:
    """A function that starts the workplace when it is first called."""

    @cache
    def place() -> Workplace:
        from grader.engine.workplace import Workplace

        return ends.enter_context(Workplace(asked.isolation, _jobs(asked), device == "cuda"))

    return place


def _jobs(asked: RunOptions) -> int:
    from grader.engine.workplace import default_jobs

    return asked.jobs or default_jobs()


def _require_there(path: Path) -> None:
    """Raises UsageError."""
    with contextlib.suppress(PermissionError):
        if not path.exists():
            raise UsageError(f"{path}: there is no such file or folder")


def _require_engine(asked: RunOptions) -> None:
    """Raises UsageError for settings of an engine that is not asked for."""
    for option, given, engine in (("--address", asked.address, "ray"), ("--slurm", asked.slurm, "slurm")):
        if given and asked.engine != engine:
            raise UsageError(f"{option} is for --engine {engine}: add that, or leave {option} out")


def _run(asked: RunOptions, device: str, place: Callable[[], Workplace]) -> int:
    from grader.gradebook import Gradebook

    ordinary = asked.marks is None and not asked.fresh and not asked.resume and device == "cpu"
    apart = not any(_lies_in(asked.out, path) for path in asked.paths)
    seen = glance.glance(asked) if ordinary and apart else ""
    if seen and (found := _unchanged(asked, Gradebook(asked.out), seen)) is not None:
        return found
    course = course_of(asked)
    with _gradebook_folder(asked, course) as folder:
        return _grade(asked, course, Gradebook(folder), device, place, seen)


def _unchanged(asked: RunOptions, book: Gradebook, seen: str) -> int | None:
    """Tell what the last run has found, where nothing has changed since; None where something may have."""
    if not book.exists or book.glanced() != seen:
        return None
    from datetime import UTC, datetime

    from msgspec import structs

    with book.alone():
        if book.glanced() != seen:  # another run has ended while we waited
            return None
        last = book.runs()[-1]
        names = book.names(last.id)
        files = [asked.out / "index.html", *(asked.out / name / file for name in names for file in OF_SUBMISSION)]
        if last.state != "done" or len(names) < 2 or book.unwritten() or not all(map(os.path.isfile, files)):
            return None
        now = datetime.now(UTC).isoformat(timespec="seconds")
        book.repeat(structs.replace(last, started=now, ended=now, note=asked.note))
    standings = list(book.standings(names))
    left = [f"Not a submission, so left alone: {', '.join(last.left_alone)}"] if last.left_alone else []
    _tell(asked, book, standings, [*left, *_reused(len(names), len(names), 0)])
    return max([PASSED, *map(_exit_code, standings)])


def _grade(
    asked: RunOptions, course: Course, book: Gradebook, device: str, place: Callable[[], Workplace], seen: str
) -> int:
    from grader.classes import find
    from grader.grading.way import ClassRun, grade_class, known_places
    from grader.report.progress import Progress

    book.require(course.name)
    known = known_places(book)
    found = find(asked.paths, course.files, {place: name for name, place in known.items()})
    checks = course.select(_chosen(asked, course, found.only), asked.check, asked.public)
    _require_data(asked.data)
    require_writable(asked.out)
    places = known | {source.name: source.place for source in found.sources}
    marking = marking_of(asked, course, places, places, strict=False)
    _learn(course, checks)
    of_class = ClassRun(
        asked=asked,
        course=course,
        checks=checks,
        found=found,
        book=book,
        options=_options(asked, course, device),
        marking=marking,
    )
    graded = grade_class(of_class, _engine(asked, course, place), partial(Progress, quiet=asked.quiet))
    standings = list(book.standings(graded.names))
    unsettled = graded.problems or graded.told or graded.without_index or any(one.count("errored") for one in standings)
    if not (unsettled or marking or found.only or course.own):
        book.note_glance(seen)
    report = next(book.reports(graded.names)) if len(standings) == 1 else None
    notes = [*graded.told, *(report.notes if report else ())]
    notes += [told] if marking and (told := marking.misnamed(places)) else []
    _tell(
        asked,
        book,
        standings,
        [*_asides(found, notes), *_reused(graded.reused, len(graded.names), sum(graded.asked.values()))],
        [(one.name, one.why) for one in graded.problems],
        source=found.sources[0].path if len(found.sources) == 1 else None,
        report=report,
        marks=marking.given(book.reports(graded.names)) if marking else None,
    )
    if graded.without_index is not None:
        raise graded.without_index
    return max([PASSED, *graded.codes, *map(_exit_code, standings)])


@contextlib.contextmanager
def _gradebook_folder(asked: RunOptions, course: Course) -> Iterator[Path]:
    """The folder of the gradebook: --out, but for one that lies in a submission. What is there is its owner's word, so such a
    run stands for itself, and only its pages are written there. Raises UsageError for links in that place.
    """
    import tempfile

    from grader.classes import find

    out = asked.out
    sources = find(asked.paths, course.files).sources if any(_lies_in(out, path) for path in asked.paths) else []
    around = next((source for source in sources if _lies_in(out, source.entry)), None)
    if around is None:
        yield out
        return
    linked = out.is_symlink() or any(path.is_symlink() for path in out.glob("*"))
    if linked or not out.resolve().is_relative_to(_folder(around.entry).resolve()):
        told = f"--out {out}: there are links in the submission {around.name}, which may have been handed in with it"
        raise UsageError(f"{told}; delete this folder, or name one elsewhere with --out")
    with tempfile.TemporaryDirectory(prefix="grader-") as folder:
        yield Path(folder)


def _folder(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def _lies_in(path: Path, place: Path) -> bool:
    """Whether it is in a folder, or in that of a file, by its name or in truth."""
    folder = _folder(place)
    by_name = Path(os.path.abspath(path)).is_relative_to(os.path.abspath(folder))
    return by_name or path.resolve().is_relative_to(folder.resolve())


def _engine(asked: RunOptions, course: Course, place: Callable[[], Workplace]) -> Engine:
    """What makes an engine for some checks and submissions; a course's own checks are tried on the right answers before."""
    untried = set(course.own)

    def engine(
        checks: Sequence[Check], options: Options, sources: Sequence[Source], kept: frozenset[str], known: TrailsOf
    ) -> Grader | Machines:
        from grader.engine.local import Grader

        is_local = asked.engine == "local"
        local = Grader(checks, options, place(), sources, kept, known) if is_local or untried else None
        if local is not None and untried:
            from grader.engine.trial import try_on_reference

            try_on_reference(local, untried)
            untried.difference_update(check.exercise.name for check in checks)
        if local is not None and is_local:
            return local
        from grader.engine import machines

        scheduler: machines.Ray | machines.Slurm
        if asked.engine == "ray":
            scheduler = machines.Ray(asked.address, options.device == "cuda")
        else:
            scheduler = machines.Slurm(asked.out / "slurm", dict(asked.slurm))
        return machines.Machines(checks, options, course, scheduler, kept, known)

    return engine


def _tell(
    asked: RunOptions,
    book: Gradebook,
    standings: Sequence[Standing],
    asides: Iterable[str],
    problems: Sequence[tuple[str, str]] = (),
    **of_one: Any,
) -> None:
    """Print how these submissions stand, and why others could not be graded; `of_one`: see `print_summary`."""
    from grader.report import run_json, terminal

    try:
        if asked.json:
            run_json.print_run(book.reports([one.submission for one in standings]), problems, sys.stdout)
            return
        terminal.print_summary(standings, problems, asked.out, quiet=asked.quiet, **of_one)
        if not asked.quiet:
            terminal.print_lines(asides)
    except BrokenPipeError:  # `| head`: everything is graded, and the reports are written
        print_no_more()


def _reused(reused: int, graded: int, count: int) -> Iterator[str]:
    """What was not asked, as it was known."""
    if reused:
        yield (
            f"Known from an earlier run, so not run again: {reused} of {graded} submissions "
            f"({count} results were found anew); --fresh asks everything"
        )


def _learn(course: Course, checks: Sequence[Check]) -> None:
    """An author's misconceptions are recognised from the first run on, and from the next one after each change."""
    names = dict.fromkeys(check.exercise.name for check in checks if check.exercise.name in course.own)
    if not names:
        return
    from grader.audit.signatures import learn

    try:
        for file in learn(course, names):
            print(f"grader: planted misconceptions were learnt anew: {file}", file=sys.stderr)
    except OSError as problem:
        told = f"{problem.filename or course.folder}: cannot be written: {problem.strerror}"
        print(f"grader: changed misconceptions are not recognised yet: {told}", file=sys.stderr)


def _chosen(asked: RunOptions, course: Course, files: Collection[str]) -> Sequence[str]:
    """The exercises to run: those named, or those whose `files` are. Raises UsageError."""
    given = [*asked.exercise, *course.taught_in(asked.lesson)]
    named = [name for name, exercise in course.exercises.items() if exercise.file in files]
    if named and given and set(named) != set(given):
        raise UsageError(
            f"{asked.paths[0]} is exercise {', '.join(named)}: leave --exercise and --lesson out, or name the folder"
        )
    return named or given


def _asides(found: Found, notes: Iterable[str]) -> Iterator[str]:
    """What the summary does not say."""
    if found.only:
        files = ", ".join(sorted(found.only))
        yield f"Graded only {files}, which was named; name the folder to grade everything in it"
    if found.left_alone:
        yield f"Not a submission, so left alone: {', '.join(found.left_alone)}"
    yield from (f"Note: {note}" for note in notes)


def _require_data(folder: str | None) -> None:
    """Raises UsageError where --data names none with data sets. What is wrong with one, grading will tell."""
    if folder is None:
        return
    wanted = [os.path.join(folder, name) for name in glance.DATA]
    if not os.path.isdir(folder):
        raise UsageError(f"--data {folder}: there is no such folder")
    if not any(map(os.path.isdir, wanted)):
        raise UsageError(f"--data {folder}: no data set lies there; there should be {' or '.join(wanted)}")


def _options(asked: RunOptions, course: Course, device: str) -> Options:
    from grader.engine.local import Options
    from grader.judge.session import Data

    return Options(
        jobs=_jobs(asked),
        limits=course.limits,
        isolation=asked.isolation,
        device=device,
        data=Data(root=asked.data, train=not asked.no_train),
    )


def _device(wanted: str, isolation: str) -> str:
    """cpu or cuda. Asks in a process of its own: a judge that has touched CUDA could not fork.

    Confined code gets a GPU only where it is asked for, and from strict isolation, which can say to which devices it
    speaks; the first worker tries the card then.
    """
    if wanted == "cpu" or (wanted == "auto" and isolation != "none"):
        return "cpu"
    if isolation == "basic":
        raise UsageError(
            "--device cuda: basic isolation grants no GPU; use --device cpu, or --isolation strict or none"
        )
    if isolation == "strict":
        from grader.worker.confinement import gpu

        if not gpu.devices():
            raise UsageError(
                "--device cuda: there is no NVIDIA card here (/dev/nvidia0 and its like); use --device cpu"
            )
        return "cuda"
    import subprocess

    if not Path("/dev/nvidiactl").exists() and wanted == "auto":
        return "cpu"
    probe = "import sys, torch; sys.exit(not torch.cuda.is_available())"
    if subprocess.run([sys.executable, "-c", probe], check=False, capture_output=True).returncode == 0:
        return "cuda"
    if wanted == "cuda":
        raise UsageError("--device cuda: torch finds no CUDA device here")
    return "cpu"


def _exit_code(one: Standing) -> int:
    if one.count("errored"):
        return HARNESS
    return FAILED if one.count("failed") or one.owing else PASSED
