"""Words that the findings of planted mistakes must hold, beside the misconceptions that are named by their title.

A module an exercise, in it a regular expression for each mistake: what names it, or the place where it is. An empty one
stands for a mistake that is found, but that no finding names yet.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

READY_MADE = r"calls .* in line \d+.* the whole exercise for you"
LEFT_OVER = "something is left over from the calls? before"
RETURN = "every path through your function end in return"
PAIR = "A (tuple|list) arrives where a number is expected"

EXERCISES = sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py"))
WORDS: dict[str, dict[str, str]] = {name: import_module(f"tests.words.{name}").WORDS for name in EXERCISES}
