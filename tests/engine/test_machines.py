"""Grading on other machines: the same records as here, whatever becomes of a machine."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from grader import course
from grader.cli import main
from grader.engine import machines, shards
from grader.engine.local import Grader, Options, Outcome, Verdicts
from grader.errors import HarnessError, SubmissionOutOfReach
from grader.judge.session import Data
from grader.submission import Source
from tests.grading.small import timeless

PLANTED = Path(__file__).parents[1] / "planted" / "kernel_learning"
NAMES = ("right_adam", "wrong_stub", "wrong_no_zero_grad", "right_momentum")
OPTIONS = Options(seed=7, isolation="basic", data=Data(train=False))
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # of schedulers


@pytest.fixture(scope="module")
def by() -> course.Course:
    return course.built_in("core")


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[Source]:
    """A class of four, and one that cannot be read."""
    folder = tmp_path_factory.mktemp("class")
    found = [Source(path=folder / name, name=name) for name in NAMES]
    for source in found:
        shutil.copytree(PLANTED / source.name, source.path)
    return [*found, Source(path=folder / "gone", name="gone", refusal="it is a link; name it by itself")]


def checks(by: course.Course) -> list[Any]:
    return by.select(["kernel_learning"], [], public_only=False)


def alike(outcome: Outcome) -> Any:
    """An outcome without what is measured by the clock."""
    if not isinstance(outcome, Verdicts):
        return type(outcome), str(outcome)
    return timeless(outcome.report), outcome.asked


@pytest.fixture(scope="module")
def here(by: course.Course, sources: list[Source]) -> dict[str, Any]:
    """What this machine makes of the class."""
    with Grader(checks(by), OPTIONS) as grading:
        return {source.name: alike(outcome) for source, outcome in grading.grade_all(sources)}


def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shards of two, so that there are several."""
    monkeypatch.setattr(shards, "LEAST", 2)
    monkeypatch.setattr(shards, "MOST", 2)


def graded(by: course.Course, scheduler: Any, sources: list[Source]) -> dict[str, Any]:
    with machines.Machines(checks(by), OPTIONS, by, scheduler) as engine:
        found = [(source, alike(outcome)) for source, outcome in engine.grade_all(sources)]
    assert len(sources) == len(found)
    assert all(any(source is one for one in sources) for source, _ in found)
    return {source.name: outcome for source, outcome in found}


def test_a_shard_is_graded_as_here(by: course.Course, sources: list[Source], here: dict[str, Any]) -> None:
    """Reports and refusals come back as they were, from a process session of its own."""
    [shard] = shards.cut(sources, by, checks(by), OPTIONS, processors=2)
    answer = shards.grade(shards.encode(shard))

    assert here == {source.name: alike(found) for source, found in shards.outcomes([shard.sources], [(0, answer)])}
    assert SubmissionOutOfReach is here["gone"][0]


def test_a_shard_carries_what_is_known(by: course.Course, sources: list[Source]) -> None:
    """Only what is not known is asked there, and the report is that of a run that asks everything."""
    chosen = checks(by)
    mended = chosen[-1].id
    with Grader(chosen, OPTIONS) as grading:
        [(_, whole)] = grading.grade_all(sources[1:2])
    assert isinstance(whole, Verdicts) and ["kernel_learning"] == [one.exercise for one in whole.trails]
    kept = frozenset(check.id for check in chosen) - {mended}
    trails = {one.exercise: one for one in whole.trails}
    [shard] = shards.cut(sources[1:2], by, chosen, OPTIONS, 2, kept, lambda name: trails)
    [(_, again)] = shards.outcomes([shard.sources], [(0, shards.grade(shards.encode(shard)))])

    assert isinstance(again, Verdicts) and timeless(whole.report) == timeless(again.report)
    assert again.asked <= {mended} < whole.asked


def test_a_shard_that_fails_says_why(by: course.Course, sources: list[Source]) -> None:
    """Its submissions are not graded, and the last line of what its process said is the reason."""
    [shard] = shards.cut(sources, by, checks(by), OPTIONS, processors=2)
    broken = msgspec.structs.replace(shard, course=Path("/nowhere/course.toml"))
    with pytest.raises(HarnessError, match=r"ended with exit status 2.*cannot be read") as caught:
        shards.grade(shards.encode(broken))

    found = list(shards.outcomes([broken.sources], [(0, caught.value)]))
    assert len(sources) == len(found)
    assert all(isinstance(outcome, HarnessError) and "cannot be read" in str(outcome) for _, outcome in found)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_a_shard_ends_with_whoever_asked_for_it(by: course.Course, sources: list[Source]) -> None:
    """A scheduler that kills its worker leaves nothing running."""
    [shard] = shards.cut(sources, by, checks(by), OPTIONS, processors=2)
    asking = os.fork()
    if asking == 0:
        shards.grade(shards.encode(shard))
        os._exit(0)
    wanted = f"grader.engine.shards\0{asking}\0"

    def running() -> list[str]:
        return [pid.name for pid in Path("/proc").glob("[0-9]*") if wanted in _command(pid)]

    _wait(lambda: bool(running()))
    os.kill(asking, signal.SIGKILL)
    os.waitpid(asking, 0)
    _wait(lambda: not running())


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_text()
    except OSError:
        return ""


def _wait(condition: Any) -> None:
    """Until it holds; the suite's own limit ends a test that waits in vain."""
    while not condition():
        time.sleep(0.05)


def test_slurm(
    by: course.Course, sources: list[Source], here: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By submitit's own executor for one machine."""
    pytest.importorskip("submitit")
    small(monkeypatch)

    assert here == graded(by, machines.Slurm(tmp_path, {"timeout_min": "20"}, cluster="local"), sources)


def test_slurm_that_refuses_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are handed in again, as is a shard that was lost; the others are recorded meanwhile."""
    pytest.importorskip("submitit")
    rounds = itertools.count()

    @contextlib.contextmanager
    def batch() -> Iterator[None]:
        yield
        if next(rounds) == 0:
            raise OSError("sbatch: error: job limit")

    class Job:
        def __init__(self, function: object, shard: bytes) -> None:
            self.shard = shard

        def done(self) -> bool:
            return True

        def result(self) -> bytes:
            if self.shard == b"b":
                raise RuntimeError("its machine is gone")
            return self.shard * 2

    scheduler = machines.Slurm(tmp_path, {}, cluster="local")
    monkeypatch.setattr(scheduler, "_executor", SimpleNamespace(submit=Job, batch=batch))
    answers = list(scheduler.answers([b"a", b"b", b"c"]))

    assert [(0, b"aa"), (2, b"cc")] == answers[:2] and next(rounds) == machines.RETRIES + 1
    assert 1 == answers[2][0] and "its machine is gone" in str(answers[2][1])


def test_slurm_is_not_here(sources: list[Source], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence, exit code 2."""
    pytest.importorskip("submitit")
    if shutil.which("sbatch"):
        pytest.skip("Slurm is here")

    assert 2 == main(["run", str(sources[0].path), "--engine", "slurm", "--out", str(tmp_path)])
    assert "there is no sbatch here" in capsys.readouterr().err


def test_settings_of_another_engine(sources: list[Source], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They are not passed over."""
    assert 2 == main(["run", str(sources[0].path), "--address", "node:1", "--out", str(tmp_path)])
    assert "grader: --address is for --engine ray: add that, or leave --address out\n" == capsys.readouterr().err


def test_a_package_is_missing(
    sources: list[Source], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The extra to install is named."""
    monkeypatch.setitem(sys.modules, "ray", None)

    assert 2 == main(["run", str(sources[0].path), "--engine", "ray", "--out", str(tmp_path)])
    assert "'course-grader[ray]'" in capsys.readouterr().err


def test_ray_with_a_node_that_dies(
    by: course.Course, sources: list[Source], here: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two nodes; one is killed while it grades. Its shard is graded again on the other, and nothing differs."""
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    small(monkeypatch)
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    node = cluster.add_node(num_cpus=1)
    try:
        cluster.wait_for_nodes()
        scheduler = machines.Ray(cluster.address)
        killer = threading.Timer(0, lambda: (_wait(_two_shards), cluster.remove_node(node, allow_graceful=False)))
        killer.start()
        found = graded(by, scheduler, sources)
        killer.join()
    finally:
        cluster.shutdown()

    assert here == found


def _two_shards() -> bool:
    """Whether both nodes are grading."""
    return sum("grader.engine.shards" in _command(pid) for pid in Path("/proc").glob("[0-9]*")) >= 2
