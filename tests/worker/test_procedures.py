"""What a worker does with a student's module. No worker here: the module is imported into this process."""

from __future__ import annotations

import builtins
import os
import random
import sys
import tempfile
import types
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from grader.worker import child, protocol
from grader.worker.procedures import PREVIOUS_RESULT, Refused, Workspace, raised, seed_everything, show_no_card
from grader.worker.protocol import Call, Opaque, Raised, Reply, Request

X, K = np.ones((2, 2), dtype="float32"), np.full((1, 2), 3, dtype="float32")
CONTRACT = {"f": (("X", None), ("K", None), ("by", 2), ("mode", "max")), "Net": ()}


@pytest.fixture(autouse=True)
def process_as_it_was(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A worker's process is its own; this one is not."""
    monkeypatch.chdir(tmp_path_factory.mktemp("scratch"))
    monkeypatch.setattr(sys, "path", [*sys.path])
    for owner in (torch.cuda, torch.accelerator):
        for name in ("is_available", "device_count"):
            monkeypatch.setattr(owner, name, getattr(owner, name))
    monkeypatch.setattr(sys, "argv", [*sys.argv])
    monkeypatch.setattr(sys, "stdin", sys.stdin)
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.setattr(tempfile, "tempdir", tempfile.tempdir)
    monkeypatch.setattr(os, "chdir", os.chdir)
    monkeypatch.setenv("TMPDIR", "")
    for name in ("get_ipython", "display"):
        monkeypatch.setattr(builtins, name, None, raising=False)
    monkeypatch.setattr(sys, "dont_write_bytecode", sys.dont_write_bytecode)
    state = random.getstate(), np.random.get_state(), torch.get_rng_state()
    yield
    for name in ("submission", "submission.mine", "submission.helper", "mine", "helper", "parts", "parts.helper"):
        sys.modules.pop(name, None)
    random.setstate(state[0])
    np.random.set_state(state[1])
    torch.set_rng_state(state[2])


def loaded(folder: Path, text: str, seed: int = 0) -> Workspace:
    """A workspace with `text` as the student's file."""
    (folder / "mine.py").write_text(text)
    workspace = Workspace(folder)
    workspace.load("mine.py", {name: [list(item) for item in value] for name, value in CONTRACT.items()}, seed, [])
    return workspace


def defined(**names: Any) -> Workspace:
    """A workspace whose module has these names."""
    workspace = Workspace(Path("/nowhere"))
    workspace.module = types.SimpleNamespace(**names)  # type: ignore[assignment]
    workspace.contract = dict(CONTRACT)
    return workspace


def call(workspace: Workspace, *args: Any, function: str = "f", seed: int | None = None, **kwargs: Any) -> Reply:
    wires = tuple((name, protocol.pack(value)) for name, value in kwargs.items())
    return workspace.call(Call(function, tuple(map(protocol.pack, args)), wires, "numpy", seed))


# --- load ---------------------------------------------------------------------------------------------


def test_load(tmp_path: Path) -> None:
    """What each name of the contract is; names beyond it are extra, private ones are nobody's business."""
    text = "class f: pass\nNet = 5\nF = print\n_private = 1\n"
    (tmp_path / "mine.py").write_text(text)
    workspace = Workspace(tmp_path)
    kinds = workspace.load("mine.py", {"f": [["X", None]], "Net": [], "F": [], "g": []}, 0, [])

    assert {"f": "class", "Net": "other", "F": "function", "g": "missing"} == kinds
    assert {"f": (("X", None),), "Net": (), "F": (), "g": ()} == workspace.contract


def test_arguments_of_the_command_line(tmp_path: Path) -> None:
    """There are none, so that argparse in a script finds its defaults; how the nursery was started is not told."""
    text = "import argparse, sys\nparser = argparse.ArgumentParser()\nparser.add_argument('--epochs', default=3)\n"

    module = loaded(tmp_path, f"{text}epochs, given = parser.parse_args().epochs, sys.argv\n").module

    assert (3, ["mine.py"]) == (module.epochs, module.given)


def test_extra_names(tmp_path: Path) -> None:
    """A misspelt name can be pointed out."""
    (tmp_path / "mine.py").write_text("def F(): pass\ng = None")

    kinds = Workspace(tmp_path).load("mine.py", {"f": [], "g": []}, 0, [])

    assert {"F": "extra", "g": "missing", "f": "missing"} == kinds


def test_one_module_by_all_its_names(tmp_path: Path) -> None:
    """A helper that imports the file back gets the same module, whichever way it writes it."""
    (tmp_path / "helper.py").write_text("import mine\nfrom . import mine as again\nsame = mine is again")
    workspace = loaded(tmp_path, "here = __name__\nfrom .helper import same\n")

    assert workspace.module is sys.modules["mine"] is sys.modules["submission.mine"]
    assert ("submission.mine", True) == (workspace.module.here, workspace.module.same)
    assert [*tmp_path.rglob("*.pyc")] == []


def test_random_numbers_at_import(tmp_path: Path) -> None:
    """Are the same whenever the run's seed is, and others when it is another."""
    text = "import random, numpy, torch\nf = random.random(), numpy.random.rand(), torch.rand(1).item()"
    first, second, other = (loaded(tmp_path, text, seed).attribute("f") for seed in (7, 7, 8))

    assert first == second
    assert all(one != another for one, another in zip(first, other, strict=True))


@pytest.mark.parametrize("names", [{}, {"f": None}])
def test_a_name_that_is_not_there(names: dict[str, Any]) -> None:
    """Is refused in the worker's own words."""
    with pytest.raises(Refused, match=r"^no f$"):
        defined(**names).attribute("f")


# --- call ---------------------------------------------------------------------------------------------


def test_constant() -> None:
    """A value comes as it is, with lists for sets; one that is not there as None."""
    workspace = defined(TABLE={0: {1}, 1: (2, 3)}, SIZE=3)

    found = [protocol.unpack(workspace.constant(name)) for name in ("TABLE", "SIZE", "NOTHING")]

    assert [{"0": [1], "1": [2, 3]}, 3, None] == found


def test_call() -> None:
    """The answer for the wire, with how long it took and no traces when there are none."""
    reply = call(defined(f=lambda X, K: X + K), X, K)

    assert [[4, 4], [4, 4]] == protocol.unpack(reply.value).tolist()
    assert ((), (), None) == (reply.changed, reply.aliases, reply.raised)


def test_call_with_tensors() -> None:
    """In the library that the judge asks for."""
    workspace = defined(f=lambda *args: [type(value).__name__ for value in args])
    reply = workspace.call(Call("f", (protocol.pack(X), 3), (), "torch"))

    assert ["Tensor", "int"] == protocol.unpack(reply.value)


def draws(*_: Any) -> list[float]:
    return [random.random(), np.random.rand(), torch.rand(1).item()]


def test_seed() -> None:
    """Re-seeds every generator before the call, and only when it is given."""
    workspace = defined(f=draws)
    answers = [protocol.unpack(call(workspace, seed=seed).value) for seed in (0, 0, 5, None)]

    assert answers[0] == answers[1]
    assert all(one != other for one, other in zip(answers[1], answers[2], strict=True))
    assert all(one != other for one, other in zip(answers[2], answers[3], strict=True))


def changes(X: Any, K: Any, **more: Any) -> int:
    K += 1
    return 0


def turns_into_a_batch(X: Any, *more: Any) -> int:
    X.unsqueeze_(0)
    return 0


def test_changed_arguments() -> None:
    """By the contract's names, with what they became; a keyword by its own."""
    (found,) = call(defined(f=changes), X, K).changed
    (by_keyword,) = call(defined(f=changes), X, K=K).changed

    assert (("K", [[4, 4]]), ("K", [[4, 4]])) == tuple(
        (name, protocol.unpack(value).tolist()) for name, value in (found, by_keyword)
    )


def test_changed_shape() -> None:
    """Counts as changed."""
    reply = defined(f=turns_into_a_batch).call(Call("f", (protocol.pack(X),), (), "torch"))

    assert [("X", (1, 2, 2))] == [(name, protocol.unpack(value).shape) for name, value in reply.changed]


def test_arguments_beyond_the_contract() -> None:
    """Are counted."""
    reply = call(defined(g=changes), X, K, function="g")

    assert ["argument 2"] == [name for name, _ in reply.changed]


@pytest.mark.parametrize(
    ("function", "shared"),
    [
        (lambda X, K: X[:1], ("X",)),
        (lambda X, K: K.T, ("K",)),
        (lambda X, K: (X, 5), ("X",)),
        (lambda X, K: (5, X), ()),  # of several results the first counts
        (lambda X, K: X[:0], ()),
        (lambda X, K: [X], ()),
        (lambda X, K: X.copy(), ()),
        (lambda X, K: None, ()),
        (lambda X, K: (), ()),
    ],
)
def test_shared_memory(function: Callable[..., Any], shared: tuple[str, ...]) -> None:
    """The arguments that the result is a view of."""
    assert shared == call(defined(f=function), X, K).aliases


def test_shared_with_the_previous_result() -> None:
    """A buffer that is handed out twice."""
    kept = np.zeros(3)
    answers = iter([kept, kept[1:], np.zeros(3), kept, None, kept])
    workspace = defined(f=lambda: next(answers))

    assert [(), (PREVIOUS_RESULT,), (), (), (), (PREVIOUS_RESULT,)] == [call(workspace).aliases for _ in range(6)]


@pytest.mark.parametrize(
    ("function", "args", "kwargs", "wanted"),
    [
        (lambda X, K, by=2, mode="max": (by, mode), (1, 1), {"by": 5}, (5, "max")),
        (lambda x, k, n=7, how="mean": (n, how), (1, 1), {"by": 5}, (5, "mean")),
        (lambda x, k, n=7, how="mean": (n, how), (1, 1), {"mode": "min"}, (2, "min")),  # the contract's default between
        (lambda x, k, n=7, how="mean": (x, n), (), {"X": 4, "K": 1, "by": 9}, (4, 9)),
        (lambda x, k, n=7: (x, k), (4,), {"K": 3}, (4, 3)),
        (lambda X, K, **more: tuple(more.items()), (1, 1), {"mode": "min"}, (("mode", "min"),)),
    ],
)
def test_other_names_for_parameters(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], wanted: Any
) -> None:
    """Are as good, where their order is the contract's: keywords become positions."""
    assert wanted == protocol.unpack(call(defined(f=function), *args, **kwargs).value)


@pytest.mark.parametrize("function", [lambda x, k: 0, lambda: 0])
def test_too_few_parameters(function: Callable[..., Any]) -> None:
    """Python's own words are about the call as it was made."""
    with pytest.raises(TypeError, match="unexpected keyword argument 'mode'"):
        call(defined(f=function), 1, 1, mode="min")


def test_a_function_without_a_signature() -> None:
    """Built in C: it is called as it is."""
    assert protocol.unpack(call(defined(f=dict), K=3).value) == {"K": 3}


# --- seeds --------------------------------------------------------------------------------------------


def test_any_seed() -> None:
    """NumPy takes 32 bits only."""
    seed_everything((1 << 32) + 3)
    first = np.random.rand()
    seed_everything(3)

    assert first == np.random.rand()


# --- raised -------------------------------------------------------------------------------------------


def problem_of(action: Callable[[], object]) -> BaseException:
    try:
        action()
    except BaseException as problem:
        return problem
    raise AssertionError("nothing was raised")


def test_raised(tmp_path: Path) -> None:
    """The student's frames only, by the file's name, with the line of the innermost."""
    text = "import json\ndef g(x):\n    return json.loads(x)\ndef f(X):\n    return g('{')\n"
    workspace = loaded(tmp_path, text)
    found = raised(problem_of(lambda: call(workspace, 1)), tmp_path, workspace.file)

    assert ("JSONDecodeError", 3, "", False) == (found.type_name, found.line, found.file, found.internal)
    assert found.message.startswith("Expecting property name")
    frames = [f'  File "mine.py", line {line}, in {name}' for line, name in ((5, "f"), (3, "g"))]
    assert f"{frames[0]}\n    return g('{{')\n{frames[1]}\n    return json.loads(x)\n" == found.traceback


def test_raised_deep(tmp_path: Path) -> None:
    """The last six frames are enough."""
    workspace = loaded(tmp_path, "def f(n):\n    return f(n - 1) if n else 1 / 0\n")
    found = raised(problem_of(lambda: call(workspace, 50)), tmp_path, workspace.file)

    assert ("ZeroDivisionError", 2, 6) == (found.type_name, found.line, found.traceback.count("File"))


def test_raised_while_parsing(tmp_path: Path) -> None:
    """The line that Python complains about; none where the file is not the student's."""
    found = raised(problem_of(lambda: loaded(tmp_path, "x = 1\ny = (\n")), tmp_path, "mine.py")
    foreign, forged = (
        raised(problem_of(lambda name=name: compile("x = (", name, "exec")), tmp_path, "mine.py")  # type: ignore[misc]
        for name in ("/elsewhere.py", f"{tmp_path}/../../etc/passwd")
    )

    assert ("SyntaxError", "'(' was never closed (mine.py, line 2)", 2) == (found.type_name, found.message, found.line)
    assert [("SyntaxError", None)] * 2 == [(one.type_name, one.line) for one in (foreign, forged)]


@pytest.mark.parametrize(
    "code",
    [
        "import tempfile\nwith tempfile.TemporaryDirectory() as place: open(place + '/a', 'w').close()",
        "import tempfile\nplace = tempfile.NamedTemporaryFile().name",
        "import os\nos.chdir(os.path.dirname(os.path.abspath(__file__)))\nplace = os.path.abspath('a')",
        "import os\nfrom pathlib import Path\nos.chdir(Path(__file__).parent / 'data')\nplace = os.getcwd()",
    ],
)
def test_files_lie_where_the_code_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Temporary ones, and those of who goes to where the code lies: that folder cannot be written to."""
    work, scratch = tmp_path / "work", tmp_path / "scratch"
    (work / "data").mkdir(parents=True)
    (work / "data" / "a.txt").write_text("1")
    scratch.mkdir()
    monkeypatch.chdir(scratch)
    made = loaded(work, code).module

    assert scratch in Path(vars(made)["place"]).parents


@pytest.mark.parametrize(
    ("helper", "kind", "line"),
    [("x = 1\ny = (\n", "SyntaxError", 2), ("x = 1\n\ny = x / 0\n", "ZeroDivisionError", 3)],
)
def test_raised_in_a_helper(tmp_path: Path, helper: str, kind: str, line: int) -> None:
    """The helper's line is told with the helper's name, be it parsed or run."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "helper.py").write_text(helper)
    found = raised(problem_of(lambda: loaded(tmp_path, "import parts.helper\n")), tmp_path, "mine.py")

    assert (kind, line, "parts/helper.py") == (found.type_name, found.line, found.file)


def test_a_notebook_with_a_trial_that_fails(tmp_path: Path) -> None:
    """Is imported where something of the contract is there; else what ended its cell is the reason."""
    text = "# code cell 1 of mine.ipynb\n1 / 0\n# code cell 2 of mine.ipynb\n{name} = print\n"

    assert isinstance(loaded(tmp_path, text.format(name="f")).broken_import, ZeroDivisionError)
    assert isinstance(problem_of(lambda: loaded(tmp_path, text.format(name="g"))), ZeroDivisionError)


@pytest.mark.parametrize(
    "code",
    [
        "import sys\nsys.path.append('parts')\nfrom ops import f",
        "import os, sys\nsys.path.insert(0, os.path.join(os.getcwd(), 'parts'))\nfrom ops import f",
        "from pathlib import Path\nexec(Path('parts/ops.py').read_text())",
        "from importlib import util\nspec = util.spec_from_file_location('ops', 'parts/ops.py')\n"
        "ops = util.module_from_spec(spec)\nspec.loader.exec_module(ops)\nf = ops.f",
    ],
)
def test_code_of_ones_own_by_its_path(tmp_path: Path, code: str) -> None:
    """It lies where the code works too, as it did at home; a line of it is told by the name it was handed in with."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "ops.py").write_text("def f(X, K):\n    return X / 0\n")
    workspace = loaded(tmp_path, code)
    problem = problem_of(lambda: workspace.attribute("f")(1, 1))
    found = raised(problem, tmp_path, "mine.py", workspace.beside)
    sys.modules.pop("ops", None)

    assert "ZeroDivisionError" == found.type_name
    assert "exec(" in code or ("parts/ops.py", 2) == (found.file, found.line)


@pytest.mark.parametrize(
    ("first", "defined"),
    [
        ("raise OSError('no pipes')", {"f", "Net", "SIZE", "square", "math"}),
        ("import torch; torch.ones(1).cuda()", {"f", "Net", "SIZE", "square", "math", "computed", "last"}),
        ("pass", {"f", "Net", "SIZE", "square", "math", "computed", "last"}),
        ("exit()", {"f", "Net", "SIZE", "square", "math"}),
        ("if True:\n    for i in (1, 0):\n        1 / i", {"f", "Net", "SIZE", "square", "math"}),
    ],
)
def test_a_cell_that_ends_above_its_definitions(tmp_path: Path, first: str, defined: set[str]) -> None:
    """They are made all the same, and nothing else of the cell is run: at home there may have been a GPU."""
    cell = (
        "import math\ndef f(X, K): return X\nclass Net: pass\nSIZE: int = 3\nsquare = lambda x: abs(x) ** 2\n"
        "computed = abs(SIZE)\nraise ValueError\nlast = f(1, 2)\n"
    )
    text = f"# code cell 1 of mine.ipynb\n{first}\n{cell.replace('raise ValueError', 'pass')}"
    module = loaded(tmp_path, text).module

    assert defined == vars(module).keys() & {"f", "Net", "SIZE", "square", "math", "computed", "last"}


LACKING = [
    "raise RuntimeError('Error downloading train-images.gz')",
    "import urllib.error\nraise urllib.error.URLError('no way')",
    "import torch\ntorch.ones(1).cuda()",
    "import d2l\nd2l.load_data_fashion_mnist(256)",
]


@pytest.mark.parametrize("first", LACKING)
def test_a_script_that_lacks_something_here(tmp_path: Path, first: str) -> None:
    """It had a network, a GPU, a library at home: what stands below is run, but for what needs that. Its own mistakes end it."""
    text = f"{first}\nimport math\nhalf = math.sqrt(0.25)\nmissing = first(1)\ndef f(X, K): return X * half / 0\n"
    workspace = loaded(tmp_path, text)
    found = raised(problem_of(lambda: workspace.attribute("f")(1, 1)), tmp_path, "mine.py")

    assert workspace.broken_import is not None and "missing" not in vars(workspace.module)
    assert text[: text.index("def")].count("\n") + 1 == found.line
    for own in ("nothing", "open('not handed in')"):
        with pytest.raises((NameError, FileNotFoundError)):
            loaded(tmp_path, f"{own}\n{text}")
    with pytest.raises(type(workspace.broken_import)):
        loaded(tmp_path, first)


JUPYTER = "#!/usr/bin/env python\n# coding: utf-8\n\n# In[1]:\n\n1 / 0\n\n# In[ ]:\n\ndef f(X, K):\n    return 1 / 0\n"
COLAB = '# -*- coding: utf-8 -*-\n"""a\n\nAutomatically generated by Colab.\n"""\n1 / 0\n\n\n\ndef f(X, K):\n    return 1 / 0\n'


@pytest.mark.parametrize("text", [JUPYTER, COLAB])
def test_an_exported_notebook(tmp_path: Path, text: str) -> None:
    """A script that Jupyter or Colab has made is run as the notebook was, and its lines are those of the file."""
    workspace = loaded(tmp_path, text)
    found = raised(problem_of(lambda: workspace.attribute("f")(1, 1)), tmp_path, "mine.py")

    assert isinstance(workspace.broken_import, ZeroDivisionError)
    assert ("", 11) == (found.file, found.line)


IN_A_TEXT = '"""As I had it:\n\n# In[1]:\ndef f(X, K): return 1\n\n# In[2]:\n"""\ndef f(X, K): return 2\n'
IN_A_FUNCTION = "def f(X, K):\n    y = 1\n# In[3]:\n    return y + 1\n"
LATE_TITLE = "def f(X, K):\n    return 2\n# code cell 1 of my notes\n"


@pytest.mark.parametrize("text", [IN_A_TEXT, IN_A_FUNCTION, LATE_TITLE])
def test_what_only_looks_like_cells(tmp_path: Path, text: str) -> None:
    """A mark in the middle of a text or a function cuts nothing: the file is what Python makes of it."""
    assert 2 == loaded(tmp_path, text).attribute("f")(1, 1)


def test_what_a_file_goes_on_with(tmp_path: Path) -> None:
    """It has the byte order mark and the future that it began with."""
    text = "\ufefffrom __future__ import annotations\nraise OSError('Error downloading x')\ndef f(X: Nothing, K): return 2\n"

    assert 2 == loaded(tmp_path, text).attribute("f")(1, 1)


def test_colab_does_not_tell_where_a_cell_ends(tmp_path: Path) -> None:
    """So what stands below a trial that fails is run, as in the next cell."""
    text = "# Automatically generated by Colab.\n1 / 0\nimport math\ntwo = math.sqrt(4)\ndef f(X, K): return two\n"

    assert 2 == loaded(tmp_path, text).attribute("f")(1, 1)


def test_a_cell_that_lacks_something_may_wait(tmp_path: Path) -> None:
    cell = "import asyncio\nraise OSError('Error downloading x')\ntwo = await asyncio.sleep(0, 2)\ndef f(X, K): return two\n"

    assert 2 == loaded(tmp_path, f"# code cell 1 of mine.ipynb\n{cell}").attribute("f")(1, 1)


@pytest.mark.parametrize(
    ("switch", "is_on"),
    [
        ("import torch\ntorch.set_grad_enabled(False)", lambda: torch.is_grad_enabled()),
        ("import torch\ntorch.set_default_dtype(torch.float64)", lambda: torch.ones(1).dtype == torch.float32),
        ("import torch\ntorch.set_default_device('meta')", lambda: torch.ones(1).device.type == "cpu"),
        ("import numpy as np\nnp.seterr(all='raise')", lambda: np.geterr()["under"] == "ignore"),
        ("import warnings\nwarnings.simplefilter('error')", lambda: warnings.filters[0][0] != "error"),
    ],
)
def test_switches_of_an_import(tmp_path: Path, switch: str, is_on: Callable[[], bool]) -> None:
    """What is switched for a trial at the end of a file is switched back, also where the trial fails."""
    warnings.simplefilter("ignore")
    loaded(tmp_path, switch)

    assert is_on()
    problem_of(lambda: loaded(tmp_path, f"{switch}\n1 / 0"))
    assert is_on()


@pytest.mark.parametrize(
    ("body", "kind", "line"), [("x = 1\nx / 0\n", "ZeroDivisionError", 2), ("x = (1\n", "SyntaxError", 1)]
)
def test_raised_in_a_notebook(tmp_path: Path, body: str, kind: str, line: int) -> None:
    """The cell and the line in it are told: its script is nothing that the student has ever seen."""
    text = f"# code cell 1 of mine.ipynb\n\n\n# code cell 2 of mine.ipynb\n{body}"
    found = raised(problem_of(lambda: loaded(tmp_path, text)), tmp_path, "mine.py")

    assert (kind, line, "code cell 2 of mine.ipynb") == (found.type_name, found.line, found.file)
    assert "mine.py" not in found.traceback


class Silent(Exception):
    """Whose text cannot be had."""

    def __str__(self) -> str:
        raise SystemExit


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (Silent(), Raised("Silent", "(the exception could not be turned into text)")),
        (ValueError("x" * 3000), Raised("ValueError", "x" * 2000)),
        (ValueError("a\ud800"), Raised("ValueError", "a?")),
        (type("E" * 300, (Exception,), {})(), Raised("E" * 200, "")),
        (Refused("no f"), Raised("Refused", "no f", internal=True)),
        (KeyboardInterrupt(), Raised("KeyboardInterrupt", "")),
    ],
)
def test_raised_words(problem: BaseException, told: Raised) -> None:
    """Of any exception at all, cut to what the protocol takes; nothing of it outside of the student's folder."""
    assert told == raised(problem_of(lambda: throw(problem)), Path("/nowhere"), "mine.py")


def throw(problem: BaseException) -> None:
    raise problem


# --- answers ------------------------------------------------------------------------------------------


def answers(workspace: Workspace, request: Request) -> list[Reply]:
    return [*child._answers(workspace, request)]


def exits(n: int) -> int:
    return n if n else sys.exit(4)


def test_a_reply_for_every_call() -> None:
    """Whatever one of them raises, the others are made."""
    calls = tuple(Call("f", (n,)) for n in (1, 0, 2))
    first, second, third = answers(defined(f=exits), Request("calls", (), calls))

    assert (1, 2) == (first.value, third.value)
    assert Raised("SystemExit", "4") == second.raised


def test_loading_is_a_procedure(tmp_path: Path) -> None:
    """Of the folder: its file is imported, and what that raises is told."""
    (tmp_path / "mine.py").write_text("import a\ndef f(X): return a.b(X)")
    arguments = tuple(map(protocol.pack, ("mine.py", {"f": []}, 0, [])))
    (load,) = answers(Workspace(tmp_path), Request("load", arguments))

    assert load.raised is not None and "No module named 'a'" == load.raised.message


@pytest.mark.parametrize("name", ["operators", "source_uses", "watched"])
def test_unknown_procedures(name: str) -> None:
    """Have no answer, whatever earlier versions knew: the list is closed."""
    (reply,) = answers(defined(f=print), Request(name))

    assert ("KeyError", repr(name)) == (reply.raised and (reply.raised.type_name, reply.raised.message))


def test_what_cannot_cross() -> None:
    """Comes as the name of its type."""
    (reply,) = answers(defined(f=lambda: {1}), Request("calls", (), (Call("f"),)))

    assert Opaque("set") == reply.value


def test_no_card_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that choose their device as tutorials do choose the CPU, also beside a card."""
    for owner in (torch.cuda, torch.accelerator):
        monkeypatch.setattr(owner, "is_available", lambda: True)
        monkeypatch.setattr(owner, "device_count", lambda: 8)
    show_no_card()

    assert not torch.cuda.is_available() and not torch.accelerator.is_available()
    assert 0 == torch.cuda.device_count() == torch.accelerator.device_count()
