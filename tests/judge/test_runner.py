"""Which checks are tried, in what order, and what becomes of each. The worker is played in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given

from grader.authoring import expect
from grader.authoring.exercise import Check, Exercise, Mistake
from grader.authoring.expect import CheckFailure, CheckSkipped
from grader.authoring.strategies import arrays
from grader.errors import HarnessError
from grader.excerpt import Excerpt
from grader.judge import attempt, diagnosis
from grader.judge.bank import Bank, Rubric
from grader.judge.runner import judge_exercise
from grader.judge.session import Data, Session
from grader.records import Argument, Array, CheckResult, Finding, Measure, Plain
from grader.worker import protocol
from grader.worker.client import Limits
from grader.worker.values import from_student
from tests.judge.actor import Actor, Spoil

Body = Callable[[Any], None]
MEASURE = Measure(caption="accuracy", value=0.5, threshold=0.9)
HIDDEN = "a hidden check found something wrong here; what it tried is not shown"
OURS = "the grader itself failed here, no points are lost: "
LINE = next(i for i, line in enumerate(Path(__file__).read_text().splitlines(), 1) if line == "        raise problem")
HERE = f"(judge/test_runner.py, line {LINE})"  # of `raising`


def twice(X: Any, by: Any = 2) -> Any:
    """The contract's function."""
    return X * by


def right(answer: Any) -> Any:
    return answer


def wrong(answer: Any) -> Any:
    return answer + 1


class Stage(Actor):
    """An actor whose worker may die, and who writes down what happens to it."""

    def __init__(self, exercise: Exercise, *spoils: Spoil, limits: Limits | None = None) -> None:
        super().__init__(exercise, spoils or [right])
        self.limits = limits or self.limits
        self._output = Excerpt(self.limits.output_bytes)
        self.happened: list[str] = []
        self.dies: Callable[[protocol.Call], bool] = lambda call: False

    def say(self, text: str) -> None:
        """What the student's code prints."""
        self._output.add(text.encode())

    def discard(self) -> None:
        self.happened.append("discarded")

    break_off = discard

    def _called(self, calls: Sequence[protocol.Call]) -> Iterator[protocol.Reply]:
        for call, reply in zip(calls, super()._called(calls), strict=True):
            self.happened.append(call.library)
            if self.dies(call):
                raise CheckFailure("your code crashed", fatal=True)
            yield reply


@pytest.fixture
def doubling() -> Exercise:
    return Exercise("doubling", title="Doubling", functions={"twice": twice})


def declared(exercise: Exercise, name: str, body: Body = lambda student: None, **more: Any) -> Check:
    """A live check that does what `body` does."""

    def check(student: Any) -> None:
        body(student)

    check.__name__, check.__doc__ = name, f"Title of {name}."
    return exercise.check(**{"points": 1, "live": True, **more})(check)


def raising(problem: Exception) -> Body:
    def body(student: Any) -> None:
        raise problem

    return body


def judged(session: Session, *checks: Check) -> dict[str, CheckResult]:
    """The results by the checks' names."""
    chosen = checks or session.exercise.checks
    result = judge_exercise(session, Rubric(chosen, seed=0))

    assert [check.id for check in chosen] == [check.id for check in result.checks]
    return {check.id.partition(".")[2]: check for check in result.checks}


def told(result: CheckResult) -> str:
    assert result.finding is not None
    return result.finding.message


# --- order, needs, outcomes ---------------------------------------------------------------------------


def test_hidden_checks_run_last_and_prints_end_before(doubling: Exercise) -> None:
    """What code has seen in a hidden check it cannot tell in a later, public one; results keep rubric order."""
    session = Stage(doubling)
    for name, public in (("a", True), ("b", False), ("c", True)):
        declared(doubling, name, lambda student, name=name: session.say(name), public=public)  # type: ignore[misc]
    result = judge_exercise(session, Rubric(doubling.checks, seed=0))

    assert ["loads", "a", "b", "c"] == [check.id.partition(".")[2] for check in result.checks]
    assert ("doubling", "Doubling", "doubling.py", "ac") == (result.name, result.title, result.file, result.output)
    assert "b" == session.take_output()
    assert "discarded" == session.happened[-1]


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        (["x" * 6, "y" * 4], "x" * 6 + "y" * 4),
        (["started", "x" * 1000, "crashed"], "start\n[1,004 more bytes were printed and left out]\nashed"),
    ],
)
def test_output_is_cut(doubling: Exercise, printed: list[str], kept: str) -> None:
    """At the limit, whichever check it came in: head and tail stay, with a note of how much is missing."""
    session = Stage(doubling, limits=Limits(output_bytes=10))
    for number, text in enumerate(printed):
        declared(doubling, f"check{number}", lambda student, text=text: session.say(text))  # type: ignore[misc]

    assert kept == judge_exercise(session, Rubric(doubling.checks, seed=0)).output


def test_only_the_exercise_s_own_checks(doubling: Exercise) -> None:
    """A rubric may hold more than one exercise, in any order."""
    other = Exercise("other", title="Other")
    declared(doubling, "mine")
    rubric = Rubric([*other.checks, *doubling.checks], seed=0)

    assert ["doubling.loads", "doubling.mine"] == [check.id for check in judge_exercise(Stage(doubling), rubric).checks]
    assert [other, doubling] == rubric.exercises()


def outcome(result: CheckResult) -> tuple[str, float, float, bool]:
    return result.outcome, result.points, result.earned, result.counted


def test_outcomes(doubling: Exercise) -> None:
    """Passed earns all its points; failed none; skipped for lack of data and errored count for nothing."""
    declared(doubling, "fine", points=2.5)
    declared(doubling, "bad", raising(CheckFailure("No.")), points=3)
    declared(doubling, "absent", raising(CheckSkipped("MNIST is not here.")))
    declared(doubling, "ours", raising(ValueError("why")))
    session = Stage(doubling)
    found = judged(session)

    assert [("passed", 2.5, 2.5, True), ("failed", 3, 0, True), ("skipped", 1, 0, False), ("errored", 1, 0, False)] == [
        outcome(found[name]) for name in ("fine", "bad", "absent", "ours")
    ]
    assert [None, "No.", "MNIST is not here.", f"{OURS}ValueError: why {HERE}"] == [
        found[name].finding and told(found[name]) for name in ("fine", "bad", "absent", "ours")
    ]
    assert ["Title of bad.", True] == [found["bad"].title, found["bad"].public]
    assert ["discarded"] * 2 == session.happened  # after the error, and at the end


def test_a_part_of_the_points(doubling: Exercise) -> None:
    """A failed check may leave a share of its points; one that has nothing to look at costs them where it says so."""
    declared(doubling, "half", raising(CheckFailure("No.", share=0.5)), points=3)
    declared(doubling, "most", raising(CheckFailure("No.", share=11 / 12)), points=4)
    declared(doubling, "elsewhere", raising(CheckSkipped("Told elsewhere.", counted=True)), points=2)
    found = judged(Stage(doubling))

    assert [("failed", 3, 1.5, True), ("failed", 4, 3.67, True), ("skipped", 2, 0, True)] == [
        outcome(found[name]) for name in ("half", "most", "elsewhere")
    ]


def test_a_check_names_the_mistake_that_it_knows(doubling: Exercise) -> None:
    """In its own finding, without its hint, which is about another one; nothing of it in a hidden check."""
    knows = raising(CheckFailure("No.", mistake=Mistake("Uphill", "Turn the sign.")))
    declared(doubling, "open", knows, hint="Look elsewhere.")
    declared(doubling, "hidden", knows, public=False)
    found = judged(Stage(doubling))

    assert [("Uphill", "Turn the sign.", ""), ("", "", "")] == [
        (finding.misconception, finding.explanation, finding.hint)
        for name in ("open", "hidden")
        if (finding := found[name].finding)
    ]


def of_a_network(rules: Callable[[Any], Mistake | None]) -> Stage:
    """A network that one public check fails, and one hidden check before it."""
    exercise = Exercise("net", title="Net", classes={"Net": object})
    declared(exercise, "hidden", raising(CheckFailure("No.")), public=False)
    declared(exercise, "first", raising(CheckFailure("No.")))
    declared(exercise, "second", raising(CheckFailure("Nor here.")))
    exercise.recognise = rules
    stage = Stage(exercise)
    stage.names = {"Net": "class"}
    return stage


def test_rules_name_a_network_s_mistake() -> None:
    """Once, where it shows first, and not in a hidden check; they may ask the network."""
    asked: list[Any] = []

    def rules(student: Any) -> Mistake:
        asked.append(student.random)
        return Mistake("No padding", "Pad it.")

    found = judged(of_a_network(rules))

    assert [("No padding", "Pad it."), ("", ""), ("", "")] == [
        (finding.misconception, finding.explanation)
        for name in ("first", "second", "hidden")
        if (finding := found[name].finding)
    ]
    assert 1 == len(asked)


@pytest.mark.parametrize("problem", [CheckFailure("it died", fatal=True), HarnessError("none left"), ValueError("odd")])
def test_rules_that_fail_say_nothing(problem: Exception) -> None:
    """And cost nothing: the findings stand as they were."""
    found = judged(of_a_network(raising(problem)))  # type: ignore[arg-type]

    assert ["No.", "Nor here."] == [told(found[name]) for name in ("first", "second")]
    assert not any(result.finding and result.finding.misconception for result in found.values())


@pytest.mark.parametrize(
    ("problem", "public", "words"),
    [
        (ValueError("the input was 5"), True, f"ValueError: the input was 5 {HERE}"),
        (ValueError("the input was 5"), False, f"ValueError {HERE}"),
        (HarnessError("no nursery"), True, "no nursery"),
        (HarnessError("no nursery"), False, "no nursery"),
    ],
)
def test_words_of_an_error(doubling: Exercise, problem: Exception, public: bool, words: str) -> None:
    """What went wrong may be a hidden check's input: only the grader's own sentences are shown there."""
    check = declared(doubling, "ours", raising(problem), public=public)

    assert OURS + words == told(judged(Stage(doubling), check)["ours"])


@pytest.mark.parametrize(
    ("problem", "outcome_", "past", "counted"),
    [
        (CheckFailure("x"), "failed", "failed", True),
        (CheckSkipped("x"), "skipped", "was not tried", False),
        (ValueError("x"), "errored", "could not be judged", False),
    ],
)
def test_needs(doubling: Exercise, problem: Exception, outcome_: str, past: str, counted: bool) -> None:
    """Not tried when what it needs did not pass, and worth points only when that is the student's fault."""
    tried: list[object] = []
    declared(doubling, "first", raising(problem))
    declared(doubling, "fine")
    declared(doubling, "second", tried.append, needs=["fine", "first"])
    declared(doubling, "third", tried.append, needs=["second"])
    found = judged(Stage(doubling))

    assert outcome_ == found["first"].outcome
    assert ("skipped", counted, f"not tried: it needs doubling.first, which {past}") == (
        found["second"].outcome,
        found["second"].counted,
        told(found["second"]),
    )
    assert ("skipped", counted, "not tried: it needs doubling.second, which was not tried") == (
        found["third"].outcome,
        found["third"].counted,
        told(found["third"]),
    )
    assert [] == tried


def test_everything_needs_the_file_to_load(doubling: Exercise, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without saying so."""
    session = Stage(doubling)
    declared(doubling, "any")
    monkeypatch.setattr(session, "load", raising(CheckFailure("a syntax error")).__get__(session))
    found = judged(session)

    assert ("failed", "a syntax error") == (found["loads"].outcome, told(found["loads"]))
    assert "not tried: it needs doubling.loads, which failed" == told(found["any"])


def test_a_need_that_was_not_chosen(doubling: Exercise) -> None:
    """Keeps nobody from trying: a single check can be asked for."""
    declared(doubling, "first", raising(CheckFailure("x")))
    second = declared(doubling, "second", needs=["first"])

    assert "passed" == judged(Stage(doubling), second)["second"].outcome


def test_diagnosis_knows_public_results_only(doubling: Exercise, monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks before the hidden checks run; what it says replaces the results."""
    declared(doubling, "hidden", raising(CheckFailure("x")), public=False)
    declared(doubling, "open", raising(CheckFailure("y")))
    known: list[str] = []

    def explain(results: Mapping[str, CheckResult], session: Session) -> Iterable[CheckResult]:
        known.extend(results)
        named = Finding(message="y", misconception="Adds")
        return [msgspec.structs.replace(results["doubling.open"], finding=named)]

    monkeypatch.setattr(diagnosis, "explain", explain)
    finding = judged(Stage(doubling))["open"].finding

    assert ["doubling.loads", "doubling.open"] == known
    assert finding is not None and "Adds" == finding.misconception


# --- gates --------------------------------------------------------------------------------------------


class Armed(Stage):
    """Writes down what its workers do without."""

    def do_without(self, ready_made: tuple[str, ...]) -> None:
        self.happened.append(" ".join(["without", *ready_made]))


@pytest.fixture
def pooling() -> Exercise:
    """An exercise that forbids ready-made functions, with a gate as its second check."""
    exercise = Exercise("pooling", title="Pooling", functions={"twice": twice}, ready_made=["pooling", "convolution"])
    declared(exercise, "shape")
    declared(exercise, "own_work", lambda student: expect.own_work(student.twice, 1), gate=True, points=3)
    declared(exercise, "hidden", public=False)
    declared(exercise, "values")
    return exercise


def uses_ready_made(answer: Any) -> protocol.Reply:
    return protocol.Reply(raised=protocol.Raised("ReadyMade", "aten.max_pool2d", 3))


def test_a_gate_stands_before_all_later_checks(pooling: Exercise) -> None:
    """Whatever else they need; what comes before it is tried without asking."""
    found = judged(Armed(pooling, uses_ready_made))
    words = "not tried: it needs pooling.own_work, which failed"

    assert ["passed", "passed", "failed", "skipped", "skipped"] == [result.outcome for result in found.values()]
    assert [words, words, True, True] == [
        *(told(found[name]) for name in ("values", "hidden")),
        *(found[name].counted for name in ("values", "hidden")),
    ]
    assert "twice calls torch's max_pool2d in line 3, which does the whole exercise for you" == told(found["own_work"])


def test_what_goes_on_behind_a_gate_is_nobody_s_business(pooling: Exercise) -> None:
    """Code that raises passes it: other checks tell that."""
    raises = protocol.Reply(raised=protocol.Raised("ValueError", "no"))
    found = judged(Armed(pooling, lambda answer: raises))

    assert ["passed"] * 5 == [result.outcome for result in found.values()]


def test_ready_made_functions_are_gone_for_all_checks(pooling: Exercise) -> None:
    """Of an exercise whose gate rests on their absence: what is told there holds everywhere."""
    session = Armed(pooling)
    judged(session)

    assert ["without pooling convolution"] * 5 == [word for word in session.happened if word.startswith("without")]


def test_a_gate_that_a_course_turned_off(pooling: Exercise) -> None:
    """Costs its own points only, and everything else is tried with the functions present."""
    course = pooling.copy()
    course.checks[2].gate = False
    session = Armed(course, uses_ready_made)
    found = judged(session)

    assert [["failed", 3, 0], ["passed", 1, 1], ["passed", 1, 1]] == [
        [found[name].outcome, found[name].points, found[name].earned] for name in ("own_work", "hidden", "values")
    ]
    # loads, shape, own_work, values, and the hidden one at last
    present = ["without", "without", "without pooling convolution", "without", "without"]
    assert present == [word for word in session.happened if word.startswith("without")]


# --- what is missing that is not the code -------------------------------------------------------------


@pytest.mark.parametrize("shape", [lambda student: None, raising(CheckFailure("wrong"))])
@pytest.mark.parametrize(("train", "most"), [(True, 5), (False, 2)])
def test_training_that_is_switched_off(doubling: Exercise, shape: Body, train: bool, most: float) -> None:
    """Lowers the total by the same for who passes what it needs and for who does not."""
    declared(doubling, "shape", shape)
    declared(doubling, "values")
    declared(doubling, "train", needs=["shape"], trains=True, points=3)
    session = Stage(doubling)
    session.data = Data(train=train)
    result = judge_exercise(session, Rubric(doubling.checks, seed=0))

    assert most == result.max_score
    if not train:
        words = "training was switched off for this run with --no-train"
        assert (words, "skipped", False) == (
            told(result.checks[-1]),
            result.checks[-1].outcome,
            result.checks[-1].counted,
        )


@pytest.mark.parametrize("shape", [lambda student: None, raising(CheckFailure("wrong"))])
@pytest.mark.parametrize(
    ("there", "optional", "outcome_", "counted"),
    [
        (False, False, "failed by shape", True),
        (False, True, "skipped", False),
        (True, False, "by shape", True),
        (True, True, "by shape", True),
    ],
)
def test_files_beside_the_code(
    doubling: Exercise, tmp_path: Path, shape: Body, there: bool, optional: bool, outcome_: str, counted: bool
) -> None:
    """A missing one fails its checks once what they need has passed; or, where it may be left out, takes their points out
    of the total before anything else is asked."""
    declared(doubling, "shape", shape)
    declared(doubling, "parity", needs=["shape"], files=["net.onnx", "net.pth"], points=3)
    exercise = doubling.copy(optional=["net.pth"] if optional else [])
    session = Stage(exercise)
    session.folder = tmp_path
    (tmp_path / "net.onnx").touch()
    (tmp_path / ("net.pth" if there else "other.pt")).touch()
    found = judged(session)
    passes = found["shape"].outcome == "passed"
    asked = outcome_.removesuffix(" by shape").replace("by shape", "passed")
    wanted = asked if passes or (optional and not there) else "skipped"

    assert (wanted, counted) == (found["parity"].outcome, counted) == (found["parity"].outcome, found["parity"].counted)
    if not there and (passes or optional):
        missing = "no net.pth was handed in; there is other.pt"
        left_out = ": it may be left out, and these points are not counted"
        assert missing + left_out * optional == told(found["parity"])


# --- whose fault an exception in a check is ------------------------------------------------------------


def picks(student: Any) -> None:
    """Breaks with another answer than 2."""
    student.data  # noqa: B018 - live
    (0, 1, "right")[student.twice(1)].upper()


@pytest.mark.parametrize(
    ("public", "words"),
    [
        (True, "what your code answered makes no sense to this check (IndexError: tuple index out of range)"),
        (False, HIDDEN),
    ],
)
def test_an_answer_that_breaks_a_check(doubling: Exercise, public: bool, words: str) -> None:
    """Is wrong: code that can break its judge must not be better off than wrong code."""
    check = declared(doubling, "picks", picks, public=public)
    found = judged(Stage(doubling, lambda answer: 9), check)["picks"]

    assert ("failed", 1, 0, True) == outcome(found)
    assert words == told(found)


def test_a_check_that_breaks_with_the_right_answer(doubling: Exercise, tmp_path: Path) -> None:
    """Is ours: the reference's own run raises too. Its code does not lie about any longer than that."""
    check = declared(doubling, "breaks", lambda student: (0, 1)[student.twice(1)])
    session, reference = Stage(doubling, lambda answer: 9), Stage(doubling)
    reference.folder = tmp_path / "reference"
    reference.folder.mkdir()
    (reference.folder / "doubling.py").touch()
    session.of_reference = lambda: reference  # type: ignore[method-assign]
    found = judged(session, check)["breaks"]

    assert ("errored", 1, 0, False) == outcome(found)
    assert told(found).startswith(f"{OURS}IndexError: tuple index out of range (judge/test_runner.py, line ")
    assert (["torch", "discarded"], []) == (reference.happened, [*tmp_path.iterdir()])


def even(student: Any) -> None:
    """As one writes a test."""
    if student.twice(1) % 2:
        raise AssertionError("this is odd")


def test_an_assert_is_a_failure(doubling: Exercise) -> None:
    """In its own words, with the call and what it gave back."""
    found = judged(Stage(doubling, lambda answer: 9), declared(doubling, "even", even))["even"]

    assert (("failed", 1, 0, True), "this is odd") == (outcome(found), told(found))
    assert found.finding is not None
    assert ("twice(1)", Plain(text="9")) == (found.finding.call, found.finding.actual)


def test_an_assert_that_the_right_answer_fails(
    doubling: Exercise, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Is its author's mistake, who reads all of it, and of a hidden check nobody else more than where."""
    session, reference = Stage(doubling, lambda answer: 9), Stage(doubling)
    reference.folder = tmp_path
    session.of_reference = lambda: reference  # type: ignore[method-assign]
    found = judged(session, declared(doubling, "odd", raising(AssertionError("it was 5")), public=False))["odd"]

    assert ("errored", f"{OURS}AssertionError {HERE}") == (found.outcome, told(found))
    assert f"line {LINE}, in body\n    raise problem\nAssertionError: it was 5\n" in capsys.readouterr().err


@pytest.mark.parametrize("problem", [OSError("no space left"), HarnessError("no nursery")])
def test_faults_of_the_machine(doubling: Exercise, problem: Exception) -> None:
    """Are ours, whatever was answered before and whatever becomes of the reference."""

    def full(student: Any) -> None:
        if student.twice(1) != 2:
            raise problem

    found = judged(Stage(doubling, wrong), declared(doubling, "full", full))["full"]

    assert ("errored", False) == (found.outcome, found.counted)


def test_no_reference_to_ask(doubling: Exercise) -> None:
    """Then nobody is blamed."""
    session = Stage(doubling, lambda answer: 9)
    session.of_reference = raising(HarnessError("none")).__get__(session)  # type: ignore[method-assign]
    found = judged(session, declared(doubling, "picks", picks))["picks"]

    assert ("errored", False) == (found.outcome, found.counted)


@pytest.mark.parametrize("live", [True, False])
def test_what_the_reference_is_not_asked_about(doubling: Exercise, live: bool, tmp_path: Path) -> None:
    """A bank was drawn from it already; a file is nobody's but the student's."""

    def breaks(student: Any) -> None:
        """Breaks with another answer than 2."""
        if live or student.twice(1) != 2:
            raise ValueError("a surprise")

    (tmp_path / "net.onnx").touch()
    session = Stage(doubling, wrong)
    session.folder = tmp_path
    session.of_reference = raising(AssertionError("it was asked")).__get__(session)  # type: ignore[method-assign]
    check = doubling.check(points=1, live=live, files=["net.onnx"] * live)(breaks)
    found = judged(session, check)["breaks"]

    assert ("failed", 1, 0, True) == outcome(found)
    assert "makes no sense to this check (ValueError: a surprise)" in told(found)


# --- findings -----------------------------------------------------------------------------------------


def bad_answer(student: Any) -> None:
    student.show(MEASURE)
    student.twice(np.ones(2, dtype="float32"), by=3)
    raise CheckFailure("Wrong.", expected=Plain(text="1"), actual=Plain(text="2"), where=(0,), traceback="t")


def test_finding(doubling: Exercise) -> None:
    """The failure's words and data, the last call with its arguments, Python to repeat it, and the check's hint."""
    declared(doubling, "bad", bad_answer, hint="Think.")
    found = judged(Stage(doubling))["bad"]
    finding = found.finding
    assert finding is not None

    assert ("Wrong.", "1", "2", (0,), "t", "Think.") == (
        finding.message,
        finding.expected.text,  # type: ignore[union-attr]
        finding.actual.text,  # type: ignore[union-attr]
        finding.where,
        finding.traceback,
        finding.hint,
    )
    assert ("twice(X, by=3)", (MEASURE,)) == (finding.call, found.evidence)
    assert finding.arguments == (
        Argument(name="X", value=Array.of(np.ones(2, dtype="float32"))),
        Argument(name="by", value=Plain(text="3"), keyword=True),
    )
    assert finding.reproduce.startswith("import torch\nfrom doubling import twice\n\nX = torch.tensor([1.0, 1.0]")


def test_reproduction_in_the_student_s_library(doubling: Exercise) -> None:
    """A function that works with arrays is called with arrays."""
    session = Stage(doubling)
    session.libraries["twice"] = "numpy"
    declared(doubling, "bad", bad_answer)
    finding = judged(session)["bad"].finding

    assert finding is not None and finding.reproduce.startswith("import numpy as np\n")


def test_a_failure_s_own_hint_comes_first(doubling: Exercise) -> None:
    """It knows more than the check; without a call there is nothing to repeat."""
    declared(doubling, "bad", raising(CheckFailure("No.", hint="Just so.")), hint="Think.")
    finding = judged(Stage(doubling))["bad"].finding
    assert finding is not None

    assert ("Just so.", "", (), "") == (finding.hint, finding.call, finding.arguments, finding.reproduce)


def test_an_argument_that_was_changed_on_the_way(doubling: Exercise) -> None:
    """It comes before what the wrong values look like, in the smallest counterexample as well."""
    changes = Stage(doubling, lambda answer: protocol.Reply(from_student(answer + 1), changed=(("X", 3.0),)))
    changes.shrink_plays = 300
    changes.libraries["twice"] = "torch"
    finding = judged(changes, doubled(doubling))["values"].finding

    assert finding is not None and finding.hint.startswith(
        "Your code changes X while it still computes with it. Work on"
    )


def test_a_hidden_check_tells_nothing(doubling: Exercise) -> None:
    """Neither words nor values, evidence included; only the hint that its author wrote for it."""
    declared(doubling, "bad", bad_answer, public=False, hint="Think of negative numbers.")
    declared(doubling, "fine", lambda student: student.show(MEASURE), public=False)
    found = judged(Stage(doubling))
    shown = {name: value for name, value in found["bad"].finding.__rich_repr__() if value}  # type: ignore[union-attr]

    assert {"message": HIDDEN, "hint": "Think of negative numbers."} == shown
    assert [((), False)] * 2 == [(found[name].evidence, found[name].public) for name in ("bad", "fine")]


@pytest.mark.parametrize(("hint", "shown"), [("Be quick.", "Be quick."), ("", "")])
def test_a_hidden_check_tells_that_it_was_stopped(doubling: Exercise, hint: str, shown: str) -> None:
    """And at which limit: that says nothing of its inputs. The check's own hint is about something else."""
    stopped = CheckFailure("stopped while twice([1]) was called", fatal=True, hint=hint, hidden="it was stopped")
    declared(doubling, "bad", raising(stopped), public=False, hint="Think.")
    finding = judged(Stage(doubling))["bad"].finding

    assert finding is not None and ("it was stopped", shown) == (finding.message, finding.hint)


def test_evidence_of_a_check_that_passes(doubling: Exercise) -> None:
    """Is shown as well."""
    declared(doubling, "fine", lambda student: student.show(MEASURE))

    assert (MEASURE,) == judged(Stage(doubling))["fine"].evidence


# --- replay -------------------------------------------------------------------------------------------


def doubled(exercise: Exercise, **more: Any) -> Check:
    """A property check with a bank: every value twice."""

    def values(student: Any, X: np.ndarray) -> None:
        """Every value is twice the input's."""
        expect.close(student.twice(X), 2 * X)

    return exercise.check(**{"points": 2, "examples": 12, **more})(given(X=arrays((1, 3), (1, 2)))(values))


def test_a_bank_is_replayed_in_one_batch(doubling: Exercise) -> None:
    """A right submission is asked for each example once, after at most three calls to find out its library."""
    check = doubled(doubling, examples=15)
    session = Stage(doubling)

    assert "passed" == judged(session, check)["values"].outcome
    assert ["torch"] * (3 + 15) + ["discarded"] == session.happened


def test_an_example_has_its_own_replies(doubling: Exercise) -> None:
    """Also when the check did not come to all calls of the example before."""

    def early(student: Any, X: np.ndarray) -> None:
        """Nothing, or both calls are right."""
        if (answer := student.twice(X)) is not None:
            expect.close(answer, 2 * X)
            expect.close(student.twice(X, 3), 3 * X)

    check = doubling.check(points=1, examples=12)(given(X=arrays((2, 4)))(early))
    session = Stage(doubling, lambda answer: None, right, right, right)  # of four replies the first is nothing
    session.libraries["twice"] = "torch"

    assert "passed" == judged(session, check)["early"].outcome


@pytest.mark.parametrize(
    ("spoil", "outcome_", "live"),
    [
        (right, "passed", 0),
        (lambda answer: answer + 1e-9, "passed", 2 * 4),  # right, but asked on about it with other bits
        (wrong, "failed", 2),
    ],
)
def test_calls_that_depend_on_answers(doubling: Exercise, spoil: Spoil, outcome_: str, live: int) -> None:
    """Are played live, from the first example on, and judged as any others."""

    def asks_back(student: Any, X: np.ndarray) -> None:
        """Four times."""
        expect.close(student.twice(np.asarray(student.twice(X))), 4 * X)

    check = doubling.check(points=1, examples=4)(given(X=arrays((1, 3), (1, 2), dtype="float64"))(asks_back))
    session = Stage(doubling, spoil)
    session.shrink_plays = 0
    session.libraries["twice"] = "torch"
    found = judged(session, check)["asks_back"]

    assert (outcome_, 1, True) == (found.outcome, found.points, found.counted)
    batch = 2 * 4 if not live else 1  # who answers otherwise is found out with the first reply that is asked on about
    assert [["torch"] * batch, ["torch"] * live][: 1 + bool(live)] == parts(session.happened)
    assert "failed" != outcome_ or "twice(X)" == (found.finding and found.finding.call)


def parts(happened: list[str]) -> list[list[str]]:
    """The calls between the ends of workers."""
    words = " ".join(happened).split("discarded")
    return [part.split() for part in words if part.split()]


def test_a_missing_function(doubling: Exercise) -> None:
    """Is told before anything is called."""
    session = Stage(doubling)
    session.names = {"Twice": "extra"}
    found = judged(session, doubled(doubling))["values"]

    assert ("doubling.py defines no twice", ["discarded"]) == (told(found), session.happened)


# --- tensors or arrays --------------------------------------------------------------------------------


class Picky(Stage):
    """A function that works with one library: with another it raises, or is wrong."""

    works_with, otherwise = "numpy", "raises"

    def _call(self, call: protocol.Call) -> Any:
        answer = super()._call(call)
        if call.library == self.works_with:
            return answer
        if self.otherwise == "raises":
            raise TypeError("not with these")
        return answer - 1


@pytest.mark.parametrize(
    ("works_with", "otherwise", "spoil", "chosen", "calls"),
    [
        ("torch", "raises", right, "torch", 3),  # right with tensors: nothing else is tried
        ("numpy", "raises", right, "numpy", 6),
        ("numpy", "is wrong", right, "numpy", 6),
        ("numpy", "raises", wrong, "numpy", 6),  # wrong with both, but with tensors it cannot even be called
        ("numpy", "is wrong", lambda answer: np.zeros(0), "torch", 6),  # equally wrong with both
        ("nothing", "raises", right, "torch", 6),
    ],
)
def test_library(doubling: Exercise, works_with: str, otherwise: str, spoil: Spoil, chosen: str, calls: int) -> None:
    """Tensors, unless arrays do better: more right answers, or as many and more answers at all."""
    session = Picky(doubling, spoil)
    session.works_with, session.otherwise = works_with, otherwise
    judged(session, doubled(doubling))
    asked = session.happened[: session.happened.index("discarded")]

    assert {"twice": chosen} == session.libraries
    assert ["torch"] * 3 + ["numpy"] * (calls - 3) + [chosen] == asked[: calls + 1]


def test_each_function_has_its_own_library() -> None:
    """One may work with tensors and its neighbour with arrays only."""
    exercise = Exercise("doubling", title="Doubling", functions={"twice": twice, "again": twice})

    def both(student: Any) -> None:
        """Both double."""
        expect.close(student.again(np.ones(())), 2)
        expect.close(student.twice(np.ones(())), 2)

    session = Stage(exercise)
    fails = ("again", "torch")
    session._call = lambda call: 1 / 0 if (call.function, call.library) == fails else 2  # type: ignore[method-assign]
    judged(session, exercise.check(points=1)(both))

    assert {"again": "numpy", "twice": "torch"} == session.libraries


def test_library_of_numbers(doubling: Exercise) -> None:
    """Without an array among the arguments there is nothing to find out."""

    def number(student: Any) -> None:
        """Twice a number."""
        expect.close(student.twice(4), 8)

    session = Stage(doubling)
    judged(session, doubling.check(points=1)(number))

    assert ["torch", "discarded"] == session.happened
    assert {"twice": "torch"} == session.libraries


@pytest.mark.parametrize(
    ("value", "answer", "agrees"),
    [
        ([2.0], np.array([2.0]), True),
        ([2.1], np.array([2.0]), False),
        ((np.ones(2), "x"), (np.ones(2), np.zeros(3)), True),
        ([np.ones(2)], (np.ones(2), 1), True),
        ((), (1, 2), False),
        (np.ones(2), (1.0, 1.0), False),
    ],
)
def test_agree(value: Any, answer: Any, agrees: bool) -> None:
    """Of several results the first is enough to tell."""
    assert agrees == attempt._agree(value, answer)


# --- shrinking ----------------------------------------------------------------------------------------


def large_is_wrong(answer: Any) -> Any:
    """Wrong for two rows or more."""
    return answer + 1 if len(answer) > 1 else answer


def counterexample(session: Session, check: Check) -> np.ndarray:
    finding = judged(session, check)[check.name].finding
    assert finding is not None
    return finding.arguments[0].value.numpy()  # type: ignore[union-attr]


def first_failing(check: Check, fails: Callable[[np.ndarray], bool]) -> np.ndarray:
    """The example of the bank that a replay stops at."""
    drawn = [example.drawn["X"] for example in Bank(check, seed=0).examples]
    return next(array for array in drawn if fails(array))


def test_the_smallest_counterexample(doubling: Exercise) -> None:
    """Found by a fresh worker, within the exercise's budget, which it uses up."""
    check = doubled(doubling)
    session = Stage(doubling, large_is_wrong)
    session.shrink_plays = 300
    replayed = first_failing(check, lambda X: len(X) > 1)
    found = counterexample(session, check)

    assert [[0.0], [0.0]] == found.tolist() != replayed.tolist()
    assert ["discarded", "torch"] == session.happened[session.happened.index("discarded") :][:2]
    assert 0 < session.shrink_plays < 300


class Remembering(Stage):
    """A worker that is right once, and whose later answers depend on how often it was asked."""

    def __init__(self, exercise: Exercise, first: float) -> None:
        super().__init__(exercise, lambda answer: answer + self.more())
        self.first, self.asked = first, 0

    def more(self) -> float:
        self.asked += 1
        return self.first if self.asked == 1 else self.asked

    def discard(self) -> None:
        self.asked = 0


@pytest.mark.parametrize(("first", "hint"), [(0, attempt.LEFT_OVER), (1, attempt.OTHERWISE)])
def test_an_answer_that_depends_on_earlier_calls(doubling: Exercise, first: float, hint: str) -> None:
    """The same call is made twice in a fresh worker: right at first, or another answer the second time."""
    session = Remembering(doubling, first)
    session.shrink_plays = 300
    session.libraries["twice"] = "torch"
    finding = judged(session, doubled(doubling))["values"].finding

    assert finding is not None and hint == finding.hint


def test_without_budget(doubling: Exercise) -> None:
    """The example that the replay met is told."""
    check = doubled(doubling)
    session = Stage(doubling, large_is_wrong)
    found = counterexample(session, check)

    assert first_failing(check, lambda X: len(X) > 1).tolist() == found.tolist()
    assert ["discarded", "discarded"] == session.happened[-2:]


@pytest.mark.parametrize(("of_check", "of_exercise", "left"), [(0, 300, 300), (300, 1, 0), (5, 7, 2)])
def test_budgets(
    doubling: Exercise, monkeypatch: pytest.MonkeyPatch, of_check: int, of_exercise: int, left: int
) -> None:
    """A check may try neither more examples than its own number nor more than what is left to the exercise."""
    monkeypatch.setattr(attempt, "SHRINK_PLAYS_OF_CHECK", of_check)
    session = Stage(doubling, large_is_wrong)
    session.shrink_plays = of_exercise
    session.steady.add("twice")
    judged(session, doubled(doubling))

    assert left == session.shrink_plays
    asked = session.happened[session.happened.index("discarded") + 1 :]
    assert ["torch"] * (of_exercise - left) == [call for call in asked if call != "discarded"]


def test_stopped_while_shrinking(doubling: Exercise, monkeypatch: pytest.MonkeyPatch) -> None:
    """How far a search came by then depends on the machine: what the replay met is told, as without any search."""
    session = Stage(doubling, large_is_wrong)
    session.shrink_plays = 300
    stopped = CheckFailure("stopped", fatal=True, hidden="a hidden check was stopped")
    asked = session.ask

    def ask(*arguments: Any) -> protocol.Reply:
        if session.shrink_plays < 297:
            raise stopped
        return asked(*arguments)

    monkeypatch.setattr(session, "ask", ask)
    check = doubled(doubling)

    assert first_failing(check, lambda X: len(X) > 1).tolist() == counterexample(session, check).tolist()
    assert 296 == session.shrink_plays


def test_a_failure_that_does_not_come_again(doubling: Exercise) -> None:
    """Stands as the replay met it."""
    check = doubled(doubling, examples=5)
    session = Stage(doubling, *[right] * 3, wrong, *[right] * 10_000)  # three calls find out its library
    session.shrink_plays = 300

    assert first_failing(check, lambda X: True).tolist() == counterexample(session, check).tolist()


def test_a_dead_worker_is_not_tried_again(doubling: Exercise) -> None:
    """It may have hung: looking for a smaller example would hang again and again."""
    check = doubled(doubling)
    session = Stage(doubling)
    session.libraries["twice"] = "torch"
    session.shrink_plays = 300
    session.dies = lambda call: call.args[0].shape[0] > 1  # type: ignore[union-attr]
    found = judged(session, check)["values"]

    assert "your code crashed" == told(found)
    assert ["discarded", "discarded"] == session.happened[-2:]
    assert 300 == session.shrink_plays


def test_a_worker_that_dies_while_shrinking(doubling: Exercise) -> None:
    """Ends the search: the failure that was looked for stands, and no worker is spent on another one."""
    check = doubled(doubling)
    session = Stage(doubling, wrong)
    session.libraries["twice"] = "torch"
    session.shrink_plays = 300
    session.dies = lambda call: "discarded" in session.happened
    found = judged(session, check)["values"]

    assert told(found) != "your code crashed"
    assert ["torch", "discarded", "torch", "discarded"] == session.happened[-4:]


def test_a_check_without_examples_is_not_shrunk(doubling: Exercise) -> None:
    """There is nothing to make smaller."""

    def fixed(student: Any) -> None:
        """Twice one."""
        expect.close(student.twice(np.ones(1)), [2])

    session = Stage(doubling, wrong)
    session.shrink_plays = 300
    found = judged(session, doubling.check(points=1)(fixed))["fixed"]

    assert ("failed", "twice(X)") == (found.outcome, found.finding and found.finding.call)
    assert ["discarded", "discarded"] == session.happened[-2:]
    assert 300 == session.shrink_plays


ORDERED: list[dict[str, Any]] = [
    {},
    {"k": 2},
    {"k": (2, 2)},
    {"X": np.zeros(1), "k": 100},
    {"X": np.array([-1])},
    {"X": np.array([2.0])},
    {"X": np.array([0.5])},
    {"X": np.array([-1.5])},
    {"X": np.zeros(2)},
    {"X": np.zeros(2), "K": np.zeros(1)},
]


def test_size() -> None:
    """Fewest values first, then whole numbers, then small ones, then the shortest other arguments."""
    sizes = [attempt._size(drawn) for drawn in ORDERED]

    assert sorted(sizes) == sizes
    assert len(set(sizes)) == len(sizes)
