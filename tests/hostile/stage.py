"""Grade all hostile submissions in one run, a right one after each, and write down what happened.

    python -m tests.hostile.stage FOLDER [UID]
    python -m tests.hostile.stage FOLDER cuda           # student code may use the GPU

FOLDER must be empty. With UID, root becomes that user first. Leaves FOLDER/results.json. Ends with status 77, and
the reason on standard error, where that user cannot be given what a grader needs.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import resource
import secrets
import signal
import socket
import stat
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from grader import course
from grader.engine.local import Grader, Options
from grader.judge.bank import Bank
from grader.records import SubmissionReport, to_json
from grader.report import html
from grader.rubric import EVERYTHING
from grader.submission import Source
from grader.worker.client import Limits
from grader.worker.confinement import identity, namespaces, syscalls
from grader.worker.owntime import Account
from tests.hostile.attacks import ATTACKS, RIGHT
from tests.report import samples

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
LIMITS = Limits(
    call_seconds=1.0,
    check_seconds=3.0,
    exercise_seconds=8.0,
    training_seconds=8.0,
    cpu_seconds=30,
    memory_bytes=512 << 20,
    output_bytes=16 << 10,
    scratch_bytes=16 << 20,
    artefact_bytes=32 << 20,
)
EXERCISES = ("corr2d", "lenet5")
BIND = 4096  # flag of mount
NOT_POSSIBLE = 77


class Scene:
    """The victims: everybody may write to them, so that nothing but confinement protects them."""

    def __init__(self, folder: Path) -> None:
        self.token = secrets.token_hex(16)
        self.victim = folder / "victim"
        for name in ("free", ".ssh", "data/MNIST/raw", "other"):
            (self.victim / name).mkdir(parents=True)
        for name in (
            "secret.txt",
            ".ssh/id_rsa",
            ".bash_history",
            "data/MNIST/raw/t10k-labels-idx1-ubyte",
            "free/file.txt",
        ):
            (self.victim / name).write_text(self.token)
        (self.victim / "other" / "corr2d.py").write_text(f"# {self.token}\n{RIGHT}")
        self.datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.datagrams.bind(os.fspath(self.victim / "socket"))
        self.abstract = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.abstract.bind(b"\0" + self.token.encode())
        self.server = socket.create_server(("127.0.0.1", 0))
        for listening in (self.datagrams, self.abstract, self.server):
            listening.setblocking(False)
        for base, folders, files in os.walk(self.victim):
            for name in (*folders, *files):
                path = Path(base, name)
                path.chmod(0o777 if path.is_dir() else 0o666)
        self.victim.chmod(0o777)
        self.sibling = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(10_000)"])
        os.environ |= {
            "GRADER_SECRET": self.token,
            "GRADER_DATA": os.fspath(self.victim / "data"),
            "HOME": os.fspath(self.victim),
        }

    def facts(self, grading: Grader, originals: Path) -> str:
        """The module `facts` of every hostile submission."""
        known = {
            "JUDGE": os.getpid(),
            "NURSERY": _innermost(grading._nursery._process.pid),
            "SIBLING": self.sibling.pid,
            "VICTIM": os.fspath(self.victim),
            "SECRET": os.fspath(self.victim / "secret.txt"),
            "OTHER": os.fspath(self.victim / "other"),
            "RUN": os.fspath(grading._scratch),
            "ORIGINALS": os.fspath(originals),
            "REPOSITORY": os.fspath(REPOSITORY),
            "PORT": self.server.getsockname()[1],
            # not the whole of it: whoever prints it has read it elsewhere
            "TOKEN": self.token[:8],
        }
        return "".join(f"{name} = {value!r}\n" for name, value in known.items())

    def knocked(self) -> list[str]:
        """Whether anybody has reached one of the sockets."""
        found = []
        for name, listening in (("datagrams", self.datagrams), ("abstract", self.abstract), ("server", self.server)):
            with suppress(BlockingIOError):
                found.append(f"{name}: {listening.recv(100) if name != 'server' else listening.accept()}")
        return found

    def end(self) -> None:
        self.sibling.kill()
        self.sibling.wait()


def state(scene: Scene, grading: Grader) -> dict[str, Any]:
    """All outside of the workers that an attack might change."""
    here = os.lstat
    files = {}
    for base, folders, names in os.walk(scene.victim):
        for name in (*folders, *names):
            path = os.path.join(base, name)
            about = here(path)
            content = Path(path).read_bytes() if stat.S_ISREG(about.st_mode) else b""
            files[path] = [about.st_mode, about.st_uid, about.st_mtime_ns, hashlib.sha256(content).hexdigest()]
    left = [place for place in ("/tmp", "/var/tmp", "/dev/shm") if os.path.exists(f"{place}/left-{scene.token[:8]}")]
    return {
        "files": files,
        "left": left,
        "knocked": scene.knocked(),
        "sibling": scene.sibling.poll(),
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "path": list(sys.path),
        "descriptors": [fd for fd in range(256) if _is_open(fd)],
        "limits": {
            name: resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT")
        },
        "signals": {str(number): str(signal.getsignal(number)) for number in signal.valid_signals()},
        "priority": os.getpriority(os.PRIO_PROCESS, 0),
        "affinity": sorted(os.sched_getaffinity(0)),
        "workers": _children(grading._nursery._process.pid),
        "nursery": grading._nursery._process.poll(),
        "run folder": sorted(os.listdir(grading._scratch)),
    }


def grade_all(folder: Path, device: str) -> list[dict[str, Any]]:
    """A result for each attack."""
    scene = Scene(folder)
    originals = folder / "submissions"
    chosen = course.load().exercises
    checks = [check for name in EXERCISES for check in chosen[name].checks]
    options = Options(isolation="strict", limits=dict.fromkeys(EVERYTHING, LIMITS), device=device)
    results = []
    try:
        with Grader(checks, options) as grading:
            hidden = _only_hidden([bank for name in EXERCISES for bank in grading.rubric.draw(chosen[name]).values()])
            write_submissions(originals, scene, grading)
            grade(grading, originals / "right")  # warm, and everything opened that stays open
            for name in ATTACKS:
                before, judging = state(scene, grading), time.process_time()
                report = grade(grading, originals / name, account := Account(LIMITS.submission_seconds))
                judging = time.process_time() - judging
                after = state(scene, grading)
                next_one = grade(grading, originals / "right")
                results.append(
                    {
                        "name": name,
                        "report": json.loads(to_json(report)),
                        "own seconds": account.spent,
                        "judge's seconds": judging,
                        "outside": {key: [before[key], after[key]] for key in before if before[key] != after[key]},
                        "secrets": [secret for secret in (scene.token, *hidden) if secret.encode() in to_json(report)],
                        "shown": shown(report),
                        "page": html.page(report).decode(),
                        "next": json.loads(to_json(next_one)),
                    }
                )
            isolation, run_folder = grading.isolation, grading._scratch
    finally:
        scene.end()
    results.append({"name": "the run itself", "isolation": isolation, "left": run_folder.exists(), "uid": os.getuid()})
    return results


def write_submissions(originals: Path, scene: Scene, grading: Grader) -> None:
    """All of them, each with the tools and the facts."""
    facts, tools = scene.facts(grading, originals), (HERE / "tools.py").read_text()
    for name, attack in ATTACKS.items():
        files: dict[str, str | bytes] = {**attack.files, "tools.py": tools, "facts.py": facts}
        for file, content in files.items():
            path = originals / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            data = content.encode() if isinstance(content, str) else content
            path.write_bytes(data.replace(b"{victim}", os.fsencode(scene.victim)))
    (originals / "right").mkdir()
    (originals / "right" / "corr2d.py").write_text(RIGHT)


def grade(grading: Grader, path: Path, account: Account | None = None) -> SubmissionReport:
    return grading._grade(Source(path=path, name=path.name), 1, account or Account()).report


def shown(report: SubmissionReport) -> str:
    """What a terminal or a log would get."""
    stream = io.StringIO()
    samples.print_summary([report], [], Path("reports"), stream)
    return stream.getvalue()


def _only_hidden(banks: list[Bank]) -> set[str]:
    """Digests of inputs that only hidden checks have, as the attack `hidden_inputs_told_later` makes them."""
    seen: dict[bool, set[str]] = {True: set(), False: set()}
    for bank in banks:
        for call in bank.calls:
            text = repr([np.asarray(value, dtype=float).tolist() for value in call.args])
            seen[bank.check.public].add(hashlib.sha256(text.encode()).hexdigest()[:16])
    return seen[False] - seen[True]


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def _children(parent: int) -> list[int]:
    """Processes whose parent is `parent`."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                status = Path(f"/proc/{entry}/stat").read_text()
            except OSError:
                continue
            if int(status.rpartition(")")[2].split()[1]) == parent:
                found.append(int(entry))
    return found


def _innermost(pid: int) -> int:
    """The nursery: that process, or the one that bubblewrap started."""
    return next((child for child in _children(pid)), pid)


def _make_reachable(path: str) -> None:
    """In a mount namespace of this process, let strangers reach `path` where it lies in somebody's private folder."""
    private = identity.private_folder_before([path])
    if private is None:
        return
    syscalls.call("unshare", namespaces.NEW_MOUNTS)
    syscalls.mount(b"none", b"/", namespaces.PRIVATE | namespaces.RECURSIVE)
    kept = os.open(path, os.O_PATH)
    syscalls.mount(b"tmpfs", os.fsencode(private), 0, b"mode=755")
    os.makedirs(path)
    syscalls.mount(f"/proc/self/fd/{kept}".encode(), os.fsencode(path), BIND)
    os.close(kept)


def _become(uid: int, folder: Path) -> None:
    """Start this module again as `uid`: what root has imported so far is not what is to be tested."""
    os.chown(folder, uid, uid)
    try:
        _make_reachable(sys.base_prefix)
    except OSError as problem:
        sys.exit(_impossible(f"{sys.base_prefix} is private and cannot be shown to uid {uid}: {problem}"))
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    if not all(os.access(path, os.R_OK) for path in (sys.executable, __file__, np.__file__)):
        sys.exit(_impossible(f"uid {uid} may not read the interpreter, its packages or this checkout"))
    os.execv(sys.executable, [sys.executable, "-m", "tests.hostile.stage", os.fspath(folder)])


def _impossible(reason: str) -> int:
    print(reason, file=sys.stderr)
    return NOT_POSSIBLE


def main() -> None:
    folder = Path(sys.argv[1])
    asked = sys.argv[2] if len(sys.argv) > 2 else ""
    if asked.isdigit():
        _become(int(asked), folder)
    (folder / "results.json").write_text(json.dumps(grade_all(folder, asked or "cpu")))


if __name__ == "__main__":
    main()
