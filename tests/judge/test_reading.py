"""What a look at a student's source finds in it, without running anything."""

from __future__ import annotations

import ast

import pytest

from grader.judge import reading
from grader.judge.reading import (
    MOST_NODES,
    MOST_SOURCE,
    Code,
    overwritten_arguments,
    parameters,
    plain_lists,
    unparse,
    unused_arguments,
)


@pytest.mark.parametrize(
    ("text", "unused"),
    [
        ("def f(x, stride=1, padding=0): return x + padding", ["stride"]),
        ("def f(x, *, stride=1): return x", ["stride"]),
        ("def f(x, stride=1):\n  def g(): return stride\n  return g() + x", []),  # an inner function reads it
        ("def f(x, stride=1):\n  stride += 1\n  return x", []),
        ("def f(x, stride=1):\n  stride = 2\n  return x", ["stride"]),
        ("def f(x, stride=1):\n  return g(**locals())", []),  # anything may be read
        ("def f(x, stride=1, **more): return x + len(more)", ["stride"]),
        ("@torch.no_grad()\ndef f(x, stride=1): return x", ["stride"]),
        ("@adapts\ndef f(x, stride=1): return x", []),  # the decorator may use it
        ("def old(x): pass\ndef f(x): pass\ndef f(x): return x", []),  # the last one counts
        ("def pool(x, stride=1): return x\nf = pool", ["stride"]),
        ("a = b\nb = a\nf = a", []),
        ("from helper import f", []),
        ("class f:\n  def __init__(self, i, o, stride=1):\n    super().__init__()\n    self.i = i + o", ["stride"]),
        ("class f:\n  pass", []),
        ("def f(x, stride", []),  # no Python
    ],
)
def test_arguments_that_are_never_read(text: str, unused: list[str]) -> None:
    """Named only where nothing in the function can read them."""
    assert unused == unused_arguments(Code(text), "f")


@pytest.mark.parametrize(
    ("text", "overwritten"),
    [
        ("def f(X, Y):\n  Y = make()\n  return X + Y", {"Y": 2}),
        ("def f(X, Y):\n  Y = Y.float()\n  return X + Y", {}),
        ("def f(X, Y):\n  print(Y)\n  Y = make()\n  return X + Y", {}),
        ("def f(X, Y=None):\n  if Y is None:\n    Y = make()\n  return X + Y", {}),
        ("def f(X, Y):\n  Z = make()\n  return X + Z", {}),
    ],
)
def test_arguments_that_are_overwritten(text: str, overwritten: dict[str, int]) -> None:
    """Those that get another value before what was given is looked at, with the line."""
    assert overwritten == overwritten_arguments(Code(text), "f")


def test_parameters_by_position() -> None:
    """In order, without self and without those that need their name."""
    assert ["x", "k"] == parameters(Code("def f(x, k, *, stride=1): pass"), "f")
    assert ["i"] == parameters(Code("class f:\n  def __init__(self, i): pass"), "f")
    assert [] == parameters(Code(""), "f")


def test_names_of_a_file() -> None:
    """What a NameError may have meant: of the file, of one function, of the main part alone."""
    source = Code(
        "import torch.nn as nn\nif True:\n  size = 2\ndef f(x):\n  for i in x: h, w = i\n"
        "if __name__ == '__main__':\n  demo = 1\n"
    )

    assert {"nn": 1, "size": 3, "f": 4} == source.names
    assert {"demo"} == source.guarded
    assert ["x", "i", "h", "w"] == source.seen_in("f")
    assert ("f", "") == (source.local_to("h"), source.local_to("nowhere"))


def test_a_script_that_is_no_python_has_no_statements() -> None:
    """It is asked once what it is made of, not again by every question."""
    assert [] == Code("def f(:\n").tree.body


def test_names_of_a_notebook_with_a_cell_that_is_no_python() -> None:
    """That cell is left out, as it is when the notebook is run; what it begins to define is known by its line."""
    cells = ("def f(x): return x", "print 'a'\ndef g(x): return x", "class H: pass")
    made = Code("".join(f"# code cell {n} of a.ipynb\n{cell}\n" for n, cell in enumerate(cells, start=1)))

    assert {"f": 2, "H": 7} == made.names
    assert [True, True, True, False] == [made.begins(name) for name in ("f", "g", "H", "x")]


def test_attributes_of_a_class() -> None:
    """What it gives itself, and its methods."""
    source = Code("class Net:\n  def __init__(self):\n    self.conv1 = other.conv2\n  def forward(self, x): pass")

    assert ["conv1", "__init__", "forward"] == source.attributes("Net")
    assert [] == source.attributes("Other")


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000,
        "-" * 50_000 + "1",
        "+".join(["1"] * 30_000),
        "lambda:" * 9000 + "1",
        "\0",
        "def",
    ],
)
def test_odd_sources(text: str) -> None:
    """Whatever was handed in, the look ends, and finds nothing in what cannot be read."""
    source = Code.of(text.encode())

    assert ([], {}, [], "") == (
        unused_arguments(source, "f"),
        source.names,
        list(source.switches()),
        source.local_to("f"),
    )


def test_sources_that_are_not_looked_at() -> None:
    """None, one that is too large, and bytes that are no UTF-8."""
    assert ("", "") == (Code.of(None).text, Code.of(b"#" * (MOST_SOURCE + 1)).text)
    assert {"a": 1} == Code.of("a = 'ü'".encode("latin-1")).names


@pytest.mark.parametrize(
    ("body", "held"),
    [
        ("self.layers = [nn.Conv2d(1, 6, 5), nn.Linear(400, 120)]", ["layers"]),
        ("self.fc = [nn.Linear(i, o) for i, o in sizes]", ["fc"]),
        ("self.convs = {'a': Conv2d(1, 6, 5)}", ["convs"]),
        ("self.w = []\n    for i in range(2):\n      self.w.append(nn.Parameter(torch.zeros(2)))", ["w"]),
        ("self.layers = nn.ModuleList([nn.Linear(2, 2)])", []),
        ("self.skip = nn.Sequential()\n    self.skip.append(nn.Linear(2, 2))", []),
        ("layers = [nn.Linear(2, 2)]\n    self.net = nn.Sequential(*layers)", []),
        ("self.a = nn.Linear(2, 2)\n    self.order = [self.a, self.a]", []),
        ("self.acts = [nn.ReLU(), nn.Sigmoid()]", []),  # these have nothing that torch could miss
        ("for i in range(2): setattr(self, f'l{i}', nn.Linear(2, 2))\n    self.s = [nn.Linear(1, 1)]", []),
    ],
)
def test_layers_that_torch_does_not_see(body: str, held: list[str]) -> None:
    """Layers in a list of Python's; not where anything may register them after all."""
    assert held == plain_lists(Code(f"class Net(nn.Module):\n  def __init__(self):\n    {body}"), "Net")


def test_aliases_are_followed_a_few_steps() -> None:
    """However many lines give a name anew, a look at it costs the same."""
    source = Code("def f(x, stride): return x\n" + "g = f\n" * 3000 + "h = g\ni = h\nj = i\na = a\n" + "b = b\n" * 3000)

    assert ["x", "stride"] == parameters(source, "i")
    assert [[], [], []] == [parameters(source, name) for name in ("j", "a", "b")]


def test_the_last_binding_counts() -> None:
    """A function whose name is given to something else is none any more."""
    assert [[], ["y"]] == [
        parameters(Code(f"def f(x): pass\n{last}"), "f") for last in ("f = compile(f)", "def f(y): pass")
    ]


def test_a_question_is_answered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every finding asks: a source that is slow to look at is slow once."""
    source = Code("def f(x, k):\n  y = x\n  return y\nclass Net:\n  def g(self): self.a = [Linear(1, 1)]\nseterr()\n")

    def ask() -> list[object]:
        of_file = [source.names, source.guarded, source.local_to("y"), source.switches()]
        of_class = [source.attributes("Net"), plain_lists(source, "Net"), source.seen_in("f")]
        return [*of_file, *of_class, unused_arguments(source, "f"), overwritten_arguments(source, "f")]

    before = ask()
    monkeypatch.setattr(reading, "ast", None)

    assert before == ask()
    assert ["k"] == unused_arguments(source, "f")
    assert ["a"] == plain_lists(source, "Net")


def test_a_tree_of_too_many_nodes_is_not_looked_at() -> None:
    """A file may be short enough and still hold a node in every character."""
    assert {} == Code("first = 1\n" + "a\n" * MOST_NODES).names
    assert {"first": 1} == Code("first = 1\n" + "a\n" * (MOST_NODES // 10)).names


def test_what_python_cannot_write_out_again() -> None:
    """A class and a switch are told without its text."""
    text = "f\"{'\x01'}\""  # in Python 3.11 a control character in braces has no text
    source = Code(
        f"class Net:\n  note = {text}\n  def __init__(self): self.w = [Linear(1, 1)]\nset_default_dtype({text})\n"
        f"@{text}.upper()\ndef f(x): pass\n"
    )

    assert unparse(ast.parse("a + b")) == "a + b"
    assert ["w"] == plain_lists(source, "Net")
    assert [] == unused_arguments(source, "f")
    assert [4] == [line for line, _, _ in source.switches()]


def test_nothing_is_known_where_a_look_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a source does to us, the grading goes on."""

    def broken(*args: object, **kwargs: object) -> None:
        raise KeyError("odd")

    for name in ("_bound", "_plain", "_last_name", "_parameters", "_is_self"):
        monkeypatch.setattr(reading, name, broken)
    source = Code("def f(x): pass\nclass Net:\n  def g(self): self.a = [Linear()]\nseterr()")

    assert [{}, set(), []] == [source.names, source.guarded, source.switches()]
    assert ["", [], []] == [source.local_to("x"), source.seen_in("f"), source.attributes("Net")]
    assert [[], {}, []] == [unused_arguments(source, "f"), overwritten_arguments(source, "f"), parameters(source, "f")]
    assert [] == plain_lists(source, "Net")
