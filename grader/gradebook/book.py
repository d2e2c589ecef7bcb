"""A gradebook: runs, what each has found about whom, and which of it counts."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from grader.errors import UsageError
from grader.gradebook import schema
from grader.records import Record, Standing, SubmissionReport, from_json
from grader.written import GRADEBOOK

PATIENCE = 5.0  # seconds that the processes of a run which was killed may take to end
PAUSE = 0.1  # seconds between two looks whether they have
_JSON = ("options", "versions", "left_alone")  # columns of a run


class Run(Record, frozen=True, kw_only=True):
    """One `grader run`."""

    id: int = 0
    started: str  # ISO 8601, UTC
    ended: str = ""
    state: str = "open"  # open, done, reverted
    seed: int  # of what had to be asked anew
    note: str = ""
    course: str  # its name
    options: dict[str, Any]  # by which it was asked for
    versions: dict[str, str]
    left_alone: tuple[str, ...] = ()


class Entry(Record, frozen=True, kw_only=True):
    """A submission in a run."""

    name: str
    place: str  # where it lies
    snapshot: str = ""  # digest over its files, and over what was left out of them


class Problem(Record, frozen=True, kw_only=True):
    """A submission that could not be graded."""

    name: str
    place: str
    why: str


class Result(Record, frozen=True, kw_only=True):
    """One check of a stored report, without its finding's data."""

    name: str
    outcome: str
    points: float
    earned: float
    counted: bool
    seconds: float
    silent: bool  # its exercise has printed nothing
    public: bool
    later: bool = False  # hidden until the deadline
    hint: str  # that the check had then
    told: str  # its finding, in a sentence
    fingerprint: str = ""  # of all that it depends on; empty where it was kept from a run that asked otherwise
    run: int = 0  # that has asked it; 0: the one that is on
    why: str = ""  # it was asked then


class Candidate(Record, frozen=True, kw_only=True):
    """A stored report that may be used again."""

    id: int
    snapshot: str
    seed: int
    settled: str


class Gradebook:
    """The gradebook of a folder of reports. No method but `create` makes the file."""

    def __init__(self, out: Path) -> None:
        """Raises UsageError for a file that is damaged, newer, or no gradebook."""
        self.folder, self.file = out, out / GRADEBOOK
        schema.check(self.file)
        self._run = 0
        self._fingerprints: dict[str, int] = {}

    @property
    def exists(self) -> bool:
        return schema.is_made(self.file)

    def create(self, course: str) -> bool:
        """Make it ready to be written, for the course of that name; whether it is new. Raises UsageError for another course's."""
        self.require(course)
        new = not self.exists
        schema.prepare(self.file)
        with self._writing() as database:
            database.execute("INSERT OR IGNORE INTO meta VALUES ('course', ?)", (course,))
        return new

    def require(self, course: str) -> None:
        """Raises UsageError for a gradebook of another course."""
        if not self.exists:
            return
        with self._reading() as database:
            row = database.execute("SELECT value FROM meta WHERE key = 'course'").fetchone()
        if row is not None and row[0] != course:
            told = f"{self.file} is the gradebook of the course {row[0]!r}, not of {course!r}"
            raise UsageError(f"{told}; name another folder with --out; nothing was changed")

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else writes here meanwhile. Raises UsageError where somebody does."""
        folder = os.open(self.file.parent, os.O_RDONLY)
        try:
            deadline = time.monotonic() + PATIENCE
            while True:
                try:
                    fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        told = f"{self.file.parent}: another grader run writes there"
                        raise UsageError(
                            f"{told}; wait until it has ended, or name another folder with --out"
                        ) from None
                    time.sleep(PAUSE)
                except OSError:  # a file system without such locks
                    break
            yield
        finally:
            os.close(folder)

    # Runs

    def runs(self) -> list[Run]:
        """The oldest first."""
        with self._reading() as database:
            return list(map(_run, database.execute(f"SELECT {', '.join(Run.__struct_fields__)} FROM runs ORDER BY id")))

    def run(self, number: int) -> Run:
        """Raises UsageError for one that there is not."""
        found = {run.id: run for run in self.runs()}
        if number not in found:
            last = f"the last is {max(found)}" if found else "there is none yet"
            raise UsageError(f"there is no run {number} in {self.file}: {last}")
        return found[number]

    def begin(self, run: Run, entries: Iterable[Entry]) -> int:
        """Open a run over these submissions; its number."""
        with self._writing() as database:
            self._run = _insert_run(database, run)
            self._add(database, entries)
        return self._run

    def repeat(self, run: Run) -> None:
        """Add a run, done, that has found what the last one did."""
        with self._writing() as database:
            last = database.execute("SELECT max(id) FROM runs").fetchone()[0]
            self._run = _insert_run(database, run)
            database.execute(
                "INSERT INTO submissions SELECT ?, name, place, snapshot, report, why, 1, seconds FROM submissions WHERE run = ?",
                (self._run, last),
            )
            database.execute(
                "UPDATE meta SET value = ? || substr(value, instr(value, ' ')) WHERE key = 'glance'", (self._run,)
            )

    def note_glance(self, mark: str) -> None:
        """What a glance has seen before this run, which found nothing to complain about; empty for nothing."""
        with self._writing() as database:
            database.execute("INSERT OR REPLACE INTO meta VALUES ('glance', ?)", (f"{self._run} {mark}",))

    def glanced(self) -> str:
        """What was seen before the last run."""
        with self._reading() as database:
            row = database.execute("SELECT value FROM meta WHERE key = 'glance'").fetchone()
            last = database.execute("SELECT max(id) FROM runs WHERE state = 'done'").fetchone()
        run, _, mark = (row[0] if row else "").partition(" ")
        return mark if run == str(last[0]) else ""

    def names(self, run: int) -> list[str]:
        """The submissions of a run that were graded."""
        with self._reading() as database:
            rows = database.execute(
                "SELECT name FROM submissions WHERE run = ? AND report IS NOT NULL ORDER BY name", (run,)
            )
            return [name for (name,) in rows]

    def resume(self, run: Run, entries: Iterable[Entry]) -> dict[str, str]:
        """Go on with an unfinished run; the snapshots of the submissions that it knew, by name."""
        self._run = run.id
        with self._writing() as database:
            known = dict(database.execute("SELECT name, snapshot FROM submissions WHERE run = ?", (run.id,)))
            # without a snapshot until it is graded: what has changed once is younger than the run whenever that goes on
            younger = (one for one in entries if known.get(one.name) != one.snapshot)
            self._add(database, (msgspec.structs.replace(one, snapshot="") for one in younger))
        return known

    def _add(self, database: sqlite3.Connection, entries: Iterable[Entry]) -> None:
        database.executemany(
            "INSERT INTO submissions (run, name, place, snapshot) VALUES (?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET place = excluded.place, snapshot = excluded.snapshot, report = NULL, why = ''",
            ((self._run, one.name, one.place, one.snapshot) for one in entries),
        )

    def finish(self, ended: str) -> None:
        with self._writing() as database:
            database.execute("UPDATE runs SET state = 'done', ended = ? WHERE id = ?", (ended, self._run))

    def revert(self, number: int) -> None:
        """The marks of a run count no more."""
        with self._writing() as database:
            database.execute("UPDATE runs SET state = 'reverted' WHERE id = ?", (number,))

    def restore(self, number: int) -> None:
        """They do again; a run that had not ended can be gone on with again."""
        with self._writing() as database:
            database.execute("UPDATE runs SET state = iif(ended = '', 'open', 'done') WHERE id = ?", (number,))

    def standing_on(self, number: int) -> list[int]:
        """Later runs, not reverted, that have used what a run has found or made, for whatever it was."""
        with self._reading() as database:
            rows = database.execute(
                "WITH its AS (SELECT report FROM results WHERE run = :run UNION SELECT report FROM submissions "
                "WHERE report IS NOT NULL GROUP BY report HAVING min(run) = :run) "
                "SELECT DISTINCT run FROM submissions JOIN runs ON runs.id = run "
                "WHERE run > :run AND state <> 'reverted' AND report IN (SELECT report FROM its) ORDER BY run",
                {"run": number},
            )
            return [run for (run,) in rows]

    # What a run finds

    def put(
        self,
        entry: Entry,
        report: SubmissionReport,
        standing: Standing,
        results: Sequence[Result],
        settled: str,
        reused: bool = False,
        trails: Mapping[str, bytes] = {},
        base: int | None = None,
    ) -> int:
        """A report and its results, in one transaction; its number. `settled`: see `Candidate`.

        `trails`: what the engine wants to know of an exercise the next time, empty for nothing. Of exercises
        that are not named there those of the report `base` stay.
        """
        data = zlib.compress(msgspec.json.encode(report), 1)
        with self._writing() as database:
            cursor = database.execute(
                "INSERT INTO reports (submission, snapshot, seed, settled, standing, data) VALUES (?, ?, ?, ?, ?, ?)",
                (entry.name, entry.snapshot, report.seed, settled, msgspec.json.encode(standing), data),
            )
            number = int(cursor.lastrowid or 0)
            database.executemany(
                "INSERT INTO checks VALUES (?, ?) ON CONFLICT DO UPDATE SET title = excluded.title WHERE title <> excluded.title",
                ((check.id, check.title) for check in report.checks),
            )
            database.executemany(
                _insertion("results", ("report", *Result.__struct_fields__)),
                (
                    msgspec.structs.asdict(one)
                    | {
                        "report": number,
                        "fingerprint": self._fingerprints.get(one.fingerprint),
                        "run": one.run or self._run,
                    }
                    for one in results
                ),
            )
            database.execute(
                "INSERT INTO trails SELECT ?, exercise, data FROM trails WHERE report = ? "
                "AND exercise NOT IN (SELECT value FROM json_each(?))",
                (number, base, _text(list(trails))),
            )
            database.executemany(
                "INSERT INTO trails VALUES (?, ?, ?)",
                ((number, name, zlib.compress(data, 1)) for name, data in trails.items() if data),
            )
            self._stand(database, entry, number, "", reused, report.seconds)
        return number

    def reuse(self, found: Iterable[tuple[Entry, int]]) -> None:
        """Submissions whose stored reports stand; what this run has found before it was interrupted is left as it is."""
        with self._writing() as database:
            database.executemany(
                "UPDATE submissions SET report = :report, reused = 1 "
                "WHERE run = :run AND name = :name AND report IS NOT :report",
                ({"report": number, "run": self._run, "name": entry.name} for entry, number in found),
            )

    def refuse(self, problem: Problem) -> None:
        with self._writing() as database:
            entry = Entry(name=problem.name, place=problem.place)
            self._stand(database, entry, None, problem.why, False, 0.0)

    def _stand(
        self, database: sqlite3.Connection, entry: Entry, report: int | None, why: str, reused: bool, seconds: float
    ) -> None:
        database.execute(
            "INSERT OR REPLACE INTO submissions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (self._run, entry.name, entry.place, entry.snapshot, report, why, reused, seconds),
        )

    def put_fingerprints(self, fingerprints: Mapping[str, Mapping[str, str]]) -> None:
        """Fingerprints that results will name, each with its parts."""
        with self._writing() as database:
            for digest, parts in fingerprints.items():
                database.execute(
                    "INSERT OR IGNORE INTO fingerprints (digest, parts) VALUES (?, ?)", (digest, _packed(parts))
                )
            self._fingerprints = dict(database.execute("SELECT digest, id FROM fingerprints"))

    def parts(self, digest: str) -> dict[str, str]:
        """Of a fingerprint; empty where it is not known."""
        with self._reading() as database:
            row = database.execute("SELECT parts FROM fingerprints WHERE digest = ?", (digest,)).fetchone()
        return _unpacked(row[0], dict[str, str]) if row else {}

    def known_fingerprints(self, state: str) -> dict[str, str] | None:
        """The fingerprint of each check of a course, by the digest `state` over its every byte."""
        with self._reading() as database:
            row = database.execute("SELECT fingerprints FROM courses WHERE key = ?", (state,)).fetchone()
        return _unpacked(row[0], dict[str, str]) if row else None

    def keep_fingerprints(self, state: str, fingerprints: Mapping[str, str]) -> None:
        """For `known_fingerprints`."""
        with self._writing() as database:
            database.execute("INSERT OR REPLACE INTO courses VALUES (?, ?)", (state, _packed(fingerprints)))

    # What is known

    @contextlib.contextmanager
    def candidates(self) -> Iterator[Callable[[str], list[Candidate]]]:
        """A function that gives the reports of a submission: the one that counts, then the newest first."""
        with self._reading() as database:

            def of(name: str) -> list[Candidate]:
                rows = database.execute(
                    "SELECT id, snapshot, seed, settled FROM reports WHERE submission = :name "
                    "ORDER BY id IS NOT (SELECT report FROM current WHERE name = :name), id DESC",
                    {"name": name},
                )
                return [Candidate(id=row[0], snapshot=row[1], seed=row[2], settled=row[3]) for row in rows]

            yield of

    def results(self, report: int) -> dict[str, Result]:
        """Of a stored report, by the check's name."""
        columns = ", ".join(Result.__struct_fields__).replace("fingerprint", "coalesce(fingerprints.digest, '')")
        with self._reading() as database:
            rows = database.execute(
                f"SELECT {columns} FROM results LEFT JOIN fingerprints ON fingerprints.id = fingerprint WHERE report = ?",
                (report,),
            )
            found = (dict(zip(Result.__struct_fields__, row, strict=True)) for row in rows)
            return {one["name"]: msgspec.convert(one, Result, strict=False) for one in found}  # SQLite has no bool

    def trails(self, report: int) -> dict[str, bytes]:
        """What the engine wanted to be kept of each exercise."""
        with self._reading() as database:
            rows = database.execute("SELECT exercise, data FROM trails WHERE report = ?", (report,))
            return {name: zlib.decompress(data) for name, data in rows}

    def report(self, number: int) -> SubmissionReport:
        with self._reading() as database:
            [data] = database.execute("SELECT data FROM reports WHERE id = ?", (number,)).fetchone()
        return from_json(zlib.decompress(data))

    def standing(self, number: int) -> Standing:
        """What a list of many shows of a stored report."""
        with self._reading() as database:
            [data] = database.execute("SELECT standing FROM reports WHERE id = ?", (number,)).fetchone()
        return msgspec.json.decode(data, type=Standing)

    def places(self) -> dict[str, str]:
        """Where each submission with a report lies, by name."""
        with self._reading() as database:
            return dict(database.execute("SELECT name, place FROM current"))

    def current(self, name: str) -> int | None:
        """The number of the report that counts."""
        with self._reading() as database:
            row = database.execute("SELECT report FROM current WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def counting(self, until: int | None = None) -> dict[str, int]:
        """The number of the report that counts for each submission, or that counted after the run `until`, by name."""
        with self._reading() as database:
            if until is None:
                return dict(database.execute("SELECT name, report FROM current"))
            rows = database.execute(
                "SELECT name, report, max(run) FROM submissions WHERE report IS NOT NULL AND run <= ? AND (run = ? OR "
                "run NOT IN (SELECT id FROM runs WHERE state = 'reverted')) GROUP BY name",
                (until, until),
            )
            return {name: report for name, report, _ in rows}

    def standings(self, names: Iterable[str] | None = None) -> Iterator[Standing]:
        """How each submission stands, or each of `names`, by name; one at a time."""
        return (msgspec.json.decode(data, type=Standing) for data in self._current("standing", names))

    def reports(self, names: Iterable[str] | None = None) -> Iterator[SubmissionReport]:
        """The reports that count, or those of `names`, by name; one at a time."""
        return (from_json(zlib.decompress(data)) for data in self._current("data", names))

    def _current(self, column: str, names: Iterable[str] | None) -> Iterator[bytes]:
        wanted = None if names is None else set(names)
        with self._reading() as database:
            rows = database.execute(
                f"SELECT name, {column} FROM current JOIN reports ON reports.id = current.report ORDER BY name"
            )
            for name, data in rows:
                if wanted is None or name in wanted:
                    yield data

    def hardness(self, reports: Sequence[int] | None = None) -> list[tuple[str, str, int, int]]:
        """Over the reports that count, or over these: of each check that somebody failed its name, its title, how many
        failed it, and for how many it ran.
        """
        among = "SELECT report FROM current" if reports is None else "SELECT value FROM json_each(?)"
        with self._reading() as database:
            return database.execute(
                "SELECT results.name, title, sum(outcome = 'failed') AS failed, count(*) FROM results "
                f"JOIN checks ON checks.name = results.name WHERE report IN ({among}) AND outcome IN ('passed', 'failed') "
                "GROUP BY results.name HAVING failed > 0",
                () if reports is None else (_text(list(reports)),),
            ).fetchall()

    def problems(self) -> list[Problem]:
        """Entries that the last run to name them could not grade, of those runs that count."""
        with self._reading() as database:
            rows = database.execute(
                "SELECT name, place, why, max(run) FROM submissions JOIN runs ON runs.id = run WHERE state <> 'reverted' "
                "GROUP BY place HAVING why <> '' ORDER BY max(run), name"
            )
            return [Problem(name=name, place=place, why=why) for name, place, why, _ in rows]

    def history(self, name: str) -> list[tuple[Run, Standing | None, str, bool]]:
        """Of a submission: each run that named it, how it stood then or why it was not graded, whether that was reused."""
        columns = ", ".join(f"runs.{column}" for column in Run.__struct_fields__)
        with self._reading() as database:
            rows = database.execute(
                f"SELECT standing, submissions.why, reused, {columns} FROM submissions JOIN runs ON runs.id = submissions.run "
                "LEFT JOIN reports ON reports.id = submissions.report WHERE name = ? ORDER BY run",
                (name,),
            )
            return [
                (_run(row[3:]), row[0] and msgspec.json.decode(row[0], type=Standing), row[1], bool(row[2]))
                for row in rows
            ]

    # What was written out

    def mark_written(self, name: str, report: int) -> None:
        with self._writing() as database:
            database.execute("INSERT OR REPLACE INTO written VALUES (?, ?)", (name, report))

    def unwritten(self) -> list[str]:
        """Submissions whose files show another report than the one that counts."""
        with self._reading() as database:
            rows = database.execute(
                "SELECT current.name FROM current LEFT JOIN written ON written.name = current.name "
                "WHERE written.report IS NOT current.report"
            )
            return [name for (name,) in rows]

    def _reading(self) -> contextlib.AbstractContextManager[sqlite3.Connection]:
        return schema.connected(self.file, write=False)

    def _writing(self) -> contextlib.AbstractContextManager[sqlite3.Connection]:
        return schema.connected(self.file, write=True)


def _run(row: Sequence[Any]) -> Run:
    found = dict(zip(Run.__struct_fields__, row, strict=True))
    return msgspec.convert(found | {name: msgspec.json.decode(found[name]) for name in _JSON}, Run)


def _insert_run(database: sqlite3.Connection, run: Run) -> int:
    """Its number, whatever `run` says of that."""
    row = msgspec.structs.asdict(run)
    del row["id"]
    row |= {name: _text(row[name]) for name in _JSON}
    return int(database.execute(_insertion("runs", row), row).lastrowid or 0)


def _insertion(table: str, columns: Iterable[str]) -> str:
    """A statement with a parameter a column, called as it is."""
    columns = list(columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(f':{name}' for name in columns)})"


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _packed(value: Any) -> bytes:
    return zlib.compress(msgspec.json.encode(value))


def _unpacked(data: bytes, kind: Any) -> Any:
    return msgspec.json.decode(zlib.decompress(data), type=kind)
