"""When something was handed in: the platform's word, never the file's own time and never the student's."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from grader.policy.handed_in import HandedIn, handed_in

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "Week 3_asmith_attempt_2026-01-31-10-00-59_corr2d.py",
            HandedIn(datetime(2026, 1, 31, 10, 0, 59, tzinfo=BERLIN), source="Blackboard"),
        ),
        (
            "1234-5678 - Anna Smith - Jan 31, 2026 905 PM",
            HandedIn(datetime(2026, 1, 31, 21, 5, tzinfo=BERLIN), source="Brightspace"),
        ),
        ("smith_anna_LATE_1234_56789_corr2d.py", HandedIn(None, True, "Canvas")),
        ("smith_anna_1234_56789_corr2d.py", HandedIn(None)),
        ("Anna Smith_1234_assignsubmission_file_", HandedIn(None)),
        ("anna", HandedIn(None)),
    ],
)
def test_names(tmp_path: Path, name: str, expected: HandedIn) -> None:
    """What platforms write into names."""
    assert expected == handed_in(str(tmp_path / name), BERLIN)


@pytest.mark.parametrize(
    "name",
    [
        "anna_1_2_ben_attempt_2020-01-31-10-00-00_corr2d.py",
        "Anna Smith_1234_assignsubmission_file_x_attempt_2020-01-31-10-00-00_corr2d.py",
    ],
)
def test_a_time_that_the_student_has_written(tmp_path: Path, name: str) -> None:
    """What stands behind a platform's own mark is the student's choice."""
    assert handed_in(str(tmp_path / name), BERLIN).time is None


def test_a_name_without_a_zone(tmp_path: Path) -> None:
    """Nothing is guessed."""
    assert HandedIn(None) == handed_in(str(tmp_path / "W_anna_attempt_2026-01-31-10-00-00_corr2d.py"), None)


def test_gradescope(tmp_path: Path) -> None:
    """The metadata beside the folder that it mounts; not in one that the student has filled."""
    told = {"created_at": "2026-03-02T19:04:11.000000-05:00"}
    for folder in (tmp_path, tmp_path / "submission"):
        folder.mkdir(exist_ok=True)
        (folder / "submission_metadata.json").write_text(json.dumps(told))

    found = handed_in(str(tmp_path / "submission"), None)
    assert (datetime(2026, 3, 3, 0, 4, 11, tzinfo=UTC), "Gradescope") == (found.time, found.source)
    assert HandedIn(None) == handed_in(str(tmp_path / "submission" / "corr2d.py"), None)


EXPORTED = """submission_11:
  :submitters:
  - :name: Anna
  :created_at: 2026-03-02 19:04:11.123456000 -05:00
  :history:
  - :id: 1
    :created_at: 2020-01-01 00:00:00 Z
submission_12:
  :results:
    output: |-
      submission_13:
        :created_at: 2020-01-01 00:00:00 Z
  :created_at: 2026-03-03 00:00:00 Z
"""


@pytest.mark.parametrize(
    ("name", "time"),
    [
        ("submission_11", datetime(2026, 3, 3, 0, 4, 11, tzinfo=UTC)),
        ("submission_12", datetime(2026, 3, 3, tzinfo=UTC)),
        ("submission_13", None),  # what a student has printed
        ("anna", None),
    ],
)
def test_gradescope_export(tmp_path: Path, name: str, time: datetime | None) -> None:
    """The time of the submission itself, in the metadata of its class."""
    (tmp_path / "submission_metadata.yml").write_text(EXPORTED)

    assert time == handed_in(str(tmp_path / name), None).time


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A commit of a known time."""
    folder, clock = tmp_path / "anna", {"GIT_COMMITTER_DATE": "2026-03-02T19:04:11Z"}
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a", "GIT_COMMITTER_NAME": "a > 1 b", "GIT_COMMITTER_EMAIL": "a"}
    for arguments in (["init", "-q", str(folder)], ["-C", str(folder), "commit", "-q", "--allow-empty", "-m", "x"]):
        subprocess.run(["git", *arguments], check=True, env=os.environ | who | clock)
    return folder


@pytest.mark.parametrize("packed", [False, True])
def test_commit(repository: Path, packed: bool) -> None:
    """Of the one that is checked out, packed or not."""
    if packed:
        subprocess.run(["git", "-C", str(repository), "gc", "-q"], check=True)
    found = handed_in(str(repository), None)

    assert (datetime(2026, 3, 2, 19, 4, 11, tzinfo=UTC), "the commit") == (found.time, found.source)


def test_a_repository_that_means_harm(repository: Path) -> None:
    """What its configuration and its hooks name is not run, and a broken one says nothing."""
    ran = repository / "ran"
    with open(repository / ".git" / "config", "a") as config:
        config.write(f"[core]\n\tfsmonitor = touch {ran}\n\tpager = touch {ran}\n[log]\n\tshowSignature = true\n")
        config.write(f"[gpg]\n\tprogram = touch {ran}\n[extensions]\n\tpartialClone = x\n")
    assert handed_in(str(repository), None).time
    (repository / ".git" / "HEAD").write_text("ref: refs/../../../etc/passwd")
    assert HandedIn(None) == handed_in(str(repository), None)
    assert not ran.exists()
