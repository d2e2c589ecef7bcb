"""The command line: exit codes, plain sentences for bad input, and what is written where."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from grader.cli import main
from grader.engine import workplace
from grader.engine.local import Grader
from grader.records import SubmissionReport, from_json
from grader.report import html
from grader.rubric import LESSONS
from grader.submission import Source
from grader.worker.confinement import gpu
from grader.worker.owntime import Account
from tests.terminals import in_terminal, plain

ROOT = Path(__file__).parents[1]
STUDENT = ROOT / "exercises" / "student42"


def submission(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return folder


RIGHT = "def corr2d(X, K):\n    return X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1).mul(K).sum((2, 3))\n"
FLIPPED = RIGHT.replace("mul(K)", "mul(K.flip(0, 1))")


def run(*arguments: object) -> int:
    return main(["run", "--jobs", "1", *map(str, arguments)])


def test_all_passed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A right submission: exit code 0, a page, a JSON report and an index."""
    code = run(submission(tmp_path / "anna", corr2d=RIGHT), "--exercise", "corr2d", "--out", tmp_path / "out")

    assert 0 == code
    assert {"index.html", "index.json", "gradebook.sqlite", "anna"} == {
        path.name for path in (tmp_path / "out").iterdir()
    }
    report = json.loads((tmp_path / "out" / "anna" / "report.json").read_bytes())
    assert ("grader/report/1", "anna", 20, 20) == tuple(
        report[key] for key in ("schema", "submission", "score", "max_score")
    )
    checks = report["exercises"][0]["checks"]
    assert ["corr2d.loads", "corr2d.own_work", "corr2d.shape", "corr2d.values"] == [check["id"] for check in checks[:4]]
    assert ("passed", 5, 5, None) == tuple(checks[3][key] for key in ("outcome", "points", "earned", "finding"))
    assert "anna" in capsys.readouterr().out


def test_trials_of_a_notebook_that_fail(tmp_path: Path) -> None:
    """Cost nothing, and are told; a name that such a cell would have defined is told with it."""
    right = "def corr2d(X, K):\n    X, K = torch.as_tensor(X), torch.as_tensor(K)\n" + RIGHT.partition("\n")[2]
    for name, first in (("anna", "import torch"), ("bert", "import no_such as torch")):
        cells = [first, "corr2d(1, 2)", right, "input()", "for i in range(3)\n  print(i)"]
        listed = [{"cell_type": "code", "source": cell} for cell in cells]
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "lab.ipynb").write_text(json.dumps({"cells": listed, "nbformat": 4}))
    run(tmp_path / "class", "--exercise", "corr2d", "--out", tmp_path / "out")
    anna, bert = (from_json((tmp_path / "out" / name / "report.json").read_bytes()) for name in ("anna", "bert"))

    assert 20 == anna.score
    assert any("NameError in line 1 of code cell 2 of lab.ipynb: name 'corr2d' is not defined" in n for n in anna.notes)
    hints = [check.finding.hint for check in bert.checks if check.outcome == "failed" and check.finding]
    assert ["ModuleNotFoundError in line 1 of code cell 1 of lab.ipynb" in hint for hint in hints] == [True]


def test_a_path_that_is_not_there_starts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told before a nursery is started."""
    monkeypatch.setattr(workplace, "Workplace", lambda *arguments: pytest.fail("started"))

    assert 2 == run(tmp_path / "nope", "--out", tmp_path / "out")
    assert f"grader: {tmp_path / 'nope'}: there is no such file or folder\n" == capsys.readouterr().err


def test_a_class_with_a_name_that_is_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Folders may have any bytes for a name: each is graded, and known in the next run."""
    anna = submission(tmp_path / "class" / "anna", corr2d=RIGHT)
    (anna.parent / os.fsdecode(b"left\xff")).write_text("")
    shutil.copytree(anna, anna.parent / os.fsdecode(b"bert\xff"))
    arguments = (anna.parent, "--exercise", "corr2d", "--out", tmp_path / "out")

    assert [0, 0] == [run(*arguments), run(*arguments)]
    told = capsys.readouterr().out
    assert r"bert\xff" in told and "2 of 2 submissions" in told
    assert (tmp_path / "out" / r"bert\xff" / "report.json").is_file()


def test_some_failed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A flipped kernel: exit code 1, the smallest counterexample, and a replay that fails until it is mended."""
    anna = submission(tmp_path / "anna", corr2d=FLIPPED)
    code = run(anna, "--exercise", "corr2d", "--out", tmp_path / "out")

    assert 1 == code
    path = tmp_path / "out" / "anna" / "report.json"
    values = next(check for check in from_json(path.read_bytes()).checks if check.id == "corr2d.values")
    assert values.finding is not None
    assert "corr2d(X, K)" == values.finding.call
    assert values.finding.expected != values.finding.actual
    assert all(argument.value.shape[0] <= 4 for argument in values.finding.arguments)  # type: ignore[union-attr]
    assert "from corr2d import corr2d" in values.finding.reproduce

    assert 1 == main(["replay", str(path), "corr2d.values", "--submission", str(anna)])
    (anna / "corr2d.py").write_text(RIGHT)
    assert 0 == main(["replay", str(path), "corr2d.values", "--submission", str(anna)])
    told = capsys.readouterr().out
    assert "corr2d.values failed now: " in told and "corr2d.values passed now\n" in told


def test_replay_of_what_was_no_call_of_a_function(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A network, or a name that is missing: what the report knows is said, and the check is judged again."""
    broken = "from torch import nn\n\nclass LeNet5(nn.Module):\n    def forward(self, x):\n        return x.shap\n"
    anna = submission(tmp_path / "anna", lenet5=broken, corr2d="def corr(X, K): pass\n")
    assert 1 == run(anna, "--check", "lenet5.shape", "--check", "corr2d.shape", "--out", tmp_path / "out")
    path = tmp_path / "out" / "anna" / "report.json"
    found = {check.id: check.finding for check in from_json(path.read_bytes()).checks if check.finding}
    capsys.readouterr()

    assert "LeNet5()(x)" == found["lenet5.shape"].call
    assert "network = LeNet5()" in found["lenet5.shape"].reproduce
    for name, words in (("lenet5.shape", "LeNet5()(x)\n"), ("corr2d.shape", "corr2d.py defines no corr2d")):
        assert 1 == main(["replay", str(path), name, "--submission", str(anna)])
        assert words in capsys.readouterr().out


def test_replay_shows_what_was_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Arrays by their values, everything else as Python writes it."""
    anna = submission(tmp_path / "anna", pooling="def max_pool2d(x, kernel_size):\n    return x\n")
    run(anna, "--check", "pooling.max_values", "--out", tmp_path / "out")
    capsys.readouterr()

    path = tmp_path / "out" / "anna" / "report.json"
    assert 1 == main(["replay", str(path), "pooling.max_values", "--submission", str(anna)])
    assert re.search(r"\n  \| kernel_size = [\d(]", capsys.readouterr().out)


def test_replay_of_more_than_one_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The check decides, with all its tolerance: not the first of several results, nor another random start."""
    text = (STUDENT / "kernel_learning.py").read_text()
    anna = submission(tmp_path / "anna", kernel_learning=text.replace("-=", "+="), corr2d=RIGHT)
    assert text != (anna / "kernel_learning.py").read_text()
    assert 1 == run(anna, "--exercise", "kernel_learning", "--out", tmp_path / "out")
    path = str(tmp_path / "out" / "anna" / "report.json")

    assert 1 == main(["replay", path, "kernel_learning.kernel", "--submission", str(anna)])
    (anna / "kernel_learning.py").write_text(text)
    assert 0 == main(["replay", path, "kernel_learning.kernel", "--submission", str(anna)])
    assert "kernel_learning.kernel passed now" in capsys.readouterr().out


@pytest.mark.parametrize(
    "change",
    [
        {"call": "artefact('/etc/hostname')"},
        {"call": "network('LeNet5')"},
        {"call": "corr2d(X, "},
        {"call": "corr2d(X, __import__('os').getpid())"},
        {"call": "corr2d(X, Y)"},
        {"call": "(" * 5000},
        {"arguments": []},
        {"seed": 10**30},
        {"expected": {"type": "array", "dtype": "nonsense", "shape": [1], "values": [1]}},
        {"arguments": [{"name": "X", "value": {"type": "array", "dtype": "float32", "shape": [9], "values": ["a"]}}]},
    ],
)
def test_replay_of_a_forged_report(change: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Anybody can write such a file: only calls of the contract's functions with plain values are made."""
    finding = {"message": "x", "call": "corr2d(X, X)", "reproduce": "import numpy as np\n"}
    finding["arguments"] = [
        {"name": "X", "value": {"type": "array", "dtype": "float32", "shape": [1, 1], "values": [[1]]}}
    ]
    check = {
        "id": "corr2d.values",
        "title": "t",
        "outcome": "failed",
        "points": 1,
        "earned": 0,
        "finding": finding | change,
    }
    exercise = {"name": "corr2d", "title": "t", "file": "corr2d.py", "checks": [check]}
    report = {
        "schema": "grader/report/1",
        "submission": "s",
        "score": 0,
        "max_score": 1,
        "exercises": [exercise],
        "seed": 0,
    }
    (tmp_path / "report.json").write_text(json.dumps(report))

    assert 2 == main(["replay", str(tmp_path / "report.json"), "corr2d.values", "--submission", str(STUDENT)])
    assert "grader: " in (told := capsys.readouterr().err) and "Traceback" not in told


@pytest.mark.parametrize(
    ("isolation", "words"), [("strict", "there is no NVIDIA card here"), ("basic", "basic isolation grants no GPU")]
)
def test_no_gpu_where_there_is_none(
    isolation: str, words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked for by name it is refused in a sentence; left open it is not looked for."""
    monkeypatch.setattr(gpu, "devices", lambda: ())
    code = main(["run", str(STUDENT), "--device", "cuda", "--isolation", isolation])

    assert (2, True) == (code, words in capsys.readouterr().err)


def test_a_card_that_does_not_work_grades_nobody(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With another device in its place torch finds no driver, and that is no student's fault."""
    monkeypatch.setattr(gpu, "devices", lambda: ("/dev/full",))
    code = main(["run", str(STUDENT), "--device", "cuda", "--exercise", "corr2d", "--out", str(tmp_path)])

    assert (3, True) == (code, "--device cuda: the GPU cannot be used: " in capsys.readouterr().err)
    assert ["gradebook.sqlite"] == [path.name for path in tmp_path.iterdir()]


def test_reproduction_runs(tmp_path: Path) -> None:
    """The Python in a report, pasted beside the submission, makes the call again."""
    anna = submission(tmp_path / "anna", corr2d=FLIPPED)
    run(anna, "--check", "corr2d.values", "--out", tmp_path / "out")
    report = from_json((tmp_path / "out" / "anna" / "report.json").read_bytes())
    finding = next(check.finding for check in report.checks if check.id == "corr2d.values")
    assert finding is not None

    done = subprocess.run([sys.executable, "-c", finding.reproduce], cwd=anna, capture_output=True, text=True)

    assert (0, True) == (done.returncode, done.stdout.startswith("tensor("))


def test_class(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder of submissions: each gets a page; one that cannot be graded does not stop the others, exit code 3."""
    for name, text in (("anna", RIGHT), ("bert", FLIPPED), ("carl", "def corr2d(X, K:\n")):
        submission(tmp_path / "class" / name, corr2d=text)
    (tmp_path / "class" / "dora.zip").write_bytes(b"this is no archive")

    code = main(["run", str(tmp_path / "class"), "--exercise", "corr2d", "--jobs", "2", "--out", str(tmp_path / "out")])

    assert 3 == code
    index = (tmp_path / "out" / "index.html").read_text()
    assert all(name in index for name in ("anna", "bert", "carl", "dora"))
    carl = from_json((tmp_path / "out" / "carl" / "report.json").read_bytes())
    assert "syntax error in line 1" in carl.checks[0].finding.message  # type: ignore[union-attr]
    assert "skipped" == carl.checks[1].outcome


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_what_is_not_graded_is_told(
    jobs: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link, a file that cannot be read, a damaged archive: a sentence each in summary and index, exit code 3."""
    klass, out, real = tmp_path / "class", tmp_path / "out", os.open

    def failing(path: Any, *more: Any, **how: Any) -> int:
        if path == "mnist_cnn.py":
            raise OSError(errno.EIO, "Input/output error")
        return real(path, *more, **how)

    monkeypatch.setattr(os, "open", failing)
    submission(klass / "anna", corr2d=RIGHT)
    submission(klass / "bert", corr2d=RIGHT, mnist_cnn="")
    (klass / "carl").symlink_to(klass / "anna")
    (klass / "dora.zip").write_bytes(b"this is no archive")
    code = main(["run", str(klass), "--check", "corr2d.values", "--jobs", jobs, "--out", str(out)])

    assert 3 == code
    assert {"index.html", "index.json", "gradebook.sqlite", "anna"} == {path.name for path in out.iterdir()}
    told, index = capsys.readouterr().out, (out / "index.html").read_text()
    for name, words in (
        ("bert", f"{klass / 'bert' / 'mnist_cnn.py'} cannot be read: Input/output error; see to this machine"),
        ("carl", f"{klass / 'carl'} is a link, which is not followed inside a class folder; put a copy in its place"),
        ("dora", f"{klass / 'dora.zip'}: it is no archive or a damaged one"),
    ):
        assert f"{name}  not graded: {words}" in told and words in index
    assert "anna  5/5" in told


def test_a_class_is_accounted_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every entry is on the terminal and in the index; what is not graded makes exit code 3, litter does not."""
    klass, out = tmp_path / "class", tmp_path / "out"
    submission(klass / "anna", corr2d=RIGHT)
    (klass / "smith_ben_1_2_corr2d.py").write_text(RIGHT)
    (klass / "README.md").write_text("")
    assert 0 == run(klass, "--check", "corr2d.values", "--out", out)
    assert "Not a submission, so left alone: README.md" in capsys.readouterr().out

    (klass / "carl.rar").write_text("")
    (klass / "solution.py").write_text("")
    assert 3 == run(klass, "--check", "corr2d.values", "--out", out)
    told, index = capsys.readouterr().out, (out / "index.html").read_text()
    assert "smith_ben  5/5" in told and "smith_ben" in index
    for name, words in (
        ("carl.rar", ".rar archives cannot be unpacked here"),
        ("solution.py", "its name does not tell"),
    ):
        assert f"{name}  not graded: {klass / name}: {words}" in told and words in index
    assert "README.md" in told and "README.md" in index


def test_a_narrower_run_keeps_the_rest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One file of one student: the other checks and students stay, and it is said which."""
    out = tmp_path / "out"
    for name in ("anna", "bert"):
        submission(tmp_path / "class" / name, corr2d=RIGHT)
    arguments = ("--check", "corr2d.values", "--check", "corr2d.shape", "--out", out)
    assert 0 == run(tmp_path / "class", *arguments)
    (tmp_path / "class" / "anna" / "corr2d.py").write_text(FLIPPED)
    assert 1 == run(tmp_path / "class" / "anna" / "corr2d.py", "--check", "corr2d.values", "--out", out)

    told, index = capsys.readouterr().out, (out / "index.html").read_text()
    assert "Graded only corr2d.py, which was named" in told
    assert "before the files were changed: corr2d (1 checks)" in told
    assert "2 submissions" in index and "bert</a> <small>earlier run" in index
    report = from_json((out / "anna" / "report.json").read_bytes())
    assert {"corr2d.loads", "corr2d.values", "corr2d.shape"} == {check.id for check in report.checks}
    path = str(out / "anna" / "report.json")
    assert 1 == main(["replay", path, "corr2d.values", "--submission", str(tmp_path / "class" / "anna")])


def test_a_judge_dies(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed, a judge process takes only its own submission with it: the others are graded, exit code 3."""
    grade = Grader._grade

    def doomed(self: Grader, source: Source, jobs: int, account: Account) -> SubmissionReport:
        if source.name == "bert":
            os.kill(os.getpid(), signal.SIGKILL)
        return grade(self, source, jobs, account)

    monkeypatch.setattr(Grader, "_grade", doomed)
    for name in ("anna", "bert", "carl", "dora"):
        submission(tmp_path / "class" / name, corr2d=RIGHT)
    arguments = ["run", tmp_path / "class", "--check", "corr2d.values", "--jobs", "2", "--out", tmp_path / "out"]

    assert 3 == main([str(argument) for argument in arguments])
    assert {"index.html", "index.json", "class.html", "gradebook.sqlite", "anna", "carl", "dora"} == {
        path.name for path in (tmp_path / "out").iterdir()
    }
    assert "ended by SIGKILL" in (tmp_path / "out" / "index.html").read_text()
    told = capsys.readouterr().out
    assert "bert  not graded: the judge process ended by SIGKILL" in told
    assert 3 == told.count("passed 2  failed 0")


def test_a_report_that_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sentence for each of them: the others get their reports, the class its index; exit code 3."""
    write_whole = html.write_whole

    def disk_full(path: Path, data: Any) -> Path:
        if path.parent.name == "bert":
            raise OSError(errno.ENOSPC, "No space left on device")
        return write_whole(path, data)

    monkeypatch.setattr(html, "write_whole", disk_full)
    for name in ("anna", "bert", "carl"):
        submission(tmp_path / "class" / name, corr2d=RIGHT)
    out = tmp_path / "out"
    out.mkdir()
    (out / "anna").write_text("in the way")

    assert 3 == run(tmp_path / "class", "--check", "corr2d.values", "--out", out)
    assert (out / "carl" / "report.html").is_file()
    told, index = capsys.readouterr().out, (out / "index.html").read_text()
    for name, why in (("anna", "File exists"), ("bert", "No space left on device")):
        words = f"{out / name} cannot be written: {why}; make room there or move away what is in its place"
        assert f"{name}  not graded: {words}" in told and words in index


def test_an_index_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The summary is printed all the same, then a sentence; exit code 3."""
    (tmp_path / "out" / "index.html" / "in the way").mkdir(parents=True)
    anna = submission(tmp_path / "anna", corr2d=RIGHT)

    assert 3 == run(anna, "--check", "corr2d.values", "--out", tmp_path / "out")
    told = capsys.readouterr()
    assert "anna  5/5" in told.out
    assert f"grader: {tmp_path / 'out' / 'index.html'} cannot be written: Is a directory" in told.err


def test_nothing_can_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An --out that is a file or on a full disk: a usage error before anything is graded."""

    def disk_full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "file").write_text("")
    anna = submission(tmp_path / "anna", corr2d=RIGHT)
    monkeypatch.setattr(Grader, "__init__", lambda *_: pytest.fail("grading began"))

    assert 2 == run(anna, "--out", tmp_path / "file")
    assert f"--out {tmp_path / 'file'}: cannot write there: it is a file" in capsys.readouterr().err
    monkeypatch.setattr(tempfile, "TemporaryFile", disk_full)
    assert 2 == run(anna, "--out", tmp_path / "out")
    assert "cannot write there: No space left on device; name another folder" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() != 0, reason="root becomes nobody for a moment")
@pytest.mark.parametrize("out", ["locked", "locked/new/out", "locked/file"])
def test_nothing_can_be_written_by_this_user(
    out: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where not even looking is allowed: the same sentence."""
    monkeypatch.setattr(Grader, "__init__", lambda *_: pytest.fail("grading began"))
    with tempfile.TemporaryDirectory() as base:
        os.chmod(base, 0o755)
        anna = submission(Path(base, "anna"), corr2d=RIGHT)
        Path(base, "locked").mkdir(mode=0o700)
        Path(base, "locked", "file").touch()
        os.seteuid(65534)
        try:
            assert 2 == run(anna, "--out", Path(base, out))
        finally:
            os.seteuid(0)

    assert (
        f"--out {Path(base, out)}: cannot write there: Permission denied; name another folder"
        in capsys.readouterr().err
    )


ACCIDENTS = [
    ("", "corr2d.py defines no corr2d"),
    ("corr2D = abs\n", "It has corr2D"),
    ("def corr2d(X, K):\n    raise NotImplementedError\n", "is not written yet"),
    ("def corr2d(X, K):\n    pass\n", "the result is None"),
    ("def corr2d(X):\n    return X\n", "cannot be called as corr2d(X, K)"),
    ("def corr2d(X, K):\n    return 'done'\n", "the string 'done'"),
    ("import no_such_library\n", "No module named 'no_such_library'"),
    ("import sys\nsys.exit(3)\n", "asked Python to exit"),
    ("import os\nos._exit(0)\n", "ended the process with exit status 0 while corr2d.py was being imported"),
    ("import os\ndef corr2d(X, K):\n    os._exit(0)\n", "exit status 0 while corr2d(X, K) was being called"),
    ("import ctypes\ndef corr2d(X, K):\n    ctypes.string_at(0)\n", "SIGSEGV"),
    ("def corr2d(X, K):\n    return X @ nothing\n", "NameError in line 2"),
]


def test_plain_sentences(tmp_path: Path) -> None:
    """Every usual accident has its own plain sentence."""
    for number, (text, _) in enumerate(ACCIDENTS):
        submission(tmp_path / "class" / f"student{number}", corr2d=text)
    run(tmp_path / "class", "--check", "corr2d.shape", "--out", tmp_path / "out")

    found = []
    for number, (_, words) in enumerate(ACCIDENTS):
        report = from_json((tmp_path / "out" / f"student{number}" / "report.json").read_bytes())
        finding = next(check.finding for check in report.checks if check.outcome == "failed")
        assert finding is not None
        found.append(words if words in f"{finding.message} {finding.hint}" else finding.message)
    assert [words for _, words in ACCIDENTS] == found


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "no/such/folder"], "there is no such file or folder"),
        (["run", str(STUDENT), "--exercise", "corr3d"], "did you mean corr2d?"),
        (["run", str(STUDENT), "--check", "corr2d.value"], "did you mean corr2d.values?"),
        (["run", str(STUDENT), "--check", "corr2d.linear", "--public"], "exclude each other"),
        (["run", str(ROOT / "tests" / "report")], "neither it nor a folder in it holds one of"),
        (["run", str(STUDENT), "--course", "nowhere"], "cannot be read"),
        (["run", str(STUDENT), "--data", "no/where"], "--data no/where: there is no such folder"),
        (["run", str(STUDENT), "--data", str(ROOT / "tests")], "no data set lies there; there should be"),
        (["run", str(STUDENT / "corr2d.py"), "--exercise", "pooling"], "corr2d.py is exercise corr2d"),
        (["run", str(STUDENT / "helper.py")], "a submission is a folder"),
        (["explain", "corr2d.valeus"], "did you mean corr2d.values?"),
        (["new", str(STUDENT)], "exists already"),
        (["replay", "nothing.json", "corr2d.values"], "cannot be read"),
    ],
)
def test_bad_input(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Bad input: exit code 2 and one clear sentence."""
    assert 2 == main(arguments)
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(("platform", "name"), [("darwin", "macOS"), ("win32", "Windows"), ("freebsd14", "freebsd14")])
@pytest.mark.parametrize("command", [["run", "nowhere"], ["replay", "nothing.json", "corr2d.values"], ["audit"]])
def test_other_systems(
    command: list[str], platform: str, name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no student code can be run a sentence says so at once, and what to do."""
    monkeypatch.setattr(sys, "platform", platform)

    assert 2 == main(command)
    told = capsys.readouterr().err
    assert told.startswith(f"grader: student code cannot be run on {name}, at no isolation level")
    assert told.count("\n") == 1 and "WSL2" in told and "container" in told


BIG = ["run", "x", "--seed", str(1 << 32)]


@pytest.mark.parametrize(
    "arguments", [["run"], ["run", "x", "--jobs", "0"], ["run", "x", "--seed", "-1"], BIG, ["fly"]]
)
def test_bad_options(arguments: list[str]) -> None:
    """Options that make no sense are argparse's to refuse, with exit code 2."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert 2 == ended.value.code


def test_list_and_explain(capsys: pytest.CaptureFixture[str]) -> None:
    """Every check that is listed can be explained: why it matters, a wrong and a right example."""
    assert 0 == main(["list", "--all"])
    ids = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    assert len(ids) > 60
    for exercise in sorted({check.partition(".")[0] for check in ids}):
        assert 0 == main(["explain", exercise])
        text = capsys.readouterr().out
        count = sum(check.startswith(f"{exercise}.") for check in ids)
        assert (count, count, count) == tuple(text.count(f"\n{word}: ") for word in ("Why", "Wrong", "Right"))


def test_new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The starter is copied, is graded without a fault of the harness, and earns nothing."""
    assert 0 == main(["new", str(tmp_path / "mywork")])
    assert {"README.md", "corr2d.py", "lenet5.py"} <= {path.name for path in (tmp_path / "mywork").iterdir()}

    assert 1 == run(tmp_path / "mywork", "--out", tmp_path / "out", "--no-train")
    report = from_json((tmp_path / "out" / "mywork" / "report.json").read_bytes())
    assert (0, 0) == (report.score, report.count("errored"))


def test_a_course_of_one_s_own_starts_with_its_files(tmp_path: Path) -> None:
    """Neither the files nor the rows of the README of exercises that it leaves out."""
    (tmp_path / "course.toml").write_text('exercises = ["pooling"]')

    assert 0 == main(["new", str(tmp_path / "mywork"), "--course", str(tmp_path)])
    assert {"README.md", "helper.py", "pooling.py"} == {path.name for path in (tmp_path / "mywork").iterdir()}
    readme = (tmp_path / "mywork" / "README.md").read_text()
    assert "| pooling.py |" in readme and "| lenet5.py |" not in readme


def test_a_lesson(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its exercises are graded, and no other."""
    anna = submission(tmp_path / "anna", corr2d=FLIPPED, pooling="x = 1\n")

    assert 1 == run(anna, "--lesson", "filters", "--out", tmp_path / "out")
    report = from_json((tmp_path / "out" / "anna" / "report.json").read_bytes())
    assert [*LESSONS["filters"]] == [exercise.name for exercise in report.exercises]
    assert 2 == run(anna, "--lesson", "filter", "--out", tmp_path / "out")
    assert "there is no such lesson; did you mean filters?" in capsys.readouterr().err


def seeds(out: Path) -> list[int]:
    return [from_json(path.read_bytes()).seed for path in sorted(out.glob("*/report.json"))]


def test_a_fresh_seed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every run asks otherwise; which seed it was is printed and recorded, and with --seed it is asked again."""
    anna = submission(tmp_path / "anna", corr2d=FLIPPED)
    found, told = [], []
    for number, more in enumerate([[], [], ["--seed", "0"]]):
        assert 1 == run(anna, "--check", "corr2d.values", "--out", tmp_path / str(number), *more)
        found += seeds(tmp_path / str(number))
        told.append(capsys.readouterr().out)

    assert 3 == len({*found, 0}) == len(found)
    assert 0 == found[2]
    for seed, printed in zip(found, told, strict=True):
        assert printed.endswith(f"\nSeed: {seed} (the same is asked again with --seed {seed})\n")

    assert 1 == run(anna, "--check", "corr2d.values", "--out", tmp_path / "again", "--seed", found[0])
    first, again = (
        from_json((tmp_path / name / "anna" / "report.json").read_bytes()).exercises for name in ("0", "again")
    )
    assert [check.finding for check in first[0].checks] == [check.finding for check in again[0].checks]


def test_a_class_has_one_seed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All are asked the same: said once."""
    for name in ("anna", "bert", "carl"):
        submission(tmp_path / "class" / name, corr2d=RIGHT)
    run(tmp_path / "class", "--check", "corr2d.loads", "--out", tmp_path / "out")
    [seed, *others] = seeds(tmp_path / "out")

    assert [seed] * 2 == others
    assert 1 == capsys.readouterr().out.count(f"Seed: {seed} (")


def test_hidden_checks_tell_nothing(tmp_path: Path) -> None:
    """A hidden check that fails shows neither its inputs nor what was expected, and no prints."""
    text = "def corr2d(X, K):\n    print('seen', X)\n    return abs(" + RIGHT.split("return ")[1].strip() + ")\n"
    run(submission(tmp_path / "anna", corr2d=text), "--check", "corr2d.linear", "--out", tmp_path / "out")
    report = from_json((tmp_path / "out" / "anna" / "report.json").read_bytes())
    finding = next(check.finding for check in report.checks if check.id == "corr2d.linear")

    assert finding is not None
    assert ("", (), None, None, "") == (
        finding.call,
        finding.arguments,
        finding.expected,
        finding.actual,
        finding.reproduce,
    )
    assert "seen" not in report.exercises[0].output


def test_two_of_one_name(tmp_path: Path) -> None:
    """Two submissions of one name both get a report."""
    one = submission(tmp_path / "monday" / "anna", corr2d=RIGHT)
    two = submission(tmp_path / "tuesday" / "anna", corr2d=FLIPPED)
    run(one, two, "--check", "corr2d.values", "--out", tmp_path / "out")

    assert (5, 0) == tuple(
        from_json((tmp_path / "out" / name / "report.json").read_bytes()).score for name in ("anna", "anna-2")
    )


def test_the_installed_command() -> None:
    """`grader --help` works in a process of its own."""
    grader = shutil.which("grader", path=str(Path(sys.executable).parent))
    assert grader is not None
    done = subprocess.run([grader, "--help"], capture_output=True, text=True)

    assert (0, True) == (done.returncode, "grade submissions and write reports" in done.stdout)


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output holds one object and nothing else; exit code, pages and progress as ever."""
    submission(tmp_path / "class" / "anna", corr2d=RIGHT)
    (tmp_path / "class" / "dora.zip").write_bytes(b"this is no archive")
    code = run(tmp_path / "class", "--check", "corr2d.values", "--json", "--out", tmp_path / "out")
    told = capsys.readouterr()
    said = json.loads(told.out)

    assert (3, "grader/run/1") == (code, said["schema"])
    stored = json.loads((tmp_path / "out" / "anna" / "report.json").read_bytes())
    assert [stored] == said["reports"]
    assert ["dora"] == [one["submission"] for one in said["not_graded"]]
    assert "it is no archive" in said["not_graded"][0]["why"]
    assert "graded 2 of 2" in told.err


def test_quiet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The verdicts and nothing else."""
    submission(tmp_path / "class" / "anna", corr2d=RIGHT)
    submission(tmp_path / "class" / "bert", corr2d=FLIPPED)
    code = run(tmp_path / "class", "--check", "corr2d.values", "-q", "--out", tmp_path / "out")
    told = capsys.readouterr()

    assert (1, "") == (code, told.err)
    assert ["anna", "bert"] == [line.split()[0] for line in told.out.splitlines()]


@pytest.mark.parametrize("option", ["--json", "--quiet"])
def test_a_reader_who_has_gone(option: str, tmp_path: Path) -> None:
    """`| true`: everything is graded, and the exit code tells how."""
    anna = submission(tmp_path / "anna", corr2d=FLIPPED)
    words = ["run", anna, "--check", "corr2d.values", option, "--jobs", "1", "--out", tmp_path / "out"]
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as gone:
        done = subprocess.run([sys.executable, "-m", "grader.cli", *words], stdout=gone, stderr=subprocess.PIPE)

    assert (1, b"") == (done.returncode, done.stderr)
    assert (tmp_path / "out" / "anna" / "report.html").is_file()


def test_the_example_can_be_repeated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command that the terminal shows works as it stands, wherever the submission lies and however it is named."""
    anna = submission(tmp_path / "anna's $HOME; work", corr2d=FLIPPED)
    run(anna, "--check", "corr2d.values", "--out", tmp_path / "out")
    command = capsys.readouterr().out.partition("Its example: grader ")[2].splitlines()[0]

    assert 1 == main(shlex.split(command))
    assert "corr2d.values failed now" in capsys.readouterr().out


def test_an_endless_print(tmp_path: Path) -> None:
    """On a terminal of 60 columns: first and last lines, and how much is missing."""
    text = "def corr2d(X, K):\n    for i in range(20000):\n        print('step', i)\n    return X\n"
    anna = submission(tmp_path / "anna", corr2d=text)
    command = ["run", anna, "--check", "corr2d.values", "--jobs", "1", "--out", tmp_path / "out"]
    said = plain(in_terminal([sys.executable, "-m", "grader.cli", *map(str, command)], 60)).splitlines()

    assert "  | step 0" in said and "  | step 19999" in said
    assert any("more bytes were printed and left out" in line for line in said)
    assert len(said) < 60 and max(map(len, said)) <= 60


def forged(out: Path, home: Path) -> None:
    """A gradebook in `out` that gives all points, of the submission that lay in `home`."""
    import sqlite3
    import zlib

    import msgspec

    from grader.report.standing import standing

    with contextlib.closing(sqlite3.connect(out / "gradebook.sqlite")) as book:
        for number, data in book.execute("SELECT id, data FROM reports").fetchall():
            report = from_json(zlib.decompress(data))
            exercises = [
                msgspec.structs.replace(
                    exercise,
                    checks=tuple(
                        msgspec.structs.replace(check, outcome="passed", earned=check.points, finding=None)
                        for check in exercise.checks
                    ),
                )
                for exercise in report.exercises
            ]
            report = msgspec.structs.replace(report, exercises=tuple(exercises), score=report.max_score)
            book.execute(
                "UPDATE reports SET data = ?, standing = ? WHERE id = ?",
                (zlib.compress(msgspec.json.encode(report)), msgspec.json.encode(standing(report)), number),
            )
        book.execute("UPDATE results SET outcome = 'passed', earned = points, told = ''")
        book.execute("UPDATE submissions SET place = ?", (str(home),))
        book.commit()


def test_a_gradebook_that_was_handed_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What lies in a submission is its owner's word: a gradebook there is neither believed nor changed, however it is named."""
    anna = submission(tmp_path / "anna", corr2d=FLIPPED)
    chosen = ("--exercise", "corr2d", "--check", "corr2d.values", "--out")
    assert 1 == run(anna, *chosen, tmp_path / "reports")
    forged(tmp_path / "reports", anna)
    assert 0 == run(anna, *chosen, tmp_path / "reports")  # where it is the instructor's, it is used
    out = Path(shutil.move(tmp_path / "reports", anna / "reports"))
    book = (out / "gradebook.sqlite").read_bytes()
    (link := tmp_path / "by_link").symlink_to(anna)

    for path, where in ((anna, out), (link, out), (anna, link / "reports"), (anna / "corr2d.py", out)):
        capsys.readouterr()
        assert 1 == run(path, *chosen, where)
        assert "corr2d.values" in capsys.readouterr().out
        (page,) = out.glob("*/report.json")
        assert 0 == from_json(page.read_bytes()).score
        shutil.rmtree(page.parent)
    assert book == (out / "gradebook.sqlite").read_bytes()


@pytest.mark.parametrize("link", ["reports", "reports/anna"])
def test_a_link_in_the_place_of_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str], link: str) -> None:
    """Reports are not written through a link that was handed in."""
    anna, berta = (submission(tmp_path / name, corr2d=RIGHT) for name in ("anna", "berta"))
    (anna / link).parent.mkdir(exist_ok=True)
    (anna / link).symlink_to(berta)

    assert 2 == run(anna, "--exercise", "corr2d", "--out", anna / "reports")

    assert "there are links in the submission anna" in capsys.readouterr().err
    assert ["corr2d.py"] == [path.name for path in berta.iterdir()]
