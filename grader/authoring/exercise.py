"""An exercise and its checks, as the author of a course writes them.

corr2d = exercise("corr2d", title="Cross-correlation", functions={"corr2d": reference.corr2d})

@corr2d.check(points=3)
@given(X=images(), K=kernels())
def values(student, X, K):
    '''Every output cell is the sum of the window under the kernel.'''
    expect.close(student.corr2d(X, K), reference.corr2d(X, K))
"""

from __future__ import annotations

import copy
import inspect
import itertools
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pkgutil import resolve_name
from typing import Any, NamedTuple

import hypothesis
from hypothesis import HealthCheck, Phase

from grader.authoring import declared
from grader.errors import AuthorError

MOST_EXAMPLES = 60  # drawn for a check unless it says otherwise
READY_MADE = ("convolution", "pooling", "solving", "block")  # kinds of library functions that an exercise can forbid


class Mistake(NamedTuple):
    """A mistake by name, and the paragraph a student reads about it."""

    title: str
    explanation: str


class Check:
    """One check: a function of the student, and what its author declared about it."""

    def __init__(
        self,
        exercise: Exercise,
        body: Callable[..., None],
        *,
        points: float,
        public: bool,
        needs: Iterable[str],
        hint: str,
        lesson: str,
        examples: int,
        live: bool,
        gate: bool,
        files: Iterable[str],
        trains: bool,
    ) -> None:
        self.exercise = exercise
        self.name = body.__name__
        self.id = f"{exercise.name}.{body.__name__}"
        title, _, about = (inspect.getdoc(body) or "").partition("\n")
        if not title:
            raise AuthorError(f"{self.id} has no docstring: its first line is the title")
        declared.numbers(self.id, points, examples)
        declared.body(self.id, body)
        declared.replayable(self.id, body, live)
        self.title = title
        self.about = about.strip()
        self.points = points
        self.public = public
        self.later = False  # hidden only until the deadline: a course says so
        self.needs = tuple(f"{exercise.name}.{name}" for name in declared.names(self.id, "needs", needs))
        self.gate = gate  # without it no later check of the exercise is tried
        self.own_work = gate and bool(exercise.ready_made)  # whether or not a course lets it be a gate
        self.files = declared.names(self.id, "files", files)  # artefacts that it is about
        self.trains = trains  # runs the student's own training
        self.hint = hint
        self.lesson = lesson or exercise.lesson
        self.live = live  # asks the worker as it goes, instead of being recorded and replayed
        self.body: Callable[..., None] = body
        self.test: Callable[..., None] | None = None
        if hypothesis.is_hypothesis_test(body):
            self._be_property(body, examples)
        declared.needs(self.id, self.needs, [check.id for check in exercise.checks])
        if public and any(not check.public for check in exercise.checks if check.id in self.needs):
            raise AuthorError(f"{self.id} needs a hidden check: students would learn what came of it")

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith(declared.MARKS):  # Hypothesis's decorators mark what they decorate
            raise AuthorError(declared.ORDER)
        super().__setattr__(name, value)

    @property
    def is_told(self) -> bool:
        """Whether what it tried and found is kept, to be shown now or later."""
        return self.public or self.later

    @property
    def all_needs(self) -> tuple[str, ...]:
        """What must have passed: that the file loads, the gates before this check, and what it names itself."""
        before = itertools.takewhile(lambda check: check.id != self.id, self.exercise.checks)
        gates = [check.id for check in before if check.gate or check is self.exercise.loads]
        return (*gates, *(need for need in self.needs if need not in gates))

    @property
    def without(self) -> tuple[str, ...]:
        """The kinds of ready-made functions that are not there while this check is tried."""
        forbidden = self.own_work or any(check.own_work and check.gate for check in self.exercise.checks)
        return self.exercise.ready_made if forbidden else ()

    def _be_property(self, test: Any, examples: int) -> None:
        """Keep Hypothesis's test for drawing; what an example does is up to whoever plays the student."""
        self.body = body = test.hypothesis.inner_test

        def play(student: Any, **drawn: Any) -> None:
            student.play(body, drawn)

        test.hypothesis.inner_test = play
        self.test = hypothesis.settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=(Phase.explicit, Phase.generate, Phase.shrink),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        )(test)


class Exercise:
    """A file a student writes, the names it must define, and the checks on it.

    name        of the file, NAME.py, and of the exercise
    title       what students and `grader list` call it
    functions   {name: the right function, or MODULE:NAME where its module takes long to import}
    classes     {name: the right class}, for networks: a class, or a function that makes a network
    batches     {class: [(constructor arguments, shape of a batch), ...]}: on these a network is compared with planted
                misconceptions; without them none of a network's is recognised
    optional    names that a file may lack, and files that may be left out
    ready_made  kinds of library functions that do the exercise by themselves: convolution, pooling, solving; or block, the
                networks of torchvision.models and their parts
    by_chance   functions that draw random numbers, so that right answers differ: no misconception is recognised by them
    lesson      where it was taught
    about       the contract in a few words: parameters, shapes

    Raises AuthorError in one sentence for whatever does not fit.
    """

    def __init__(
        self,
        name: str,
        *,
        title: str,
        functions: Mapping[str, Callable[..., Any] | str] | None = None,
        classes: Mapping[str, Callable[..., Any] | str] | None = None,
        batches: Mapping[str, Iterable[tuple[tuple[Any, ...], tuple[int, ...]]]] | None = None,
        optional: Iterable[str] = (),
        ready_made: Iterable[str] = (),
        by_chance: Iterable[str] = (),
        lesson: str = "",
        about: str = "",
    ) -> None:
        if not name.isidentifier():
            raise AuthorError(f"exercise name {name!r} is no Python identifier")
        declared.contract(name, functions, classes)
        optional, ready_made, by_chance = (
            declared.names(name, word, given)
            for word, given in (("optional", optional), ("ready_made", ready_made), ("by_chance", by_chance))
        )
        if unknown := set(ready_made) - set(READY_MADE):
            raise AuthorError(f"{name}: ready_made={sorted(unknown)} is none of {', '.join(READY_MADE)}")
        self.name = name
        self.title = title
        self.file = f"{name}.py"
        self._functions, self._classes = dict(functions or {}), dict(classes or {})  # or as MODULE:NAME
        self.batches = declared.probes(name, batches, classes)
        self.optional = frozenset(optional)  # names that may be missing, and files that may
        self.ready_made = tuple(ready_made)  # kinds of library functions that do the exercise by themselves
        self.by_chance = frozenset(by_chance)
        self.lesson = lesson
        self.about = about
        self.checks: list[Check] = []
        self.recognise: Callable[[Any], Mistake | None] | None = None  # the mistake in a student's network
        self._add_loads()

    def check(
        self,
        *,
        points: float,
        public: bool = True,
        needs: Iterable[str] = (),
        hint: str = "",
        lesson: str = "",
        examples: int = MOST_EXAMPLES,
        live: bool = False,
        gate: bool = False,
        files: Iterable[str] = (),
        trains: bool = False,
    ) -> Callable[[Callable[..., None]], Check]:
        """Declare a check: a decorator for a function of the student, on top of @given where examples are drawn.

        points    what passing it is worth; 0 or more
        public    False hides from students what it tried and found
        needs     names of earlier checks without which it is skipped
        hint      one next step, for a finding that has none of its own
        lesson    where it was taught, if not where the exercise was
        examples  so many are drawn
        live      asks the student's worker as it goes, instead of being recorded once and replayed for everybody:
                  for networks, and for calls that depend on the answers. Draws from student.random, not with @given
        gate      every later check needs it. In an exercise that forbids ready-made functions these are gone from the
                  student's process; where the import of its file calls one, from the end of that import on
        files     handed in beside the code: a missing one fails the check, unless the exercise or the course calls it
                  optional
        trains    runs the student's own training: left out with --no-train
        """

        def declare(body: Callable[..., None]) -> Check:
            check = Check(
                self,
                body,
                points=points,
                public=public,
                needs=needs,
                hint=hint,
                lesson=lesson,
                examples=examples,
                live=live,
                gate=gate,
                files=files,
                trains=trains,
            )
            if any(other.id == check.id for other in self.checks):
                raise AuthorError(f"{check.id} is declared twice")
            self.checks.append(check)
            return check

        return declare

    def copy(self, optional: Iterable[str] = ()) -> Exercise:
        """The same exercise, to be changed apart from this one; `optional` names and files may be missing besides."""
        mine = copy.copy(self)
        mine.optional = self.optional.union(optional)
        mine.checks = [copy.copy(check) for check in self.checks]
        for check in mine.checks:
            check.exercise = mine
        return mine

    @property
    def function_names(self) -> tuple[str, ...]:
        return tuple(self._functions)

    @property
    def class_names(self) -> tuple[str, ...]:
        return tuple(self._classes)

    @property
    def functions(self) -> dict[str, Callable[..., Any]]:
        """The reference's, by the name a student must give. Imports them."""
        return {name: _resolved(made) for name, made in self._functions.items()}

    @property
    def classes(self) -> dict[str, Callable[..., Any]]:
        """The reference's, by the name a student must give. Imports them."""
        return {name: _resolved(made) for name, made in self._classes.items()}

    @property
    def answers(self) -> tuple[Callable[..., Any] | str, ...]:
        """The reference's functions and classes; as MODULE:NAME those that are imported later."""
        return (*self._functions.values(), *self._classes.values())

    def import_reference(self) -> None:
        """Now and not later: a process that is to be forked does it once for all."""
        for made in (*self._functions.values(), *self._classes.values()):
            _resolved(made)

    @property
    def files(self) -> tuple[str, ...]:
        """Artefacts that its checks are about."""
        return tuple(dict.fromkeys(file for check in self.checks for file in check.files))

    @property
    def loads(self) -> Check:
        """The check that all others of the exercise need: its file is there and can be imported."""
        return self.checks[0]

    def signature(self, function: str) -> tuple[tuple[str, Any], ...]:
        """Parameter names and defaults of the contract, in order; no default is None."""
        return _signature(_resolved(self._functions[function]))

    def _add_loads(self) -> None:
        def loads(student: Any) -> None:
            student.import_file()

        names = [name for name in (*self.function_names, *self.class_names) if name not in self.optional]
        loads.__doc__ = f"""{self.file} is there and can be imported.

        Why: every other check calls {", ".join(names)} from this file.
        Wrong: a file with another name, a syntax error, an import of something that is not installed.
        Right: {self.file} at the top of your folder; `python {self.file}` runs without an error.
        """
        self.check(points=0, live=True)(loads)


def _resolved(made: Callable[..., Any] | str) -> Callable[..., Any]:
    found: Callable[..., Any] = resolve_name(made) if isinstance(made, str) else made
    return found


@cache
def _signature(function: Callable[..., Any]) -> tuple[tuple[str, Any], ...]:
    empty = inspect.Parameter.empty
    return tuple(
        (name, None if parameter.default is empty else parameter.default)
        for name, parameter in inspect.signature(function).parameters.items()
    )


exercise = Exercise  # as authors write it: corr2d = exercise("corr2d", ...)
