"""What a report says of a check that failed."""

from __future__ import annotations

import msgspec

from grader.authoring import expect
from grader.authoring.exercise import Check
from grader.authoring.expect import CheckFailure
from grader.judge import causes, hints, wording
from grader.judge.attempt import LEFT_OVER, OTHERWISE
from grader.judge.players import Live, Player
from grader.judge.session import Session
from grader.records import Finding

HIDDEN = "a hidden check found something wrong here; what it tried is not shown"
HIDDEN_CRASH = (
    "your code stopped with an error, or gave no answer of use, in a hidden check; what it tried is not shown"
)


def finding_of(check: Check, failure: CheckFailure, player: Player, session: Session) -> Finding:
    """The finding; what is known of the failure beside it is left in the session, for `causes` to see all of them together."""
    last = player.last
    if last is None and failure.likened:
        failure.hint = ""
    if player.changed and failure.expected is not None and failure.hint not in (LEFT_OVER, OTHERWISE):
        name = player.changed[0][0]
        failure.hint = f"Your code changes {name} while it still computes with it. {expect.ON_A_COPY.format(name=name)}"
    given = last.given(check.exercise) if last else {}
    asked = last is not None and failure.raised is None and not failure.astray
    unread = wording.unread(session.source(), last.function, given) if last and asked else ""
    function = last.function if last else ""
    guessed = check.public and not failure.hint and not failure.astray and not failure.mistake
    session.failures[check.id] = causes.Known(
        causes.reasons(failure, function, unread), function, frozenset(given), guessed and not unread
    )
    if not check.is_told:
        hint = (failure.hidden and failure.hint) if failure.astray else check.hint
        return Finding(message=failure.hidden or HIDDEN_CRASH if failure.astray else HIDDEN, hint=hint)
    hint = failure.hint or ("" if failure.astray or failure.mistake else check.hint)
    if last is None and failure.raised is None and not check.files and not check.trains:
        hint = wording.not_registered(session.source(), check.exercise.class_names) or hint
    if failure.raised is not None and not hint and not failure.mistake:
        called = function or next(iter(check.exercise.class_names), "")
        hint = wording.crash_hint(failure.raised, session.source(failure.raised.file), called)
        if session.broken_import and failure.raised.type_name == "NameError":  # it may have been defined there
            hint = f"This came to no end, and may have been about to define it: {wording.broken_import(session.broken_import)}."
        if hints.about_sizes(failure.raised) and check.hint not in hint:
            hint = f"{hint} {check.hint}"
    finding = Finding(
        message=failure.message,
        expected=failure.expected,
        actual=failure.actual,
        where=failure.where,
        hint=f"{unread} {hint}".strip(),
        traceback=failure.traceback,
        misconception=failure.mistake.title if failure.mistake else "",
        explanation=failure.mistake.explanation if failure.mistake else "",
    )
    if last is None:
        return _about_network(finding, failure, player)
    exercise = check.exercise
    names, text = last.names(exercise), last.text(exercise)
    called_with = wording.arguments(last.args, last.kwargs, names)
    library = session.libraries.get(last.function, "torch")
    module = exercise.file.removesuffix(".py")
    return msgspec.structs.replace(
        finding,
        call=text,
        arguments=called_with,
        seed=last.seed,
        reproduce=wording.reproduce(module, last.function, text, called_with, library, last.seed),
    )


def _about_network(finding: Finding, failure: CheckFailure, player: Player) -> Finding:
    """With the network and its call, where the check has made one; with Python to see it, where that shows an exception."""
    made = player.made if isinstance(player, Live) else None
    if made is None:
        return finding
    module = player.exercise.file.removesuffix(".py")
    seen = failure.raised is not None and failure.raised.line is not None
    again = wording.reproduce_network(module, made.name, made.built, made.shape, made.seed) if seen else ""
    return msgspec.structs.replace(finding, call=made.call, reproduce=again)
