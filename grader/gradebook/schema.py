"""The tables of a gradebook, and opening its file: a damaged, newer or foreign one is refused and left as it is."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from grader.errors import HarnessError, UsageError

APPLICATION = 0x67726462  # SQLite's own mark of whose a file is
ADVICE = "move it away or name another folder with --out; nothing was changed"
LOCKED_SECONDS = 10.0  # what a reader or writer waits for another

# One script a version: a gradebook of version n has seen the first n of them.
MIGRATIONS = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        started TEXT NOT NULL,
        ended TEXT NOT NULL DEFAULT '',
        state TEXT NOT NULL CHECK (state IN ('open', 'done', 'reverted')),
        seed INTEGER NOT NULL,
        note TEXT NOT NULL,
        course TEXT NOT NULL,
        options TEXT NOT NULL,      -- JSON
        versions TEXT NOT NULL,     -- JSON
        left_alone TEXT NOT NULL    -- JSON: entries of the class that are nobody's work
    );
    CREATE TABLE reports (          -- never changed: what has changed is another report
        id INTEGER PRIMARY KEY,
        submission TEXT NOT NULL,
        snapshot TEXT NOT NULL,     -- digest over the files, and over what was left out of them
        seed INTEGER NOT NULL,
        settled TEXT NOT NULL,      -- digest over the fingerprints of all its checks; empty: never reused whole
        standing BLOB NOT NULL,     -- JSON: what a list of many shows
        data BLOB NOT NULL          -- zlib: the JSON record
    );
    CREATE INDEX reports_of ON reports (submission, id);
    CREATE TABLE fingerprints (
        id INTEGER PRIMARY KEY,
        digest TEXT NOT NULL UNIQUE,
        parts BLOB NOT NULL         -- zlib: JSON, digest of each thing that a result depends on
    );
    CREATE TABLE results (
        report INTEGER NOT NULL REFERENCES reports,
        name TEXT NOT NULL,
        outcome TEXT NOT NULL,
        points REAL NOT NULL,
        earned REAL NOT NULL,
        counted INTEGER NOT NULL,
        seconds REAL NOT NULL,
        silent INTEGER NOT NULL,    -- the exercise has printed nothing
        public INTEGER NOT NULL,
        later INTEGER NOT NULL,     -- hidden until the deadline
        hint TEXT NOT NULL,         -- that its check had then
        told TEXT NOT NULL,         -- its finding in a sentence
        fingerprint INTEGER REFERENCES fingerprints,  -- NULL: kept from a run that asked otherwise
        run INTEGER NOT NULL REFERENCES runs,         -- that has asked it
        why TEXT NOT NULL,          -- it was asked then
        PRIMARY KEY (report, name)
    ) WITHOUT ROWID;
    CREATE TABLE submissions (
        run INTEGER NOT NULL REFERENCES runs,
        name TEXT NOT NULL,
        place TEXT NOT NULL,
        snapshot TEXT NOT NULL,
        report INTEGER REFERENCES reports,  -- NULL: not graded yet, or not at all
        why TEXT NOT NULL DEFAULT '',       -- it could not be graded
        reused INTEGER NOT NULL DEFAULT 0,  -- nothing of it was asked in this run
        seconds REAL NOT NULL DEFAULT 0,
        PRIMARY KEY (run, name)
    ) WITHOUT ROWID;
    CREATE INDEX submissions_of ON submissions (name, run);
    CREATE TABLE checks (name TEXT PRIMARY KEY, title TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE courses (key TEXT PRIMARY KEY, fingerprints BLOB NOT NULL) WITHOUT ROWID;  -- worked out once
    CREATE TABLE written (name TEXT PRIMARY KEY, report INTEGER NOT NULL REFERENCES reports) WITHOUT ROWID;
    CREATE VIEW current AS          -- the marks that count
        SELECT name, place, max(run) AS run, report FROM submissions
        WHERE report IS NOT NULL AND run NOT IN (SELECT id FROM runs WHERE state = 'reverted') GROUP BY name;
    """,
    """
    CREATE TABLE trails (           -- what to know of an exercise to ask some of its checks again
        report INTEGER NOT NULL REFERENCES reports,
        exercise TEXT NOT NULL,
        data BLOB NOT NULL,         -- zlib: as an engine has made it
        PRIMARY KEY (report, exercise)
    ) WITHOUT ROWID;
    """,
)


@contextlib.contextmanager
def connected(file: Path, write: bool) -> Iterator[sqlite3.Connection]:
    """A connection for a moment: none may be open when a process is forked. Where `write`, in one transaction.

    Raises UsageError where the file is none of ours, HarnessError where the disk is full.
    """
    try:
        name = f"{file.absolute().as_uri()}?mode=rw"
        database = sqlite3.connect(name, timeout=LOCKED_SECONDS, isolation_level=None, uri=True)
        with contextlib.closing(database):
            database.execute("PRAGMA foreign_keys = ON")
            database.execute("PRAGMA synchronous = NORMAL")
            if write:
                database.execute("BEGIN IMMEDIATE")
            yield database
            if write:
                database.execute("COMMIT")
    except sqlite3.DatabaseError as problem:
        raise _told(file, problem) from None


def prepare(file: Path) -> None:
    """Make the file, or bring it to this version. Raises UsageError, and leaves it as it is."""
    check(file)
    file.touch()
    with connected(file, write=False) as database:
        database.execute("PRAGMA journal_mode = WAL")
    with connected(file, write=True) as database:
        [version] = database.execute("PRAGMA user_version").fetchone()
        for script in MIGRATIONS[version:]:
            for statement in _statements(script):
                database.execute(statement)
        database.execute(f"PRAGMA application_id = {APPLICATION}")
        database.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def is_there(file: Path) -> bool:
    """Whether there is anything in it; where not even looking is allowed there is not."""
    try:
        return file.stat().st_size > 0
    except OSError:
        return False


def is_made(file: Path) -> bool:
    """Whether it holds the tables: a run that was killed at once has left a file without."""
    if not is_there(file):
        return False
    with connected(file, write=False) as database:
        [version] = database.execute("PRAGMA user_version").fetchone()
    return bool(version)


def check(file: Path) -> None:
    """Raises UsageError for a file that is damaged, newer, or no gradebook."""
    if not is_there(file):
        return
    with connected(file, write=False) as database:
        [version], [mark] = (
            database.execute(f"PRAGMA {what}").fetchone() for what in ("user_version", "application_id")
        )
        tables = database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if tables and mark != APPLICATION:
            raise UsageError(f"{file} is no gradebook of this program; {ADVICE}")
        if version > len(MIGRATIONS):
            raise UsageError(f"{file} was written by a newer version of the grader; update it, or {ADVICE}")
        [state] = database.execute("PRAGMA quick_check(1)").fetchone()
        if state != "ok":
            raise UsageError(f"{file} is damaged ({' '.join(state.split())}); {ADVICE}")


def _statements(script: str) -> Iterator[str]:
    """One by one: executescript would commit before all are done."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _told(file: Path, problem: sqlite3.DatabaseError) -> UsageError | HarnessError:
    code = getattr(problem, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_BUSY:
        return UsageError(f"{file} is in use by another grader; wait until that has ended, or name another --out")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return UsageError(f"{file} is damaged or no gradebook ({problem}); {ADVICE}")
    return HarnessError(f"{file} cannot be used: {problem}; make room there or see to its rights, then run again")
