"""What an exception of student code says about that code: one next step for each kind, by its words and the source.

A hint is right more often than not, or it is not given: what is not sure is said in neutral words, and nothing is named
that is not there.
"""

from __future__ import annotations

import builtins
import difflib
import re
import sys
from dataclasses import dataclass

from grader.judge.reading import DTYPE, GRADIENTS, Code
from grader.worker import protocol

ASKED = "EOF when reading a line"  # input() where nobody answers
NO_INPUT = "Nobody is there to type while your code is graded: take values as arguments instead of asking with input()."
PLAIN_NAME = "Files are read and written in the current folder only: give a plain name, as in open('notes.txt', 'w')."
ALONE = "Your code runs without other processes and without network: num_workers=0 for a DataLoader, no subprocess."
LIBRARIES = (
    "There are torch, torchvision, NumPy, SciPy, scikit-learn and what comes with Python; hand in your own helper files "
    "in the same folder."
)
NO_NETWORK = (
    "There is no network while your code is graded: put the download, and what needs it, under "
    "if __name__ == '__main__':, which runs on your own computer only."
)
NO_GPU = "There is no GPU while your code is graded: use the device that train is given, and leave out .cuda()."
NO_MPS = "There is no GPU while your code is graded, Apple's neither: use the device that train is given, or the CPU."
NO_GRAD = "Take the step in place, outside of the graph: with torch.no_grad(): K -= lr * K.grad, then K.grad.zero_()."
SAVE_AGAIN = "Save it anew: torch.save(model.state_dict(), path), with a model of the very class that you hand in."
BY_POSITION = "cannot be given by position"
NONE = (
    "Something here is None: a function without return gives None, so does a method that works in place (append, sort, "
    "backward); an argument may be None that nobody gives, or a variable that a loop should have set which never ran."
)
NO_NUMBER = (
    "A {} arrives where a number is expected: an argument that may be a number or a pair (rows, columns) must be taken "
    "apart first."
)
WHOLE = (
    "Sizes, steps and indices are whole numbers: / gives a fraction even where it comes out even, // a whole number."
)
ONE_CELL = "A whole array meets a place for one number: is .sum(), or an index, missing?"
WITH_A_SHAPE = "A shape is read with square brackets, X.shape[0], without calling it."
PRODUCT = "@, torch.mm and torch.matmul multiply matrices; value by value is *."
DTYPES = "Two dtypes meet, such as float32 and float64: bring one to the other's with .to(X.dtype)."
IMPORTS = {
    "np": "import numpy as np",
    "numpy": "import numpy",
    "torch": "import torch",
    "nn": "from torch import nn",
    "F": "import torch.nn.functional as F",
    "plt": "import matplotlib.pyplot as plt",
    "optim": "from torch import optim",
    "torchvision": "import torchvision",
    "transforms": "from torchvision import transforms",
    "DataLoader": "from torch.utils.data import DataLoader",
    "math": "import math",
    "random": "import random",
    "time": "import time",
    "os": "import os",
    "sys": "import sys",
    "itertools": "import itertools",
    "Path": "from pathlib import Path",
    "partial": "from functools import partial",
    "reduce": "from functools import reduce",
    "product": "from itertools import product",
}
OTHER_LANGUAGES = {
    "true": "True", "false": "False", "null": "None", "none": "None", "nil": "None", "xrange": "range",
    "raw_input": "input", "unicode": "str", "this": "self",
}  # fmt: skip
FOR_ARRAYS = {  # what tensors have and arrays have not
    "numpy": "leave out .numpy()", "detach": "leave out .detach()", "cpu": "leave out .cpu()",
    "clone": "write .copy()", "size": "write .shape", "dim": "write .ndim", "numel": "write .size",
    "view": "has another meaning there: write .reshape(...)", "float": "write .astype('float32')",
    "double": "write .astype('float64')", "long": "write .astype('int64')", "int": "write .astype('int64')",
    "unsqueeze": "write np.expand_dims(x, axis)", "permute": "write .transpose(...)", "expand": "write np.broadcast_to",
    "amax": "write .max(axis=...)", "amin": "write .min(axis=...)", "abs": "write np.abs(x)", "exp": "write np.exp(x)",
    "sqrt": "write np.sqrt(x)", "requires_grad_": "make it with torch.tensor(...)", "backward": "only tensors have it",
    "unfold": "only tensors have it", "new_zeros": "write np.zeros", "type": "write .astype", "to": "write .astype(...)",
}  # fmt: skip
FOR_TENSORS = {  # and the other way round
    "copy": "write .clone()", "astype": "write .to(torch.float32)", "fill": "write .fill_(...)",
    "ravel_multi_index": "", "append": "write torch.cat", "tostring": "write .tolist()", "len": "write len(x)",
}  # fmt: skip
GONE = {"int": "int", "float": "float", "bool": "bool", "object": "object", "long": "int", "float_": "np.float64"}
NAME = r"(?P<name>\w+)"
MOST_COMPARED, MOST_LETTERS = 300, 40  # names of the student's that one is compared with, and their length


@dataclass(frozen=True)
class Crash:
    """An exception, and where in the student's source it was raised."""

    raised: protocol.Raised
    source: Code
    found: re.Match[str]

    @property
    def code(self) -> str:
        """The line of the student's code that was running."""
        return self.raised.traceback.rstrip("\n").rpartition("\n")[2].strip()

    @property
    def function(self) -> str:
        """The student's function that was running; empty while the file was imported."""
        inside = re.findall(r", in (\w+)\n", self.raised.traceback)
        return inside[-1] if inside else ""

    @property
    def at_import(self) -> bool:
        return ", in <module>" in self.raised.traceback.partition("\n")[0]

    @property
    def file(self) -> str:
        return self.raised.file or "your file"


# ------------------------------------------------------------------------------------------------------- names


def name(crash: Crash) -> str:
    name, source = crash.found["name"], crash.source
    if name in OTHER_LANGUAGES:
        return f"Python writes {OTHER_LANGUAGES[name]}, not {name}."
    if name in source.guarded:
        return (
            f"{name} is made under if __name__ == '__main__': only, which is not run here: make it above, at the top."
        )
    if crash.at_import and name in source.names:
        return f"{name} is made further down, in line {source.names[name]}: it must stand above its first use."
    if name in IMPORTS and name not in source.names:
        return f"An import is missing at the top of the file: {IMPORTS[name]}"
    seen = [*source.seen_in(crash.function), *source.names]
    if near := nearest(name, seen):
        return f"Is it misspelt? There is {near}."
    if other := source.local_to(name):
        return f"{name} exists inside of {other} only: return it from there, or pass it on as an argument."
    if inside := source.seen_in(crash.function):
        return f"Nothing is called {name} here; {crash.function} has {listed(inside)}."
    return f"Nothing is called {name} here: is it misspelt, or defined in a file or cell that was not handed in?"


def unbound(crash: Crash) -> str:
    name = crash.found["name"]
    if name in crash.source.names or hasattr(builtins, name):
        return (
            f"{name} is given a value inside of the function, so Python takes it for a name of the function's own and no "
            f"longer sees the {name} outside: use another name inside."
        )
    return f"{name} is used before it has a value: give it one before this line, on every path (before the loop or if)."


def attribute(crash: Crash) -> str:
    kind, name = crash.found["kind"], crash.found["name"]
    if kind in ("ndarray", "Tensor", "Parameter"):
        table, what, other = (
            (FOR_ARRAYS, "a NumPy array", "tensors") if kind == "ndarray" else (FOR_TENSORS, "a tensor", "arrays")
        )
        if table.get(name):
            return f"It is {what} here, and only {other} have .{name}: {table[name]}."
        members = _members("numpy", "ndarray") if kind == "ndarray" else _members("torch", "Tensor")
        if near := nearest(name, members, most=None):
            return f"It is {what} here, which has no .{name}: is .{near} meant?"
        return f"It is {what} here, which has no .{name}."
    if kind in ("list", "tuple"):
        if name in (
            "shape",
            "size",
            "ndim",
            "T",
            "reshape",
            "sum",
            "mean",
            "max",
            "dtype",
            "flatten",
            "copy_",
            "clone",
        ):
            return (
                f"It is a plain {kind} here: np.array(...), torch.tensor(...) or torch.stack(...) makes an array of it."
            )
        return f"It is a plain {kind} here, which has no .{name}: print what it holds just before this line."
    if kind in ("int", "float", "bool", "str", "dict", "function", "method", "builtin_function_or_method"):
        what = {"str": "text", "dict": "a dict", "int": "a plain number", "float": "a plain number"}.get(kind, kind)
        if name == "backward":
            return (
                "The loss is a plain number here: keep the tensor, without .item() or float(), until after backward()."
            )
        return f"It is {what} here, which has no .{name}: print it just before this line."
    attributes = crash.source.attributes(kind)
    if near := nearest(name, attributes):
        return f"Is it misspelt? {kind} has {near}."
    if attributes:
        return f"{kind} has no {name}: __init__ and forward must use the same names; it has {listed(attributes)}."
    return f"{kind} has no {name}: is it misspelt, or made under another name in __init__?"


def module_attribute(crash: Crash) -> str:
    module, name = crash.found["module"], crash.found["name"]
    if "partially initialized" in crash.raised.message or "circular import" in crash.raised.message:
        return f"Is a file of yours called {module}.py? It hides the library of that name: call it something else."
    if module == "numpy" and name in GONE:
        return f"NumPy has no np.{name} any more: write {GONE[name]}."
    if near := nearest(name, _members(module), most=None):
        return f"Is it misspelt? There is {module}.{near}."
    return f"{module} has no {name}: look it up in its documentation, for the version that is installed."


def import_name(crash: Crash) -> str:
    name, module = crash.found["name"], crash.found["module"]
    if near := nearest(name, _members(module), most=None):
        return f"Is it misspelt? {module} has {near}."
    return LIBRARIES if module == "helper" else ""


def none(crash: Crash) -> str:
    """K.grad is None where K is no leaf, or before backward()."""
    return NO_GRAD if ".grad" in crash.code else NONE


def _members(module: str, kind: str = "") -> list[str]:
    """Names in a library that the judge has imported itself; nothing is imported for it."""
    if module.partition(".")[0] not in ("torch", "numpy", "math", "random", "torchvision"):
        return []
    found = sys.modules.get(module)
    return (
        [name for name in dir(getattr(found, kind, None) if kind else found) if not name.startswith("_")]
        if found
        else []
    )


def nearest(name: str, others: list[str], most: int | None = MOST_COMPARED) -> str:
    """The one of `others` that `name` is most likely meant for; `most` of them are looked at, and no very long ones."""
    short = [other for other in others if other != name and len(other) <= MOST_LETTERS][:most]
    lower = {other.lower(): other for other in reversed(short)}
    if len(name) > MOST_LETTERS:
        return ""
    near = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.7)
    return lower[near[0]] if near else ""


def listed(names: list[str]) -> str:
    return ", ".join(names[:10]) + (" and more" if len(names) > 10 else "")


# ---------------------------------------------------------------------------------------------- sizes and indices


def out_of_bounds(crash: Crash) -> str:
    index, axis, size = (int(crash.found[part]) for part in ("index", "axis", "size"))
    if size == 0:
        return f"There is nothing along axis {axis}: print the array's shape just before this line."
    where = f"Along axis {axis} the indices go from 0 to {size - 1}"
    if index == size:
        return f"{where}: does the loop take one step too many, or does the index belong to another axis?"
    return f"{where}: print the index and the array's shape; does the index belong to another axis?"


def unpack(crash: Crash) -> str:
    expected, got = crash.found["expected"], crash.found.groupdict().get("got")
    if ".shape" not in crash.code and ".size()" not in crash.code:
        return f"{expected} names stand on the left, but another number of values comes from the right: print it."
    if got == "0" and "squeeze" in crash.source.text:
        return "No axis is left here: squeeze() takes away every axis of size 1. Leave it out, or unpack before it."
    if got:
        return f"The array has {got} {_axes(got)} here, not {expected}: look at what the contract says it is given."
    return f"The array has more than {expected} {_axes(expected)} here: look at what the contract says it is given."


def _axes(number: str) -> str:
    return "axis" if number == "1" else "axes"


def tuple_index(crash: Crash) -> str:
    if ".shape[" in crash.code or ".size(" in crash.code:
        return "The array has fewer axes than this line asks for: print its shape just before."
    return "It has fewer members than this line asks for: print it just before."


def broadcast(crash: Crash) -> str:
    return (
        f"Two arrays of shapes {crash.found['one']} and {crash.found['other']} meet here: print both shapes. A slice that "
        "reaches over the border comes out smaller than it was asked for."
    )


def sizes(crash: Crash) -> str:
    one, other = crash.found["one"], crash.found["other"]
    return f"Two tensors that differ in size along one axis meet here, {one} against {other}: print both shapes before."


def matrices(crash: Crash) -> str:
    one, other = crash.found["one"], crash.found["other"]
    inner = f"The inner sizes must be equal, and {one} meets {other} here."
    return PRODUCT if one == other else f"{inner} {PRODUCT if ' @ ' in crash.code else ''}".strip()


def no_room(crash: Crash) -> str:
    return (
        f"The convolution gets an image of only {crash.found['image']} for its kernel of {crash.found['kernel']}: print "
        "x.shape before it, and look at paddings and pooling up to there."
    )


def channels(crash: Crash) -> str:
    wanted, got = crash.found["wanted"], crash.found["got"]
    return f"This convolution is made for {wanted} channels and gets {got}: in_channels is what the layer before gives."


# -------------------------------------------------------------------------------------------------------- calls


def not_callable(crash: Crash) -> str:
    kind = crash.found["kind"]
    if ".shape(" in crash.code:
        return WITH_A_SHAPE
    if kind == "int" and ".size(" in crash.code:
        return "On a NumPy array .size is the number of all its values: write .shape."
    if kind in ("Tensor", "ndarray", "list", "tuple", "dict", "Size", "Parameter"):
        return "Members are taken out with square brackets, x[i, j]; with round ones it is a call. Is a * missing?"
    if kind == "module":
        return "You call the file or library itself, not a function in it: write module.function(...)."
    if kind in ("int", "float", "str", "NoneType"):
        return (
            f"It is no function here but a value ({kind}): is a * missing, or does a variable have the function's name?"
        )
    return ""


def operands(crash: Crash) -> str:
    kinds = {crash.found["one"].rpartition(".")[2], crash.found["other"].rpartition(".")[2]}
    if "NoneType" in kinds:
        return none(crash)
    if kinds & {"builtin_function_or_method", "method", "function"}:
        return "A function is used without being called: are the round brackets missing, as in x.sum()?"
    if kinds & {"tuple", "list"} and kinds & {"int", "float"}:
        return NO_NUMBER.format("tuple" if "tuple" in kinds else "list")
    if kinds & {"tuple", "list"}:
        return "Lists and tuples do not calculate: make an array of them with np.array(...) or torch.tensor(...)."
    if "str" in kinds:
        return "One of the two is text: make a number of it with int(...) or float(...)."
    return ""


def members_of_a_number(crash: Crash) -> str:
    return (
        f"It is a plain number ({crash.found['kind']}) here, which has no members: print it just before this line. An argument "
        "that may be a number or a pair must be made a pair first."
    )


def arguments(crash: Crash) -> str:
    """A call inside of the student's own code that does not fit the function."""
    if not crash.raised.line:
        return ""
    given = crash.found.groupdict()
    if given.get("takes") and int(given["got"]) == int(given["takes"]) + 1 and "." in crash.found["function"]:
        return "A method's first parameter is self: def NAME(self, ...)."
    function = crash.found["function"].removesuffix(".__init__")
    if hasattr(builtins, function) and "import *" in crash.source.text:
        return f"A star import, from ... import *, has put another {function} in place of Python's: import names one by one."
    return f"Compare this call with the parameters of {function}: their number, their order and their names."


# ------------------------------------------------------------------------------------------- this machine and yours


def no_such_file(crash: Crash) -> str:
    path = crash.found["path"]
    if re.match(r"[A-Za-z]:|/|~|\\|\.\.", path):
        return (
            "That path exists on another computer only: hand the file in beside your code and open it by its plain name, "
            "or put what needs it under if __name__ == '__main__':."
        )
    return "It was not handed in, or is called otherwise: hand it in beside your code, or put what needs it under main."


def state_dict(crash: Crash) -> str:
    """Keys that do not fit tell how a file was saved."""
    unexpected = crash.raised.message.partition("Unexpected key(s) in state_dict: ")[2]
    keys = re.findall(r'"([^"]*)"', unexpected)
    if keys and all(key.startswith("module.") for key in keys):
        return "It was saved from nn.DataParallel: save what is inside, torch.save(model.module.state_dict(), path)."
    if keys and all(key.startswith("_orig_mod.") for key in keys):
        return "It was saved from torch.compile: save what is inside, torch.save(model._orig_mod.state_dict(), path)."
    if inner := next((key for key in keys if key in ("state_dict", "model_state_dict", "model", "net", "weights")), ""):
        return (
            f"The file holds more than the parameters, which lie under {inner!r}: torch.save(model.state_dict(), path)."
        )
    if "size mismatch for" in crash.raised.message or keys or "Missing key(s)" in crash.raised.message:
        return f"The file was saved from another class than the one handed in. {SAVE_AGAIN}"
    return SAVE_AGAIN


def download(crash: Crash) -> str:
    return NO_NETWORK if crash.at_import else NO_NETWORK.partition(":")[0] + ": use what train is given."


def no_gradient(crash: Crash) -> str:
    for line, text, what in crash.source.switches():
        if what == GRADIENTS and "True" not in text:
            return f"Line {line}, {text}, switches gradients off for all that comes after: take it away."
    return (
        "Make the kernel with requires_grad=True, and the loss from it."
        if "no_grad" not in crash.source.text
        else "Make the kernel with requires_grad=True, and the loss from it, outside of torch.no_grad()."
    )


def dtypes(crash: Crash) -> str:
    for line, text, what in crash.source.switches():
        if what == DTYPE:
            return f"{DTYPES} Line {line}, {text}, changes {what}."
    return DTYPES


def as_error(crash: Crash) -> str:
    for line, text, what in crash.source.switches():
        if "NumPy" in what or "warnings" in what:
            return f"Line {line}, {text}, makes an error of it for all that comes after: take it away."
    return ""
