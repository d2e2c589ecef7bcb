"""Plain sentences for what went wrong in student code, and Python to try it again."""

from __future__ import annotations

import contextlib
import difflib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from grader.authoring.expect import CheckFailure, as_value
from grader.intake.basket import CODE, shown
from grader.judge import crash, hints, syntax
from grader.judge.reading import Code, overwritten_arguments, parameters, plain_lists, unused_arguments
from grader.records import Argument, Array
from grader.worker import protocol

MOST_REPRODUCED = 400  # values of one array that a reproduction writes out
COLOURS = re.compile(r"\x1b?\[[0-9;]+m")  # of a terminal
MOST_MESSAGE = 300  # characters of an exception's first line
MOST_NAMED = 5  # files that are there in place of a missing one
MOST_LIKENED = 100  # names of files that are compared with its own, the shortest ones
MOST_LISTED = 120  # characters of each list of parameters that do not fit
NOT_FITTING = "Error(s) in loading state_dict"
NO_PYTHON = ("SyntaxError", "IndentationError", "TabError")
READY_MADE = "ReadyMade"  # what a worker raises where it has taken a function away
OWN_WORK = "Write it yourself: while your code is graded, such functions are not there."
NO_LINE = "Call it yourself with these arguments: the same exception comes up on your own machine."
MISSING = "The contract asks for it: write it, or take it over from the starter with its name and parameters."
UNFINISHED = "The starter's placeholder is still there: replace it with your own code."


def on_one_line(raised: protocol.Raised) -> protocol.Raised:
    """With the names in it on one line: code chooses those of its exceptions and files, and they stand in our sentences."""
    return msgspec.structs.replace(raised, type_name=shown(raised.type_name), file=shown(raised.file))


def not_loaded(file: str, raised: protocol.Raised, source: Code) -> CheckFailure:
    """Why the student's file could not be imported. `source`: of the file in which it went wrong."""
    at = place(raised)
    trace = raised.traceback
    hint = ""
    with contextlib.suppress(Exception):
        hint = hints.for_crash(raised, source)
    words = short(raised.message)
    if raised.type_name in NO_PYTHON:
        return _not_python(file, raised, hint)
    if raised.type_name == "ModuleNotFoundError":
        return CheckFailure(f"{file} cannot be imported{at}: {words}", hint=hint, traceback=trace)
    if raised.type_name == "SystemExit":
        return CheckFailure(
            f"{file} asked Python to exit{at} while it was being imported (exit status {words or 0})",
            hint="Put what should only happen when you run the file under `if __name__ == '__main__':`.",
        )
    return CheckFailure(
        f"{file} cannot be imported: {raised.type_name}{at}: {words}",
        traceback=trace,
        hint=hint or f"{_again(file, raised)} on your own machine: it should end without an error.",
    )


def broken_import(raised: protocol.Raised) -> str:
    """What ended a cell of a notebook, or a file for what is lacking here, and where."""
    if raised.type_name == "SystemExit":
        return f"your code asks Python to exit{place(raised)}"
    if raised.message == crash.ASKED:
        return f"input(){place(raised)} gets no answer while your code is graded"
    words = raised.message.split(" (", 1)[0] if raised.type_name in NO_PYTHON else raised.message
    return f"{raised.type_name}{place(raised)}{words and f': {short(words)}'}".rstrip(": ")


def _not_python(file: str, raised: protocol.Raised, hint: str) -> CheckFailure:
    """The file with the error may be one that the exercise's imports."""
    wrong = raised.file or file
    if hint == syntax.UTF8:
        return CheckFailure(f"{wrong} is not UTF-8 text: {short(raised.message)}", hint=hint)
    message = short(raised.message.split(" (", 1)[0])
    at = f" in line {raised.line}" if raised.line else ""
    return CheckFailure(
        f"{wrong} has a syntax error{at}: {message}",
        hint=hint or f"{_again(wrong, raised)} and mend the line it names (or the one before).",
        traceback=raised.traceback,
    )


def _again(file: str, raised: protocol.Raised) -> str:
    """How a student sees the same error."""
    return "Restart your notebook and run all its cells" if raised.file.endswith(".ipynb") else f"Run `python {file}`"


def place(raised: protocol.Raised) -> str:
    """Where in the student's code it happened, as the end of a phrase; nothing where that is not known."""
    if not raised.line:
        return ""
    return f" in line {raised.line} of {raised.file}" if raised.file else f" in line {raised.line}"


def tampered(doing: str) -> CheckFailure:
    """The worker told something that its own code never does: the student's code has spoken in its place."""
    return CheckFailure(
        f"your code answered in the grader's place while {doing}",
        hint="Leave the descriptors and modules that you have not opened or imported yourself alone.",
        fatal=True,
    )


def no_file(file: str, folder: Path) -> CheckFailure:
    """The exercise's file was not handed in; what was, in case it is one of them."""
    if unread := _unread_notebook(file, folder):
        return CheckFailure(
            f"{unread} cannot be read: it is damaged, cut off or too large for a notebook, so {file} is missing",
            hint=f"Open {unread} in Jupyter, clear its outputs, save it and hand it in again; or hand in {file}.",
        )
    return CheckFailure(
        f"{file} is missing{in_its_place(file, folder, CODE)}",
        hint=f"Hand in a file named exactly {file}, at the top of your folder.",
    )


def _unread_notebook(file: str, folder: Path) -> str:
    """A notebook that no script could be made of: the exercise's, or the only one; empty when all could be read."""
    notebooks = [path for path in folder.rglob("*.ipynb") if path.is_file() and not path.with_suffix(".py").is_file()]
    own = [path for path in notebooks if path.stem == file.removesuffix(".py")] or notebooks
    return shown(str(own[0].relative_to(folder))) if len(own) == 1 else ""


def in_its_place(file: str, folder: Path, kinds: Collection[str]) -> str:
    """`; there are` the files in `folder` whose names end in one of `kinds`, those most similar to `file` first."""
    files = (path for path in folder.rglob("*") if path.suffix.lower() in kinds and path.is_file())
    names = [str(path.relative_to(folder)) for path in files]
    likely = sorted(names, key=len)[:MOST_LIKENED]
    near = [shown(name) for name in difflib.get_close_matches(file, likely, n=MOST_NAMED, cutoff=0.0)]
    if more := len(names) - len(near):
        near.append(f"{more} more")
    listed = " and ".join([", ".join(near[:-1]), near[-1]] if len(near) > 1 else near)
    return f"; there {'are' if len(near) > 1 else 'is'} {listed}" if near else ""


def missing(file: str, name: str, present: Iterable[str]) -> CheckFailure:
    """A name of the contract that the student's file does not define."""
    near = difflib.get_close_matches(name.lower(), {other.lower(): other for other in present}, n=1, cutoff=0.7)
    found = next((other for other in present if near and other.lower() == near[0]), None)
    hint = f"It has {found}: is that the one? The name must be exactly {name}." if found else ""
    words = f"{file} defines no {name}"
    return CheckFailure(words, hint=hint or MISSING, hidden=words, astray=True)


def call_raised(call: str, function: str, raised: protocol.Raised) -> CheckFailure:
    """What a call raised."""
    at = place(raised)
    if raised.type_name == READY_MADE:
        return CheckFailure(
            f"{function} calls {ready_made(raised.message)}{at}, which does the whole exercise for you",
            hint=OWN_WORK,
            ready_made=True,
        )
    if unfinished(raised):
        words = f"{function} is not written yet: it raises NotImplementedError{at}"
        return CheckFailure(words, hint=UNFINISHED, raised=raised)
    if raised.type_name == "SystemExit":
        return CheckFailure(
            f"your code asked Python to exit{at} while {function} was being called (exit status {short(raised.message) or 0})",
            hint="Return a value instead of calling exit() or sys.exit().",
            raised=raised,
        )
    if raised.type_name == "TypeError" and raised.line is None:
        return CheckFailure(f"{function} cannot be called as {call}: {short(raised.message)}", raised=raised)
    words = f": {short(raised.message)}" if raised.message else ""
    return CheckFailure(
        f"{function} raised {raised.type_name}{at}{words}",
        traceback=raised.traceback,
        raised=raised,
    )


def crash_hint(raised: protocol.Raised, source: Code, name: str) -> str:
    """One next step for what a call of the student's `name` raised, never empty."""
    with contextlib.suppress(Exception):  # no message and no source, however odd, is worth a grading
        if hint := _crash_hint(raised, source, name):
            return hint
    return hints.neutral(raised) or NO_LINE


def _crash_hint(raised: protocol.Raised, source: Code, name: str) -> str:
    if raised.type_name == "TypeError" and raised.line is None and "argument" in raised.message:
        return hints.refused(raised, source, name) or f"Compare the parameters of your {name} with the contract's."
    if raised.line is None and "object is not callable" in raised.message:
        return (
            f"Your file gives the name {name} to something that is no function: a result, perhaps. Call that otherwise."
        )
    return hints.for_crash(raised, source)


def unread(source: Code, function: str, given: dict[str, int]) -> str:
    """`You never use stride.`: what a call was `given`, by name and place, that the student's function does not read."""
    with contextlib.suppress(Exception):
        return _unread(source, function, given)
    return ""


def _unread(source: Code, function: str, given: dict[str, int]) -> str:
    unused, overwritten = unused_arguments(source, function), overwritten_arguments(source, function)
    own = parameters(source, function)
    known = [
        name if name in [*own, *unused] else own[place] if place < len(own) else "" for name, place in given.items()
    ]
    never = " and ".join([name for name in known if name in unused][:3])
    instead = [
        f"Line {line} gives {name} another value before it is used."
        for name, line in overwritten.items()
        if name in known
    ]
    return " ".join([*([f"You never use {never}."] if never else []), *instead[:1]])


def ready_made(name: str) -> str:
    """A library's function as a student knows it: they have never heard of aten."""
    return f"torch's {name.removeprefix('aten.')}" if name.startswith("aten.") else short(name)


def known(hints: Iterable[tuple[str, str]], message: str) -> str:
    """The first of `hints` whose pattern `message` holds; empty when none is."""
    return next((hint for pattern, hint in hints if re.search(pattern, message)), "")


def unfinished(raised: protocol.Raised) -> bool:
    """Whether the student's own placeholder was met: torch raises NotImplementedError for faults in finished code."""
    last_line = raised.traceback.rstrip().rpartition("\n")[2]
    return raised.type_name == "NotImplementedError" and "raise NotImplementedError" in last_line


def short(message: str) -> str:
    """The first line of an exception's message; torch's go on for pages. Of parameters that do not fit, two more."""
    first, *rest = COLOURS.sub("", message).strip().split("\n")
    if first.startswith(NOT_FITTING):
        return " ".join([_cut(first, MOST_MESSAGE), *(_cut(line.strip(), MOST_LISTED) for line in rest[:2])])
    return _cut(first, MOST_MESSAGE)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}..."


def call_text(function: str, args: Sequence[Any], kwargs: dict[str, Any], names: Sequence[str]) -> str:
    """A call as the student would write it: arrays by name, everything else by value."""
    parts = [_named(value, names[i] if i < len(names) else f"argument_{i + 1}") for i, value in enumerate(args)]
    parts += [f"{key}={_named(value, key)}" for key, value in kwargs.items()]
    return f"{function}({', '.join(parts)})"


def arguments(args: Sequence[Any], kwargs: dict[str, Any], names: Sequence[str]) -> tuple[Argument, ...]:
    """The arguments of a call for a record."""
    listed = [
        Argument(name=names[i] if i < len(names) else f"argument_{i + 1}", value=as_value(value))
        for i, value in enumerate(args)
    ]
    listed += [Argument(name=key, value=as_value(value), keyword=True) for key, value in kwargs.items()]
    return tuple(listed)


def reproduce(
    module: str, function: str, call: str, listed: Iterable[Argument], library: str, seed: int | None = None
) -> str:
    """Python that makes the same call again; empty when an array is too large to write out."""
    lines = ["import torch" if library == "torch" else "import numpy as np", f"from {module} import {function}", ""]
    if seed is not None:
        lines.append(f"torch.manual_seed({seed})" if library == "torch" else f"np.random.seed({seed})")
    for argument in listed:
        if not isinstance(argument.value, Array):
            continue
        if argument.value.values is None or np.prod(argument.value.shape) > MOST_REPRODUCED:
            return ""
        maker = "torch.tensor" if library == "torch" else "np.array"
        dtype = f"{'torch' if library == 'torch' else 'np'}.{argument.value.dtype}"
        lines.append(f"{argument.name} = {maker}({argument.value.values}, dtype={dtype})")
    return "\n".join([*lines, f"print({call})"]) + "\n"


def built(name: str, args: Sequence[Any], named: Mapping[str, Any]) -> str:
    """The call of a constructor, as a student would write it."""
    return f"{name}({', '.join([*map(str, args), *(f'{key}={value}' for key, value in named.items())])})"


def reproduce_network(module: str, name: str, made: str, shape: Sequence[int], seed: int) -> str:
    """Python that makes the same network, and sends a batch of that shape through it, forwards and backwards."""
    return (
        f"import torch\nfrom {module} import {name}\n\ntorch.manual_seed({seed})\n"
        f"network = {made}\nx = torch.randn({', '.join(map(str, shape))})\n"
        "output = network(x)\nprint(output.shape)\noutput.sum().backward()\n"
    )


def _named(value: Any, name: str) -> str:
    return name if isinstance(value, np.ndarray) else repr(value)


def not_registered(source: Code, classes: Iterable[str]) -> str:
    """What to do about layers that torch does not see; empty where there are none."""
    held = [name for kind in classes for name in plain_lists(source, kind)]
    return (
        f"self.{held[0]} is a plain list: torch sees none of the layers in it. Make it an nn.ModuleList([...])."
        if held
        else ""
    )
