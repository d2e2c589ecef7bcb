"""Refuse what an author has declared wrongly, in one sentence that says what to write instead.

`grader.course` adds the file and the line in front.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Mapping
from operator import index
from typing import Any

import hypothesis
from hypothesis import strategies
from hypothesis.errors import InvalidArgument

from grader.errors import AuthorError
from grader.records import Setting
from grader.words import suggest

ORDER = (
    "the decorators are in the wrong order: @EXERCISE.check(...) stands on top, @given(...) and @example(...) below it, "
    "and @settings(...) nowhere"
)
TAKEN = frozenset(  # what a student is asked by in a check, besides the functions of the contract
    ("aliases", "changed", "random", "seeded", "play", "last", "drawn", "answer", "exercise", "made")
) | frozenset(
    (
        "artefact",
        "constant",
        "data",
        "defines",
        "evaluator",
        "evidence",
        "import_file",
        "network",
        "practice",
        "session",
        "show",
    )
)
Batches = dict[str, tuple[tuple[tuple[Setting, ...], tuple[int, ...]], ...]]
MARKS = ("hypothesis", "_hypothesis")  # how the attributes begin by which Hypothesis's decorators mark a function


def contract(
    exercise: str,
    functions: Mapping[str, Callable[..., Any] | str] | None,
    classes: Mapping[str, Callable[..., Any] | str] | None,
) -> None:
    """The names that an exercise asks for, with their right answers."""
    for word, one, given in (("functions", "function", functions), ("classes", "class", classes)):
        if given is not None and not isinstance(given, Mapping):
            raise AuthorError(f'{exercise}: {word} is a dict, as in {word}={{"NAME": the_right_one}}')
        for name, right in (given or {}).items():
            later = isinstance(right, str) and ":" in right  # MODULE:NAME, imported when needed
            if not isinstance(name, str) or not (later or callable(right)):
                raise AuthorError(f"{exercise}: {word}: {name!r} must be a name, and what stands behind it a {one}")
            if word == "functions" and name in TAKEN:
                raise AuthorError(f"{exercise}: student.{name} is the grader's own: give the function another name")
            if word == "functions" and inspect.isclass(right) and hasattr(right, "forward"):
                raise AuthorError(f'{exercise}: {name} is a network: declare it with classes={{"{name}": {name}}}')
    if both := sorted({*(functions or {})} & {*(classes or {})}):
        told = f"{', '.join(both)} {'is' if len(both) == 1 else 'are'} both in functions and in classes"
        raise AuthorError(f"{exercise}: {told}: a network belongs into classes, everything else into functions")


def probes(exercise: str, batches: Mapping[str, Any] | None, classes: Mapping[str, Any] | None) -> Batches:
    """On what each network is compared with planted misconceptions."""
    found: Batches = {}
    for name, listed in (batches or {}).items():
        if name not in (classes or {}):
            raise AuthorError(f"{exercise}: batches: {name} is not among the classes{suggest(name, classes or {})}")
        try:
            found[name] = tuple((tuple(map(setting, args)), tuple(map(index, shape))) for args, shape in listed)
        except (TypeError, ValueError):
            told = (
                f'batches is {{"{name}": [((CONSTRUCTOR ARGUMENTS), (SHAPE OF A BATCH)), ...]}}: whole numbers, and '
                "tuples of them or None among the arguments"
            )
            raise AuthorError(f"{exercise}: {told}") from None
    return found


def setting(value: Any) -> Setting:
    """An argument of a network's constructor, when it is one that can be told. Raises TypeError."""
    if value is None:
        return None
    return tuple(map(index, value)) if isinstance(value, tuple) else index(value)


def numbers(check: str, points: Any, examples: Any) -> None:
    """What a check is worth, and on how many examples it is tried."""
    if isinstance(points, bool) or not isinstance(points, int | float) or not math.isfinite(points):
        raise AuthorError(f"{check}: points={points!r} is no number")
    if points < 0:
        raise AuthorError(f"{check}: points={points} is below 0")
    if isinstance(examples, bool) or not isinstance(examples, int) or examples < 1:
        raise AuthorError(f"{check}: examples={examples!r} is no number of at least 1")


def names(check: str, word: str, given: Any) -> tuple[str, ...]:
    """The names in a list, such as `needs`."""
    listed = (given,) if isinstance(given, str) else tuple(given)
    if isinstance(given, str) or not all(isinstance(name, str) for name in listed):
        shown = ", ".join(f'"{getattr(name, "name", name)}"' for name in listed)
        raise AuthorError(f"{check}: {word} is a list of names: write {word}=[{shown}]")
    return listed


def needs(check: str, needed: Iterable[str], earlier: Iterable[str]) -> None:
    """A check can only need those that are declared before it."""
    known = list(earlier)
    for need in needed:
        if need not in known:
            near = suggest(need.rpartition(".")[2], [name.partition(".")[2] for name in known])
            raise AuthorError(f"{check} needs {need}: a check can only need earlier ones{near}")


def body(check: str, function: Any) -> None:
    """The function behind a check, with what Hypothesis's decorators have made of it."""
    exercise, _, name = check.partition(".")
    if name == exercise:
        raise AuthorError(f"{check}: give the check another name than the exercise, which it would replace")
    given = getattr(function, "hypothesis", None) if hypothesis.is_hypothesis_test(function) else None
    inner = given.inner_test if given else function
    if any(hasattr(made, "_hypothesis_internal_settings_applied") for made in (function, inner)):
        told = f"take @settings away and write @{exercise}.check(..., examples=N)"
        raise AuthorError(f"{check}: {told}: all else is set by the grader")
    if not given and hasattr(function, "hypothesis_explicit_examples"):
        raise AuthorError(f"{check}: @example needs a @given(...) beside it, which draws the other examples")
    drawn = dict(given._given_kwargs) if given else {}
    first, *others = [*inspect.signature(inner).parameters] or [""]
    if not first or first in drawn:
        words = ", ".join(["student", *drawn])
        raise AuthorError(f"{check}: the student comes first and is not drawn: write def {name}({words})")
    if given and not (drawn and set(drawn) <= set(others)):
        raise AuthorError(f"{check}: {_kept_back(function)}")
    if left := [other for other in others if other not in drawn]:
        how = f"write @given({left[0]}=...) below @{exercise}.check(...)"
        raise AuthorError(f"{check}: nobody draws {', '.join(left)}: {how}, or draw it inside from student.random")


def replayable(check: str, function: Any, live: bool) -> None:
    """What is drawn must be there before anybody answers: the same examples are asked of everybody."""
    if not hypothesis.is_hypothesis_test(function):
        return
    if live:
        raise AuthorError(f"{check}: a live check draws from student.random, not with @given: take away one of the two")
    for name, strategy in function.hypothesis._given_kwargs.items():
        if isinstance(strategy, type(strategies.data())):
            told = "st.data() draws while the student answers, but examples are drawn once for everybody"
            raise AuthorError(f"{check}: {name}: {told}; use st.flatmap, st.builds or @st.composite")


def _kept_back(function: Any) -> str:
    """What Hypothesis has to say about the arguments of @given, which it tells only whoever calls the test."""
    try:
        function(None)
    except InvalidArgument as problem:
        return str(problem)
    return "@given(...) and the parameters do not fit each other"
