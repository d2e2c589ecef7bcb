"""Shards of a class: what a machine grades by itself, with a nursery of its own, in a process session of its own.

A shard goes as bytes to `grade`, on whatever machine that runs; it starts `python -m grader.engine.shards`, which grades
as `grader run` does, and gives the outcomes back as bytes. Nothing is written there, and nobody forks inside a scheduler's worker.
Submissions, course and data sets must lie at the same paths on every machine.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from grader import course, errors
from grader.authoring.exercise import Check
from grader.course import Course
from grader.engine.local import Grader, Options, Outcome, TrailsOf, Verdicts
from grader.errors import GraderError, HarnessError
from grader.judge.trail import Trail
from grader.records import Record
from grader.submission import Source
from grader.worker.confinement import pdeathsig
from reference import data

LEAST, MOST = 20, 50  # submissions in a shard: what a start of its own is worth, and what a lost machine may cost
ROUNDS = 4  # shards a processor, so that none is idle while another has a long one left
SAID = 2000  # characters of what a shard's process says when it fails


class Shard(Record, frozen=True, kw_only=True):
    """Some submissions of a class, and how they are graded."""

    course: Path | None  # its file; None for built-in exercises
    checks: tuple[str, ...]
    options: Options
    sources: tuple[Source, ...]
    kept: frozenset[str] = frozenset()  # checks that stand as they are known
    known: dict[str, dict[str, Trail]] = {}  # of each submission, of each exercise


class Graded(Record, frozen=True, kw_only=True):
    """What came of one submission of a shard: verdicts, or an error by its class."""

    index: int
    verdicts: Verdicts | None = None
    error: str = ""
    message: str = ""

    @property
    def outcome(self) -> Outcome:
        if self.verdicts is not None:
            return self.verdicts
        kind: type[GraderError] = getattr(errors, self.error, HarnessError)
        return kind(self.message)


def cut(
    sources: Sequence[Source],
    by: Course,
    checks: Iterable[Check],
    options: Options,
    processors: int,
    kept: frozenset[str] = frozenset(),
    known: TrailsOf = lambda name: {},
) -> Iterator[Shard]:
    """A class in shards for so many processors; each carries what is known of its submissions."""
    size = min(MOST, max(LEAST, len(sources) // (ROUNDS * processors)))
    root = os.path.abspath(data.data_root(options.data.root))  # the same folder wherever it is read
    ids = tuple(check.id for check in checks)
    here = [replace(source, path=Path(os.path.abspath(source.path))) for source in sources]
    for i in range(0, len(here), size):
        part = tuple(here[i : i + size])
        yield Shard(
            course=by.file,
            checks=ids,
            options=replace(options, jobs=1, data=replace(options.data, root=root)),
            sources=part,
            kept=kept,
            known={source.name: dict(trails) for source in part if (trails := known(source.name))},
        )


def grade(shard: bytes) -> bytes:
    """Grade an encoded shard in a process session of its own. Raises HarnessError when that process fails."""
    process = subprocess.Popen(
        [sys.executable, "-m", "grader.engine.shards", str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        answer, said = process.communicate(shard)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    if process.returncode:
        words = said.decode("utf-8", "replace").strip()[-SAID:] or "nothing was said"
        raise HarnessError(f"the process of a shard ended with exit status {process.returncode}: {words}")
    return answer


def outcomes(
    shards: Sequence[Sequence[Source]], answers: Iterable[tuple[int, bytes | Exception]]
) -> Iterator[tuple[Source, Outcome]]:
    """Every submission of these shards with its outcome, as answers arrive: a number, and bytes or what went wrong."""
    for number, answer in answers:
        sources = shards[number]
        if isinstance(answer, Exception):
            told = str(answer).strip().splitlines() or [type(answer).__name__]
            yield from ((source, HarnessError(f"its machine was lost: {told[-1]}")) for source in sources)
        else:
            yield from ((sources[one.index], one.outcome) for one in decode(answer, tuple[Graded, ...]))


def encode(value: Any) -> bytes:
    """Records as MessagePack, paths as text."""
    return msgspec.msgpack.encode(value, enc_hook=_as_text)


def decode(data: bytes, kind: Any) -> Any:
    """What `encode` wrote. Raises msgspec.DecodeError."""
    return msgspec.msgpack.decode(data, type=kind, dec_hook=_from_text)


def _as_text(value: Any) -> str:
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} is not sent")


def _from_text(kind: Callable[[Any], Any], text: Any) -> Any:
    return kind(text)


def _graded(shard: Shard) -> tuple[Graded, ...]:
    by = course.load(shard.course) if shard.course else course.built_in("everything")
    numbers = {source.name: index for index, source in enumerate(shard.sources)}
    found = []
    checks = [by.checks[one] for one in shard.checks]

    def known(name: str) -> dict[str, Trail]:
        return shard.known.get(name, {})

    with Grader(checks, shard.options, sources=shard.sources, kept=shard.kept, known=known) as grading:
        for source, outcome in grading.grade_all(shard.sources):
            index = numbers[source.name]
            if isinstance(outcome, GraderError):
                found.append(Graded(index=index, error=type(outcome).__name__, message=str(outcome)))
            else:
                found.append(Graded(index=index, verdicts=outcome))
    return tuple(found)


def main() -> int:
    """Grade the shard on standard input; whoever asked for it is our parent, without whom this ends."""
    pdeathsig(int(sys.argv[1]))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what is printed is no answer
    try:
        graded = _graded(decode(sys.stdin.buffer.read(), Shard))
    except GraderError as problem:
        print(f"grader: {problem}", file=sys.stderr)
        return problem.exit_code
    with answers:
        answers.write(encode(graded))
    return 0


if __name__ == "__main__":
    sys.exit(main())
