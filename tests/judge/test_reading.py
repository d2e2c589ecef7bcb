"""What a look at a student's source finds in it, without running anything."""

from __future__ import annotations

import pytest

from grader.judge.reading import MOST_SOURCE, Source, overwritten_arguments, parameters, plain_lists, unused_arguments


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
    assert unused == unused_arguments(Source(text), "f")


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
    assert overwritten == overwritten_arguments(Source(text), "f")


def test_parameters_by_position() -> None:
    """In order, without self and without those that need their name."""
    assert ["x", "k"] == parameters(Source("def f(x, k, *, stride=1): pass"), "f")
    assert ["i"] == parameters(Source("class f:\n  def __init__(self, i): pass"), "f")
    assert [] == parameters(Source(""), "f")


def test_names_of_a_file() -> None:
    """What a NameError may have meant: of the file, of one function, of the main part alone."""
    source = Source(
        "import torch.nn as nn\nif True:\n  size = 2\ndef f(x):\n  for i in x: h, w = i\n"
        "if __name__ == '__main__':\n  demo = 1\n"
    )

    assert {"nn": 1, "size": 3, "f": 4} == source.names
    assert {"demo"} == source.guarded
    assert ["x", "i", "h", "w"] == source.seen_in("f")
    assert ("f", "") == (source.local_to("h"), source.local_to("nowhere"))


def test_attributes_of_a_class() -> None:
    """What it gives itself, and its methods."""
    source = Source("class Net:\n  def __init__(self):\n    self.conv1 = other.conv2\n  def forward(self, x): pass")

    assert ["conv1", "__init__", "forward"] == source.attributes("Net")
    assert [] == source.attributes("Other")


@pytest.mark.parametrize(
    ("line", "off"),
    [
        ("torch.set_grad_enabled(False)", True),
        ("torch.set_grad_enabled(True)", False),
        ("torch.set_default_dtype(torch.float64)", True),
        ("warnings.filterwarnings('ignore')", False),
        ("with torch.no_grad(): pass", False),
        ("def f():\n  torch.set_grad_enabled(False)", False),
    ],
)
def test_switches(line: str, off: bool) -> None:
    """Only what a file does at its top level changes everything after it."""
    assert off == Source(f"import torch\n{line}\n").switched_off()


@pytest.mark.parametrize(
    ("text", "compiles"),
    [
        ("@torch.compile\ndef f(x): return x", True),
        ("f = torch.compile(g, mode='default')", True),
        ("f = re.compile('a')  # torch.compile", False),
    ],
)
def test_compiling(text: str, compiles: bool) -> None:
    """torch.compile is seen where it is used, not where it is mentioned."""
    assert compiles == Source(text).compiles


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
    source = Source.of(text.encode())

    assert ([], {}, [], "") == (
        unused_arguments(source, "f"),
        source.names,
        list(source.switches()),
        source.local_to("f"),
    )


def test_sources_that_are_not_looked_at() -> None:
    """None, one that is too large, and bytes that are no UTF-8."""
    assert ("", "") == (Source.of(None).text, Source.of(b"#" * (MOST_SOURCE + 1)).text)
    assert {"a": 1} == Source.of("a = 'ü'".encode("latin-1")).names


@pytest.mark.parametrize(
    ("body", "held"),
    [
        ("self.layers = [nn.Conv2d(1, 6, 5), nn.Linear(400, 120)]", ["layers"]),
        ("self.fc = [nn.Linear(i, o) for i, o in sizes]", ["fc"]),
        ("self.convs = {'a': Conv2d(1, 6, 5)}", ["convs"]),
        ("self.w = []\n    for i in range(2):\n      self.w.append(nn.Parameter(torch.zeros(2)))", ["w"]),
        ("self.layers = nn.ModuleList([nn.Linear(2, 2)])", []),
        ("layers = [nn.Linear(2, 2)]\n    self.net = nn.Sequential(*layers)", []),
        ("self.a = nn.Linear(2, 2)\n    self.order = [self.a, self.a]", []),
        ("self.acts = [nn.ReLU(), nn.Sigmoid()]", []),  # these have nothing that torch could miss
        ("for i in range(2): setattr(self, f'l{i}', nn.Linear(2, 2))\n    self.s = [nn.Linear(1, 1)]", []),
    ],
)
def test_layers_that_torch_does_not_see(body: str, held: list[str]) -> None:
    """Layers in a list of Python's; not where anything may register them after all."""
    assert held == plain_lists(Source(f"class Net(nn.Module):\n  def __init__(self):\n    {body}"), "Net")
