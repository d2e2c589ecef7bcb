"""The autograder for Gradescope and the script for build servers, run here as far as they can be without their servers."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from grader.cli import main

ROOT = Path(__file__).parents[2]
COURSE = 'exercises = ["corr2d"]\n[policy]\ndeadline = 2026-03-02T12:00:00Z\nlate = { percent = 10 }\n'


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course")
    (folder / "course.toml").write_text(COURSE)
    (folder / "marks.csv").write_text("name,points,comment\nanna,2,secret\n")
    file = folder.parent / "autograder.zip"
    assert 0 == main(
        ["gradescope-zip", "--to", str(file), "--course", str(folder), "--isolation", "none", "--no-train"]
    )
    return file


def test_scripts_at_the_root(archive: Path) -> None:
    """Both may be executed, and bash can read them; no build of torch for another machine is asked for, and what is said
    of students stays at home.
    """
    with zipfile.ZipFile(archive) as zipped:
        for name in ("setup.sh", "run_autograder"):
            assert (zipped.getinfo(name).external_attr >> 16) & stat.S_IXUSR
            assert b"@" not in zipped.read(name).replace(b'"$@"', b"")
            assert 0 == subprocess.run(["bash", "-n"], input=zipped.read(name), check=False).returncode
        torch = zipped.read("torch.txt").decode()
        assert ["course/course.toml"] == [name for name in zipped.namelist() if name.startswith("course/")]
    assert "torch==" in torch and "+" not in torch


def test_the_same_grader_gives_the_same_archive(archive: Path, tmp_path: Path) -> None:
    """Whenever it is made."""
    again = tmp_path / "again.zip"
    command = ["gradescope-zip", "--to", str(again), "--course", str(archive.parent / "course0")]
    assert 0 == main([*command, "--isolation", "none", "--no-train"])

    assert archive.read_bytes() == again.read_bytes()


def test_run(archive: Path, tmp_path: Path) -> None:
    """What is unpacked grades by itself, by the course's policy and the time that Gradescope tells."""
    with zipfile.ZipFile(archive) as zipped:
        zipped.extractall(tmp_path / "source")
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "bin" / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (tmp_path / "venv" / "bin" / "python").chmod(0o755)
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission" / "corr2d.py").write_bytes((ROOT / "exercises/student42/corr2d.py").read_bytes())
    told = {"created_at": "2026-03-02T14:00:00.000000+00:00"}
    (tmp_path / "submission_metadata.json").write_text(json.dumps(told))
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "AUTOGRADER": str(tmp_path)}
    done = subprocess.run(
        ["bash", str(tmp_path / "source" / "run_autograder")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    results = json.loads((tmp_path / "results" / "results.json").read_text())

    assert (18, 20) == (results["score"], results["extra_data"]["max_score"])
    assert "as Gradescope says: 1 day begun, 10 % each" in results["output"]


def test_a_build_server(tmp_path: Path) -> None:
    """The log holds annotations outside of the part where commands are not obeyed; JUnit's file and the summary are there."""
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "corr2d.py").write_text('print("::error::forged")\ndef corr2d(X, K):\n    return X\n')
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "grader").write_text(f'#!/bin/sh\nexec {sys.executable} -m grader.cli "$@"\n')
    (tmp_path / "bin" / "grader").chmod(0o755)
    environment = {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "GRADER_OPTIONS": "--exercise corr2d --isolation none",
        "OUT": str(tmp_path / "out"),
    }
    done = subprocess.run(
        ["bash", str(ROOT / "docs/ci/grade.sh")],
        cwd=tmp_path / "work", env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    first, *lines = done.stdout.splitlines()
    token = first.removeprefix("::stop-commands::")

    assert 1 == done.returncode, done.stderr
    assert first != token and len(token) == 32
    after = lines[lines.index(f"::{token}::") + 1 :]
    assert after and all(line.startswith("::error ") for line in after)
    assert "forged" not in "".join(after)
    assert (tmp_path / "summary.md").read_text().startswith("## `work`")
    assert (tmp_path / "out" / "junit.xml").is_file()

    (tmp_path / "work" / "handed_in").mkdir()  # as a repository would hold it, with verdicts of its owner's own
    for name in ("gradebook.sqlite", "index.json", "work"):
        (tmp_path / "out" / name).rename(tmp_path / "work" / "handed_in" / name)
    done = subprocess.run(
        ["bash", str(ROOT / "docs/ci/grade.sh")],
        cwd=tmp_path / "work", env=environment | {"OUT": "handed_in"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 2 == done.returncode
    assert "handed_in was handed in" in done.stderr
    assert "::error" not in done.stdout
    assert not (tmp_path / "work" / "handed_in" / "junit.xml").exists()
