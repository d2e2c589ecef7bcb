"""Confinement: what is denied is denied by the kernel, and honest code notices nothing.

Everything runs in an interpreter of its own (`confined.py`), as root if the tests do and as an ordinary user.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import site
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from grader.errors import IsolationUnavailable
from grader.worker import confinement
from grader.worker.confinement import gpu, landlock, paths
from tests.worker import attempts, legitimate

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="student code is confined on Linux only")

NOBODY, WORKER = 65534, 60_999
IDENTITIES = ("root", "unprivileged")
SCRIPT = Path(__file__).with_name("confined.py")


def interpreter(user: int | None) -> tuple[str, list[str]]:
    """A Python that `user` can run, and folders of packages it lacks; skips the test when there is none."""
    if user is None:
        return sys.executable, []
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        command = [candidate, "-I", "-c", f"open({str(SCRIPT)!r})"]
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            subprocess.run(command, user=user, group=user, extra_groups=[], capture_output=True, check=True)
            return candidate, [] if candidate == sys.executable else site.getsitepackages()
    pytest.skip(f"uid {user} can run no {version}, or not read the tests")


@cache
def run(what: str, identity: str = "root", **request: Any) -> dict[str, Any]:
    """What `confined.py` says, as root or as an ordinary user."""
    if identity == "root" and os.geteuid() != 0:
        pytest.skip("needs root")
    user = NOBODY if identity == "unprivileged" and os.geteuid() == 0 else None
    program, packages = interpreter(user)
    folder = tempfile.mkdtemp(prefix="confinement-")
    if user is not None:
        os.chown(folder, user, user)
    uid = WORKER if identity == "root" else None
    words = {"run": what, "level": "strict", "uid": uid, "folder": folder, **request}
    if request.get("torch"):
        words["packages"] = packages
    who: dict[str, Any] = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    try:
        command = [program, "-I", str(SCRIPT), json.dumps(words)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=1200, cwd="/", **who)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize("cap", [None, 1], ids=["landlock", "landlock-1"])
@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("name", attempts.ATTEMPTS)
def test_an_attempt_is_made_and_refused(name: str, identity: str, cap: int | None) -> None:
    """A confined process gets the errno that its layer gives, and the same call works without the layers."""
    attempt = attempts.ATTEMPTS[name]
    outcomes = run("attempts", identity, cap=cap)
    kind, value = outcomes["confined"][name]

    assert value in attempt.expected, (kind, value)
    if attempt.control:
        assert outcomes["control"][name][0] == "done", outcomes["control"][name]
        assert outcomes["control"][name] != [kind, value]


@pytest.mark.parametrize("identity", IDENTITIES)
def test_attempts_leave_no_trace(identity: str) -> None:
    """Names, contents, modes and times of all files outside scratch are what they were."""
    assert run("attempts", identity)["unchanged"]


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("name", attempts.DEADLY)
def test_foreign_calling_conventions_kill(name: str, identity: str) -> None:
    """32-bit and x32 system calls end the process: their numbers mean something else."""
    assert run("attempts", identity)["deadly"][name] == ["signal", 31]


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("deed", legitimate.PLAIN)
def test_ordinary_code_works(deed: legitimate.Deed, identity: str) -> None:
    """What honest code does with files, threads, time and signals works when confined."""
    assert run("legitimate", identity)["confined"][deed.__name__] == "fine"


@pytest.mark.slow
@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("deed", legitimate.WITH_TORCH)
def test_torch_works(deed: legitimate.Deed, identity: str) -> None:
    """Training, export and modules that torch imports late work when confined."""
    assert run("legitimate", identity, torch=True)["confined"][deed.__name__] == "fine"


@pytest.mark.parametrize("identity", IDENTITIES)
def test_limits_are_hit(identity: str) -> None:
    """Each limit ends what exceeds it."""
    outcomes = run("bombs", identity)

    assert outcomes["file"] == ["refused", 27]  # EFBIG
    assert outcomes["memory"] == ["done", "MemoryError"]
    assert outcomes["descriptors"] == ["refused", 24]  # EMFILE
    assert outcomes["threads"][1].endswith(" threads")
    assert outcomes["threads"][1] != "all threads"
    assert outcomes["processor"] == ["signal", 9]
    if outcomes["sized scratch"]:
        assert outcomes["disk"] == ["refused", 28]  # ENOSPC
        assert outcomes["files"] == ["refused", 28]


@pytest.mark.parametrize("identity", IDENTITIES)
def test_misuse_is_refused(identity: str) -> None:
    """A second thread, or a submission that the worker cannot read, is an error before student code runs."""
    outcomes = run("misuse", identity, readable=False)

    assert outcomes["a thread"][0] == "HarnessError"
    assert outcomes["a missing submission"][0] == "HarnessError"
    if identity == "root":
        assert outcomes["a private submission"][0] == "HarnessError"


@pytest.mark.parametrize("identity", IDENTITIES)
def test_other_descriptors_are_closed(identity: str) -> None:
    """After `close_all_but` nothing else is open, and what Landlock needs still is."""
    outcome = run("closing", identity)

    assert outcome["left"] == []
    assert outcome["kept"]


@pytest.mark.parametrize("identity", IDENTITIES)
def test_a_worker_dies_with_its_nursery(identity: str) -> None:
    """The kernel ends a worker when the process that forked it is killed."""
    assert run("orphan", identity)["rest"] == ""


@pytest.mark.parametrize("identity", IDENTITIES)
def test_strict_refuses_without_landlock(identity: str) -> None:
    """Level strict names the layer that is missing, why it matters and what to do."""
    kind, message = run("attempts", identity, cap=0)["error"]

    assert kind == "IsolationUnavailable"
    assert "Landlock is missing" in message
    assert "read the rubric" in message
    assert "Linux 5.13" in message


@pytest.mark.parametrize("identity", IDENTITIES)
def test_basic_takes_what_there_is(identity: str) -> None:
    """Level basic goes on without Landlock, and says so by leaving it out."""
    in_force = run("attempts", identity, cap=0, level="basic")["in force"]

    assert "Landlock" not in in_force
    assert {"resource limits", "no new privileges", "unreadable memory", "seccomp"} <= set(in_force)


def test_every_layer_of_strict_is_in_force() -> None:
    """As root all six layers are on."""
    assert run("attempts")["in force"] == [
        "resource limits",
        "Landlock",
        "private uid",
        "unreadable memory",
        "no new privileges",
        "seccomp",
    ]


@pytest.mark.bench
@pytest.mark.parametrize("identity", IDENTITIES)
def test_cost_of_confining(identity: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Prints what `enforce` costs in a fork of a process that imported torch."""
    cost = run("cost", identity, torch=True)
    with capsys.disabled():
        print(f"\nenforce as {identity}, 50 forks: {', '.join(f'{k} {v:.1f} ms' for k, v in cost.items())}")


def test_the_doctor_tries_each_layer() -> None:
    """`probe` reports each layer once, with a remedy exactly when it is missing."""
    statuses = confinement.probe()

    assert len({status.name for status in statuses}) == len(statuses) == 10
    assert all(bool(status.remedy) != status.available for status in statuses)
    assert all(status.detail for status in statuses)


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packages with things to hide among them."""
    for name in ("numpy", "torch", "grader", "reference", "tests"):
        (tmp_path / name).mkdir()
    for name in ("six.py", "course.pth", "__editable___course_grader_finder.py"):
        (tmp_path / name).touch()
    monkeypatch.setattr(paths, "package_folders", lambda: {str(tmp_path)})
    return tmp_path


def test_packages_are_granted_one_by_one(packages: Path) -> None:
    """The grader, references, tests and pointers elsewhere are left out of what a worker may read."""
    granted = {Path(path).name for path in paths.interpreter_paths() if path.startswith(str(packages))}

    assert granted == {"numpy", "torch", "six.py"}


def test_hidden_paths_inside_a_package_are_left_out(packages: Path) -> None:
    """A hidden path below a granted folder splits the folder."""
    (packages / "torch" / "answers").mkdir()
    (packages / "torch" / "nn").mkdir()

    granted = paths.interpreter_paths([str(packages / "torch" / "answers")])

    assert str(packages / "torch") not in granted
    assert str(packages / "torch" / "nn") in granted
    assert str(packages / "torch" / "answers") not in granted


def test_level_none_promises_nothing() -> None:
    """Level none confines nothing, and prepares nothing."""
    prepared = confinement.prepare(confinement.Policy(), "none")

    assert prepared.in_force == ()
    assert prepared.descriptors == ()


def test_other_machines_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A processor without a table of system calls is refused by name."""
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    confinement.syscalls.machine.cache_clear()
    try:
        with pytest.raises(IsolationUnavailable, match="riscv64"):
            confinement.syscalls.machine()
    finally:
        confinement.syscalls.machine.cache_clear()


@pytest.mark.skipif(landlock.version() < gpu.LEAST_LANDLOCK, reason="Landlock cannot tell devices apart here")
@pytest.mark.parametrize("identity", IDENTITIES)
def test_a_card_is_all_that_it_opens(identity: str) -> None:
    """With /dev/full in the place of a card: that device, the driver's kind of socket and own threads, no more."""
    granted = {"command the card": "commanded", "the driver's socket": "listens", "name its own thread": "renamed"}
    granted |= {"read its own memory map": "read"}
    answers = run("card", identity, card=("/dev/full",))

    assert {name: value for name, (kind, value) in answers["student"].items() if kind == "done"} == granted
    assert not [name for name, (kind, value) in answers["evaluator"].items() if kind == "done"]


def test_a_card_is_refused_where_landlock_is_too_old() -> None:
    """It could not keep student code from commanding other devices."""
    kind, words = run("card", card=("/dev/full",), cap=4)["error"]

    assert kind == "IsolationUnavailable" and "Landlock 5 is needed" in words


@pytest.mark.parametrize("identity", IDENTITIES)
def test_attempts_gain_nothing_by_a_card(identity: str) -> None:
    """What is refused without a card is refused with one, but for the map of its own memory, which the driver needs; two
    calls on sockets get as far as to find none."""
    if landlock.version() < gpu.LEAST_LANDLOCK:
        pytest.skip("Landlock cannot tell devices apart here")
    without, with_card = (run("attempts", identity, **more)["confined"] for more in ({}, {"card": ("/dev/full",)}))
    changed = {name for name, answer in with_card.items() if answer != without[name]} - {"read_its_memory_map"}

    assert changed == {"system_call_bind", "system_call_listen"}
    assert {with_card[name][1] for name in changed} == {errno.ENOTSOCK}
