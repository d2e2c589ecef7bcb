"""Magics that run Python code: which they are, and the code without their options. Text only: intake reads it as well."""

from __future__ import annotations

import re

# magic -> the letters of its options, as for getopt: those with a colon take a value
RUN = {
    "time": "",
    "prun": "D:l:rs:T:q",
    "lprun": "f:m:D:T:u:szr",
    "memit": "r:t:i:co",
    "mprun": "f:T:c",
    "snakeviz": "t",
}
MEASURE = {"timeit": "n:r:p:v:tcqo"}  # runs it in a function: names that are bound there are not known afterwards
CAPTURE = "capture"  # its line names what the output is bound to
WRITE = frozenset(["writefile", "file"])
OPTION = re.compile(r"--[a-z][\w-]*(?:\s+|$)|-([A-Za-z])(\S*)(?:\s+|$)")


def code_of(magic: str, text: str) -> str:
    """`text`, which follows a magic that runs code, without the options at its beginning."""
    letters = RUN.get(magic) or MEASURE.get(magic, "")
    while option := OPTION.match(text):
        letter, attached = option[1], option[2]
        if letter and letter not in letters.replace(":", ""):
            break  # -x is an expression
        text = text[option.end() :]
        if letter and not attached and f"{letter}:" in letters:
            text = text.partition(" ")[2].lstrip()
    return text


def captured(line: str) -> str:
    """The name that %%capture binds; empty when there is none."""
    return next((word for word in line.split() if word.isidentifier()), "")
