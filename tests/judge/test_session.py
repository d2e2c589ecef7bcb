"""A submission's worker: when it is made, limited, blamed and replaced. The worker itself is played here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.authoring.exercise import Exercise
from grader.authoring.expect import CheckFailure
from grader.errors import HarnessError, ShortOfResources, WorkerFailed
from grader.excerpt import Excerpt
from grader.judge import session as sessions
from grader.judge.session import LOOP, MANY_PASSES, SLOW, TOO_MUCH, Session
from grader.worker import protocol
from grader.worker.client import Limits
from grader.worker.owntime import Account
from grader.worker.protocol import Raised, Reply, Request

LIMITS = Limits(call_seconds=10, check_seconds=30, exercise_seconds=100)
TAMPERED = "your code answered in the grader's place while areas.py was being imported"
TIMEOUT = WorkerFailed("your code was stopped at the limit", "timeout")
LOADED = {"area": "function", "Area": "extra", "box": "missing"}
DO = Request("calls")


class FakeWorker:
    """Answers with what it is given; writes down what it is asked and under what limit."""

    def __init__(self, nursery: FakeNursery) -> None:
        self.nursery = nursery
        self.alive = True

    def ask(self, request: Request, seconds: float, limit: str) -> Reply:
        self.nursery.asked.append((request, round(seconds, 6), limit))
        if self.nursery.stopping:
            raise WorkerFailed(f"your code was stopped at {limit}", "timeout")
        return self._next()

    def stream(self, frame: bytes, count: int, seconds: float, limit: str) -> Iterator[Reply]:
        self.nursery.asked.append((protocol.read_request(frame[8:]), round(seconds, 6), limit))
        for _ in range(count):
            yield self._next()

    def take_output(self) -> Excerpt:
        printed = Excerpt(1000)
        printed.add(f"<{self.nursery.workers.index(self)}>".encode())
        return printed

    def kill(self) -> None:
        self.alive = False

    def _next(self) -> Reply:
        assert self.alive
        answer = self.nursery.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Reply) else Reply(protocol.pack(answer))


class FakeNursery:
    """Makes workers which share one list of answers."""

    def __init__(self, answers: list[Any]) -> None:
        self.answers = answers
        self.asked: list[tuple[Request, float, str]] = []
        self.workers: list[Any] = []
        self.roles: list[str] = []
        self.stopping = False  # workers are stopped at their limit

    def spawn(self, folder: Path, limits: Limits, account: Account, role: str = "student", wanted: Any = ()) -> Any:
        self.workers.append(FakeWorker(self))
        self.roles.append(role)
        self.wanted = tuple(wanted)
        return self.workers[-1]


class Clock:
    """The judge's processor time, moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def process_time(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(sessions, "time", found)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "areas.py").write_text("pass")
    return tmp_path


def started(folder: Path, *answers: Any, **more: Any) -> tuple[Session, FakeNursery]:
    def area(width: int, height: int = 2) -> None: ...

    nursery = FakeNursery(list(answers))
    contract = Exercise("areas", title="Areas", functions={"area": area}, classes={"Box": dict})
    return Session(nursery, contract, folder, LIMITS, **more), nursery  # type: ignore[arg-type]


def failure(act: Any, *arguments: Any) -> CheckFailure:
    with pytest.raises(CheckFailure) as caught:
        act(*arguments)
    return caught.value


def test_loads_once(folder: Path) -> None:
    """The file, the contract and a seed are sent to the first worker, which is kept. The run's own seed is not told."""
    session, nursery = started(folder, LOADED, seed=7)

    assert [session.load(), session.load()] == [nursery.workers[0]] * 2
    assert LOADED == session.names
    contract = {"area": (("width", None), ("height", 2)), "Box": ()}
    [(request, *limit)] = nursery.asked
    assert [30, "the limit of 30 s for one check"] == limit
    file, told, seed, *more = map(protocol.unpack, request.arguments)
    assert ("areas.py", contract, [[], False]) == (file, {k: tuple(map(tuple, v)) for k, v in told.items()}, more)
    again, other = (started(folder, LOADED, seed=number) for number in (7, 8))
    seeds = [(one.load(), protocol.unpack(theirs.asked[0][0].arguments[2]))[1] for one, theirs in (again, other)]
    assert seed == seeds[0] != seeds[1]
    assert not {7, 8}.intersection(seeds)


def test_without_ready_made_functions(folder: Path) -> None:
    """Another worker than before: what has once been taken away there does not come back."""
    session, nursery = started(folder, LOADED, LOADED, LOADED)
    for without in ((), ("pooling",), ("pooling",), ()):
        session.do_without(without)
        session.load()

    assert [[], ["pooling"], []] == [protocol.unpack(request.arguments[3]) for request, _, _ in nursery.asked]
    assert [False, False, True] == [worker.alive for worker in nursery.workers]


def test_an_import_that_compares_with_the_library(folder: Path) -> None:
    """Gets a fresh worker in which ready-made functions are gone after the import; all later ones load in that way."""
    session, nursery = started(folder, Reply(raised=Raised("ReadyMade", "aten.conv2d", 3)), LOADED, LOADED)
    session.load()
    session.discard()
    session.load()

    assert [False, True, True] == [protocol.unpack(request.arguments[4]) for request, _, _ in nursery.asked]
    assert ("aten.conv2d", LOADED) == (session.imports_ready_made, session.names)
    assert [False, False, True] == [worker.alive for worker in nursery.workers]


def test_an_import_that_calls_nothing_else(folder: Path) -> None:
    """Is asked once more only: a file that says so again has said it itself."""
    raised = Reply(raised=Raised("ReadyMade", "aten.conv2d", 3))
    session, nursery = started(folder, raised, raised)
    failure(session.load)

    assert 2 == len(nursery.workers)


def test_a_notebook_with_a_cell_that_came_to_no_end(folder: Path) -> None:
    """Is loaded all the same; what is written and yet missing is told with it."""
    broken = Raised("NameError", "name 'x' is not defined", 2, file="code cell 3 of areas.ipynb")
    (folder / "areas.py").write_text("def area(): ...\nx = x\nclass Box(: ...")
    loaded = {"area": "function", "Box": "missing", "Other": "missing"}
    session, _ = started(folder, Reply(protocol.pack(loaded), broken))
    session.require("area")

    assert broken == session.broken_import
    assert "line 2 of code cell 3 of areas.ipynb: name 'x' is not defined" in failure(session.require, "Box").message
    assert "areas.py defines no Other" == failure(session.require, "Other").message


def test_prints_of_a_batch_that_is_broken_off(folder: Path) -> None:
    """Are dropped, for how far a worker has run ahead is chance; what was printed before it is kept."""
    session, nursery = started(folder, LOADED, 1, LOADED)
    replies = session.stream(protocol.frame(DO), 2, str)
    next(replies)
    session.break_off()
    session.load()

    assert [False, True] == [worker.alive for worker in nursery.workers]
    assert "<0><1>" == session.take_output()  # a worker prints once whenever it is asked for its output


def test_a_session_of_the_reference(folder: Path, tmp_path: Path) -> None:
    """Asks the same of the reference's own code, on an account of its own; where there is none, that is no finding."""
    own = tmp_path / "reference"
    own.mkdir()
    (own / "areas.py").write_text("pass")
    session, nursery = started(folder, LOADED, seed=7, reference=lambda: own)
    reference = session.of_reference()
    reference.load()
    reference._account.spent += 50

    assert (own, session.exercise, session.limits, session.data, 7) == (
        reference.folder,
        reference.exercise,
        reference.limits,
        reference.data,
        reference.seed,
    )
    assert (1, 0) == (len(nursery.workers), session.spent)
    with pytest.raises(HarnessError, match="there is no reference to ask"):
        started(folder)[0].of_reference()


def test_a_missing_file(tmp_path: Path) -> None:
    """No worker is started for nothing; the name is told, and what is there."""
    (tmp_path / "areas (1).py").touch()
    session, nursery = started(tmp_path)
    found = failure(session.load)

    assert "areas.py is missing; there is areas (1).py" == found.message
    assert "Hand in a file named exactly areas.py, at the top of your folder." == found.hint
    assert found is failure(session.require, "area") and [] == nursery.workers


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (TIMEOUT, "your code was stopped at the limit while areas.py was being imported"),
        (Reply(raised=Raised("KeyError", "'a'", 3)), "areas.py cannot be imported: KeyError in line 3: 'a'"),
        (["area"], TAMPERED),
        (dict.fromkeys(map(str, range(2001)), "x"), TAMPERED),
    ],
)
def test_what_cannot_be_loaded_is_not_tried_again(folder: Path, answer: Any, message: str) -> None:
    """The same finding every time, from one worker, which is ended."""
    session, nursery = started(folder, answer)
    found = failure(session.load)

    assert (message, message) == (found.message, failure(session.ask, DO, "x").message)
    assert [False] == [worker.alive for worker in nursery.workers]


def test_as_many_names_as_a_worker_may_tell(folder: Path) -> None:
    """Are no reason for suspicion; what they are is text."""
    session, _ = started(folder, dict.fromkeys(map(str, range(2000)), 1))
    session.load()

    assert (2000, {"1"}) == (len(session.names), {*session.names.values()})


def test_require(folder: Path) -> None:
    """Only extra names are offered in place of a missing one."""
    session, _ = started(folder, LOADED)
    session.require("area")

    assert "areas.py defines no box" == failure(session.require, "box").message
    assert failure(session.require, "area_").hint.startswith("It has Area: is that the one?")


@pytest.mark.parametrize(
    ("seconds", "passed", "wanted"),
    [
        (None, 0, (10, "the limit of 10 s for one call")),
        (25.5, 0, (25.5, "the limit of 25.5 s")),
        (None, 90, (10, "the limit of 10 s for one call")),
        (None, 91, (9, "the limit of 100 s for the whole exercise")),
    ],
)
def test_limits(folder: Path, seconds: float | None, passed: float, wanted: tuple[float, str]) -> None:
    """One call's limit, its own where it has one, or what is left of the exercise's."""
    session, nursery = started(folder, LOADED, 5)
    session.load()
    session._account.spent += passed

    assert 5 == session.ask(DO, "x", seconds).value
    assert (DO, *wanted) == nursery.asked[-1]


@pytest.mark.parametrize(
    ("seconds", "wanted"),
    [
        (None, "your code was stopped at the limit of 10 s for one call while train was running"),
        (150.0, "your code was stopped at the limit of 100 s for the whole exercise while train was running"),
        (60.0, "your code was stopped at the limit of 60 s while train was running"),
    ],
)
def test_the_sentence_about_a_limit(folder: Path, seconds: float | None, wanted: str) -> None:
    """It tells what the limit is for, once."""
    session, nursery = started(folder, LOADED)
    session.load()
    nursery.stopping = True

    assert wanted == failure(session.ask, DO, "train was running", seconds).message


def test_stream(folder: Path) -> None:
    """A batch has the limit of a check, and every reply comes by itself."""
    session, nursery = started(folder, LOADED, 1, 2, 3)
    replies = session.stream(protocol.frame(DO), 3, str)

    assert 1 == next(replies).value
    assert [2, 3] == [reply.value for reply in replies]
    assert (DO, 30, "the limit of 30 s for one check") == nursery.asked[-1]


def test_the_call_that_kills_is_named(folder: Path) -> None:
    """In a batch it is the first without a reply; the worker is gone, the next request gets a new one."""
    session, nursery = started(folder, LOADED, 1, WorkerFailed("your code crashed", "killed"), LOADED, 4)
    replies = session.stream(protocol.frame(DO), 3, lambda index: f"call {index} was being made")
    found = failure(lambda: list(replies))

    assert ("your code crashed while call 1 was being made", "", True) == (found.message, found.hint, found.fatal)
    assert 4 == session.ask(DO, "x").value
    assert [False, True] == [worker.alive for worker in nursery.workers]


def test_a_hanging_call(folder: Path) -> None:
    """Is named, with the usual reason for it; in a hidden check the limit is all that may be told."""
    words = "your code was stopped at the limit of 10 s for one call"
    session, nursery = started(folder, LOADED, WorkerFailed(words, "timeout"))
    found = failure(session.ask, DO, "area(2) was being called")

    assert f"{words} while area(2) was being called" == found.message
    assert "a hidden check was stopped at the limit of 10 s for one call; what it tried is not shown" == found.hidden
    assert (LOOP, True, False) == (found.hint, found.fatal, nursery.workers[0].alive)


@pytest.mark.parametrize(("seconds", "hint"), [(None, SLOW), (60.0, MANY_PASSES)])
def test_no_call_by_itself_was_too_slow(folder: Path, seconds: float | None, hint: str) -> None:
    """Where the grader makes many calls, or many checks used up the time, nobody is sent to look for an endless loop."""
    session, nursery = started(folder, LOADED)
    session.load()
    session._account.spent += 95 if seconds is None else 0
    nursery.stopping = True

    assert hint == failure(session.ask, DO, "x", seconds).hint


def test_a_crash_tells_nothing_of_a_hidden_check(folder: Path) -> None:
    """It may have been caused by an input."""
    session, _ = started(folder, LOADED, WorkerFailed("your code crashed", "killed"))

    assert "" == failure(session.ask, DO, "x").hidden


def test_a_busy_machine_blames_nobody(folder: Path) -> None:
    """Where a worker got next to no processor time nothing can be said, now or in what follows."""
    session, nursery = started(folder, LOADED, WorkerFailed("your code got nothing", "starved"))
    for _ in range(2):
        with pytest.raises(ShortOfResources, match="next to no processor time"):
            session.ask(DO, "x")

    assert (True, 0, 1) == (session._account.starved, session.timeouts, len(nursery.workers))


def test_a_worker_that_cannot_be_started_now(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is no fault of the submission either."""
    session, nursery = started(folder)

    def refuse(*_: Any) -> None:
        raise ShortOfResources("no worker could be started")

    monkeypatch.setattr(nursery, "spawn", refuse)
    with pytest.raises(ShortOfResources):
        session.load()
    assert session._account.starved


def test_the_judge_s_work_on_an_answer(folder: Path, clock: Clock) -> None:
    """Counts as the submission's: answers that keep the judge busy end with the exercise."""
    session, nursery = started(folder, LOADED, *[7] * 100)
    session.load()
    for _ in range(17):
        session.ask(DO, "x")
        clock.now += 6

    assert "not tried: the limit of 100 s for the whole exercise is used up" == failure(session.ask, DO, "x").message
    assert (1 + 17, 102) == (len(nursery.asked), session.spent)


def test_one_budget_for_a_submission(folder: Path) -> None:
    """What its other exercises have used is gone; when all is used up nothing more is tried."""
    session, nursery = started(folder, LOADED, 7)
    session._account.limit = 60.0
    session.load()
    session._account.spent = 55.0

    assert 7 == session.ask(DO, "x").value
    assert (DO, 5, "the limit of 60 s for all exercises together") == nursery.asked[-1]
    session._account.spent = 60.0
    found = failure(session.ask, DO, "x")
    assert ["not tried: the limit of 60 s for all exercises together is used up"] * 2 == [found.message, found.hidden]


@pytest.mark.parametrize(
    ("kinds", "counted"), [(["timeout", "memory", "threads"], 3), (["killed", "exited", "protocol"], 0)]
)
def test_what_counts_as_stopped_at_a_limit(folder: Path, kinds: list[str], counted: int) -> None:
    """Time, memory, threads and scratch do: after three of them nothing more is tried. A crash costs next to nothing."""
    session, _ = started(
        folder, *(part for kind in kinds for part in (LOADED, WorkerFailed("stopped", kind))), LOADED, 7
    )
    for _ in kinds:
        failure(session.ask, DO, "x")

    assert counted == session.timeouts
    if counted:
        found = failure(session.ask, DO, "x")
        assert ("not tried: your code was stopped 3 times at a limit", True) == (found.message, found.fatal)
    else:
        assert 7 == session.ask(DO, "x").value


def test_the_time_of_the_exercise(folder: Path) -> None:
    """When it is used up nothing more is tried, nor a worker started."""
    session, nursery = started(folder)
    session._account.spent += 100
    wanted = "not tried: the limit of 100 s for the whole exercise is used up"

    assert [wanted] * 3 == [
        failure(session.load).message,
        failure(session.ask, DO, "x").message,
        failure(evaluated, session, "x").message,
    ]
    assert [] == nursery.workers


def test_exploring_costs_nothing_but_its_time(folder: Path) -> None:
    """What the grader tries for its own sake is short, and being stopped there is not counted."""
    session, nursery = started(folder, LOADED, TIMEOUT, LOADED, 7)
    with session.exploring(4):
        failure(session.ask, DO, "x")
    session.ask(DO, "x")

    assert [4, 4, 30, 10] == [seconds for _, seconds, _ in nursery.asked]
    assert 0 == session.timeouts


def test_exploring_does_not_call_a_file_unloadable(folder: Path) -> None:
    """An import that is slower than exploring may be goes on being imported by the checks."""
    session, _ = started(folder, TIMEOUT, LOADED, 7)
    with session.exploring(4):
        failure(session.load)

    assert 7 == session.ask(DO, "x").value


def test_exploring_ends_with_the_exercise(folder: Path) -> None:
    """It is never given more than the exercise has left."""
    session, nursery = started(folder, LOADED, 7)
    session.load()
    session._account.spent += 97
    with session.exploring(4):
        session.ask(DO, "x")

    assert (DO, 3, "the limit of 100 s for the whole exercise") == nursery.asked[-1]


def test_training_has_a_time_of_its_own(folder: Path) -> None:
    """It may take longer than the exercise, and what it took is not the exercise's."""
    session, nursery = started(folder, LOADED, 7, 8)
    session.load()
    with session.training():
        session.ask(DO, "it was trained", seconds=1000)
        session._account.spent += 140
    session.ask(DO, "x", seconds=1000)

    assert [LIMITS.training_seconds, 100] == [seconds for _, seconds, _ in nursery.asked[1:]]
    assert [
        f"the limit of {LIMITS.training_seconds:g} s for all training",
        "the limit of 100 s for the whole exercise",
    ] == [limit for _, _, limit in nursery.asked[1:]]


def evaluated(session: Session, what: str) -> Any:
    """The answer to one request."""
    [reply] = session.ask_evaluator([DO], what, 5.0)
    return reply.value


def test_the_evaluator_is_a_process_of_its_own(folder: Path) -> None:
    """It never loads the student's file, answers all that asks for one, under a limit each, and ends with the exercise."""
    session, nursery = started(folder, "seen", "again", LOADED, "once more")

    assert ["seen", "again"] == [reply.value for reply in session.ask_evaluator([DO, DO], "x", 5.0)]
    assert [(DO, 5, "the limit of 5 s")] * 2 == nursery.asked
    assert [session.load()] == nursery.workers[1:]
    assert "once more" == evaluated(session, "x")
    assert ["evaluator", "student"] == nursery.roles
    assert [True, True] == [worker.alive for worker in nursery.workers]
    session.discard()
    assert [False, False] == [worker.alive for worker in nursery.workers]


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("import torch", ()),
        ("from torchvision import datasets", ("torchvision",)),
        ("import torch._dynamo as compiler", ("torch._dynamo",)),
    ],
)
def test_what_the_nursery_imports_first(folder: Path, code: str, wanted: tuple[str, ...]) -> None:
    """What some file of the student's names."""
    (folder / "parts").mkdir()
    (folder / "parts" / "one.py").write_text(code)
    session, nursery = started(folder, LOADED)
    session.load()

    assert wanted == nursery.wanted


def test_a_folder_that_is_called_like_a_file(folder: Path) -> None:
    """It is none: nothing is read from it, and nobody is to blame."""
    (folder / "helper.py").mkdir()
    (folder / "areas.onnx").mkdir()
    session, nursery = started(folder, LOADED)

    assert session.load() is nursery.workers[0]
    assert session.artefact("areas.onnx") is None
    assert session.source("helper.py").text == ""


def test_names_of_exceptions_and_files_stay_on_one_line(folder: Path) -> None:
    """Code chooses them, and our own sentences hold them."""
    session, _ = started(folder, LOADED, Reply(raised=Raised("A\n::error::b", "", 3, "", file="x\n\u2028.py")))
    raised = session.ask(DO, "").raised

    assert raised is not None
    assert [r"A\n::error::b", r"x\n\u2028.py"] == [raised.type_name, raised.file]


def test_an_evaluator_that_is_broken_off(folder: Path) -> None:
    """Has answers left that nobody reads: the next request gets another one."""
    session, nursery = started(folder, "refused", "unread", "anew")
    answers = session.ask_evaluator([DO, DO], "x", 5.0)
    next(answers)
    answers.close()

    assert "unread" == evaluated(session, "x")
    assert [False, True] == [worker.alive for worker in nursery.workers]


def test_an_evaluator_that_fails(folder: Path) -> None:
    """Counts as stopped, and leaves the student's own worker alone."""
    session, nursery = started(folder, LOADED, TIMEOUT)
    session.load()
    found = failure(evaluated, session, "the file was being run")

    assert ("stopped at the limit while the file was being run", TOO_MUCH, True, 1) == (
        found.message,
        found.hint,
        found.fatal,
        session.timeouts,
    )
    assert [True, False] == [worker.alive for worker in nursery.workers]


def test_output_of_all_workers(folder: Path) -> None:
    """In order, once: of those that were ended and of the one at hand."""
    session, _ = started(folder, LOADED, LOADED)
    session.load()
    session.discard()
    session.load()

    assert ["<0><1>", "<1>"] == [session.take_output(), session.take_output()]
    session.discard()
    session.discard()
    assert ["<1>", ""] == [session.take_output(), session.take_output()]


def test_artefact(folder: Path) -> None:
    """The bytes of a file, or None where there is none."""
    (folder / "sub").mkdir()
    session, _ = started(folder)

    assert [b"pass", None, None] == [session.artefact(name) for name in ("areas.py", "areas.onnx", "sub")]


def test_data_of_the_run(folder: Path) -> None:
    """Training is on unless the run says otherwise."""
    session, nursery = started(folder)
    quick = sessions.Data(train=False)

    assert (True, None) == (session.data.train, session.data.root)
    assert Session(nursery, session.exercise, folder, LIMITS, data=quick).data is quick  # type: ignore[arg-type]
