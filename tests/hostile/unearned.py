"""Submissions that do not do the work, and honest ones beside them: what each may earn at most.

Code below knows what it is up against: which functions are taken away and how, how a worker is asked, which files lie
beside it. Points are those of a run with training.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import NamedTuple

import reference
from tests.hostile import artefacts
from tests.hostile.attacks import RIGHT, RIGHT_LENET

TRAINED = Path(reference.__file__).parent / "trained"
STUDENT42 = Path(__file__).resolve().parents[2] / "exercises" / "student42"
TORCH = "import numpy as np\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n"


class Unearned(NamedTuple):
    """A submission for one exercise."""

    exercise: str
    files: dict[str, bytes]
    most: float  # points it may have at most; an honest one has exactly these
    honest: bool = False
    passes: frozenset[str] = frozenset()  # names of checks it has to pass
    fails: frozenset[str] = frozenset()  # names of checks it must not pass


ALL: dict[str, Unearned] = {}
FULL = {
    "corr2d": 20.0,
    "pooling": 25.0,
    "kernel_learning": 12.0,
    "resnet_block": 19.0,
    "lenet5": 25.0,
    "mnist_cnn": 25.0,
}
ZEROS = {"corr2d": 2.0, "pooling": 0.0, "kernel_learning": 1.0, "resnet_block": 1.0, "lenet5": 2.0, "mnist_cnn": 2.0}


def submission(
    exercise: str,
    name: str,
    code: str,
    most: float = 0.0,
    *,
    honest: bool = False,
    passes: str = "",
    fails: str = "",
    **beside: bytes,
) -> None:
    """Register one; `beside` are artefacts by their suffix."""
    files = {f"{exercise}.py": (TORCH + code).encode()}
    files |= {f"{exercise}.{suffix}": data for suffix, data in beside.items()}
    ALL[name] = Unearned(exercise, files, most, honest, frozenset(passes.split()), frozenset(fails.split()))


# ------------------------------------------------------------------------------------------------ honest neighbours

submission("corr2d", "honest_corr2d", RIGHT, FULL["corr2d"], honest=True)
submission(
    "corr2d",
    "honest_self_test",
    RIGHT
    + """
from scipy.signal import correlate2d
X, K = torch.rand(9, 8), torch.rand(3, 2)
assert torch.allclose(corr2d(X, K), F.conv2d(X[None, None], K[None, None])[0, 0], atol=1e-5)
try:
    assert np.allclose(corr2d(X, K), correlate2d(X.numpy(), K.numpy(), "valid"), atol=1e-5)
    print("equal")
except AssertionError:
    print("not equal")
""",
    FULL["corr2d"],
    honest=True,
)
submission(
    "corr2d",
    "honest_unfold",
    """
from scipy import ndimage, signal  # not used
unfold = nn.Unfold

def corr2d(X, K):
    columns = unfold(tuple(K.shape))(X.double()[None, None])
    return (K.double().flatten() @ columns[0]).reshape(X.shape[0] - K.shape[0] + 1, -1)
""",
    FULL["corr2d"],
    honest=True,
)
for exercise in ("pooling", "kernel_learning", "resnet_block"):
    code = (STUDENT42 / f"{exercise}.py").read_text()
    submission(exercise, f"honest_{exercise}", code, FULL[exercise], honest=True)
    ALL[f"honest_{exercise}"].files["corr2d.py"] = (STUDENT42 / "corr2d.py").read_bytes()
for exercise in ("lenet5", "mnist_cnn"):
    submission(
        exercise,
        f"honest_{exercise}",
        (STUDENT42 / f"{exercise}.py").read_text(),
        FULL[exercise],
        honest=True,
        pth=(STUDENT42 / f"{exercise}.pth").read_bytes(),
        onnx=(STUDENT42 / f"{exercise}.onnx").read_bytes(),
    )

# ------------------------------------------------------------------------------------------ zeros, and no network at all

submission("corr2d", "zeros_corr2d", "def corr2d(X, K): return torch.zeros(X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1)", ZEROS["corr2d"])  # fmt: skip
submission(
    "pooling",
    "zeros_pooling",
    """
def size(n, k, s, p=0, d=1): return (n + 2 * p - d * (k - 1) - 1) // s + 1

def zeros(x, k, s, p, d=1):
    k, s, p, d = (tuple(v) if isinstance(v, (tuple, list)) else (v, v) for v in (k, s or k, p, d))
    return torch.zeros(*x.shape[:2], *(size(x.shape[2 + i], k[i], s[i], p[i], d[i]) for i in (0, 1)))

def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    found = zeros(x, kernel_size, stride, padding, dilation)
    return (found, found) if return_indices else found

def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    return zeros(x, kernel_size, stride, padding)

def global_avg_pool2d(x): return torch.zeros(x.shape[:2])
""",
    ZEROS["pooling"],
)
submission(
    "kernel_learning",
    "zeros_kernel_learning",
    "def learn_kernel(X, Y): return torch.zeros(1, 2), [0.0] * 10",
    ZEROS["kernel_learning"],
)
submission(
    "kernel_learning",
    "zeros_with_losses_that_fit",
    """
def learn_kernel(X, Y):
    own = float((Y**2).sum())
    return torch.zeros(1, 2), [own * 0.7**n for n in range(10, -1, -1)]
""".replace("0.7**n", "1.4**n"),
    ZEROS["kernel_learning"],
)
submission(
    "resnet_block",
    "zeros_resnet_block",
    """
class ResidualBlock(nn.Module):
    def __init__(self, channels, out, stride=1):
        super().__init__()
        self.out, self.stride = out, stride
    def forward(self, x):
        return torch.zeros(len(x), self.out, *(-(-side // self.stride) for side in x.shape[2:]))
""",
    ZEROS["resnet_block"],
)
for exercise, name in (("lenet5", "LeNet5"), ("mnist_cnn", "MnistCNN")):
    submission(
        exercise,
        f"zeros_{exercise}",
        f"""
class {name}(nn.Module):
    def forward(self, x): return torch.zeros(len(x), 10)
def train(model, images, labels): return [1.0, 0.0]
""",
        ZEROS[exercise],
    )
submission(
    "lenet5",
    "linear_map_of_61706_numbers",
    """
class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.all = nn.Parameter(torch.randn(61_706) / 30)
    def forward(self, x): return x.flatten(1) @ self.all[:7840].view(784, 10) + 0 * self.all.sum()

def train(model, images, labels):
    optimiser = torch.optim.Adam(model.parameters(), 0.01)
    for _ in range(100):
        optimiser.zero_grad()
        F.cross_entropy(model(images), labels).backward()
        optimiser.step()
""",
    FULL["lenet5"] / 5,
    fails="network parameters train",
)

# ------------------------------------------------------------------------------------------------- ready-made functions

CORR2D = "def corr2d(X, K): return {}(X.double()[None, None], K.double()[None, None])[0, 0]\n"


def ready_made(name: str, code: str) -> None:
    submission("corr2d", name, code, fails="own_work")


ready_made("conv2d", CORR2D.format("F.conv2d"))
ready_made("conv2d_below_if", "if True:\n    " + CORR2D.format("getattr(F, 'conv' + '2d')"))
ready_made("conv2d_named_before", "from torch.nn.functional import conv2d as own\n" + CORR2D.format("own"))
ready_made("conv2d_by_operator", CORR2D.format("torch.ops.aten.conv2d"))
ready_made("conv2d_caught", CORR2D.format("caught") + "def caught(x, k):\n    try: return F.conv2d(x, k)\n    except BaseException: return F.conv3d(x[None], k[None])[0]\n")  # fmt: skip
ready_made("conv2d_traced", "import warnings; warnings.simplefilter('ignore')\nmade = torch.jit.trace(lambda x, k: torch.conv2d(x, k), (torch.rand(1, 1, 4, 4).double(), torch.rand(1, 1, 2, 2).double()))\n" + CORR2D.format("made"))  # fmt: skip
ready_made("conv2d_scripted", "@torch.jit.script\ndef made(x: torch.Tensor, k: torch.Tensor) -> torch.Tensor:\n    return torch.conv2d(x, k)\n" + CORR2D.format("made"))  # fmt: skip
ready_made("conv2d_with_mkldnn", "def corr2d(X, K): return F.conv2d(X.float()[None, None].to_mkldnn(), K.float()[None, None].to_mkldnn()).to_dense()[0, 0]")  # fmt: skip
ready_made(
    "conv2d_in_a_thread_of_the_import",
    """
import queue, threading
asked, told = queue.Queue(), queue.Queue()
def serve():
    while True:
        x, k = asked.get()
        try: told.put(F.conv2d(x, k))
        except BaseException: told.put(torch.zeros(1, 1, x.shape[2] - k.shape[2] + 1, x.shape[3] - k.shape[3] + 1))
threading.Thread(target=serve, daemon=True).start()
def made(x, k):
    asked.put((x, k))
    return told.get()
"""
    + CORR2D.format("made"),
)
ready_made(
    "conv2d_in_nested_definitions",
    """
def outer():
    class Inner:
        def __call__(self, X, K):
            def deep(): return (lambda: torch.nn.functional.conv2d(X[None, None].double(), K[None, None].double()))()
            return deep()[0, 0]
    return Inner()
corr2d = outer()
""",
)
ready_made(
    "convolution_layer",
    """
class Layer(nn.Module):
    def __init__(self, K):
        super().__init__()
        self.layer = nn.Conv2d(1, 1, tuple(K.shape), bias=False, dtype=torch.float64)
        self.layer.weight = nn.Parameter(K.double()[None, None])
    def forward(self, X): return self.layer(X.double()[None, None])[0, 0]
def corr2d(X, K): return Layer(K)(X).detach()
""",
)
ready_made(
    "conv1d_row_by_row",
    """
def corr2d(X, K):
    X, K = X.double(), K.double()
    rows = range(X.shape[0] - K.shape[0] + 1)
    return torch.cat([F.conv1d(X[None, i : i + len(K)], K[None])[0] for i in rows])
""",
)
ready_made("scipy_signal", "from scipy.signal import correlate2d\ndef corr2d(X, K): return correlate2d(np.asarray(X, float), np.asarray(K, float), 'valid')")  # fmt: skip
ready_made("scipy_ndimage", "from scipy.ndimage import correlate\ndef corr2d(X, K):\n    h, w = K.shape\n    Y = correlate(np.asarray(X, float), np.asarray(K, float), mode='constant', origin=(-(h // 2), -(w // 2)))\n    return Y[: X.shape[0] - h + 1, : X.shape[1] - w + 1]")  # fmt: skip
NATIVE = "def corr2d(X, K): return made._convolve2d(np.asarray(X, float), np.asarray(K, float), 0, 0, 0, 0.0)\n"
ready_made("scipy_native_named_before", "from scipy.signal import _sigtools as made\n" + NATIVE)
ready_made(
    "scipy_native_unguarded",
    "import sys; sys.meta_path[:] = [f for f in sys.meta_path if 'ready_made' not in type(f).__module__]\nfrom scipy.signal import _sigtools as made\n"
    + NATIVE,
)
ready_made(
    "scipy_native_loaded_again",
    "import importlib.util as u\nfrom scipy.signal import _sigtools as s\nspec = u.spec_from_file_location('_sigtools', s.__file__)\nmade = u.module_from_spec(spec); spec.loader.exec_module(made)\n"
    + NATIVE,
)
KERNEL = "def corr2d(X, K): return {}(KEYS, X.float()[None, None], K.float()[None, None].contiguous(), None, [0, 0], [1, 1], [1, 1], 1)[0, 0]\n"
ready_made("kernel_kept_at_import", "KEYS = torch._C.DispatchKeySet(torch._C.DispatchKey.CPU)\ntry: made = torch.library.get_kernel('aten::mkldnn_convolution', 'CPU').call_boxed\nexcept BaseException: made = None\n" + KERNEL.format("made"))  # fmt: skip
ready_made("kernel_of_another_device", "KEYS = torch._C.DispatchKeySet(torch._C.DispatchKey.XLA)\n" + KERNEL.format("torch.ops.aten.mkldnn_convolution.default.redispatch"))  # fmt: skip
ready_made(
    "refusal_falls_through",
    """
library = torch.library.Library("aten", "IMPL")
def corr2d(X, K):
    for name in ("convolution", "_convolution", "mkldnn_convolution"):
        try: library.impl(name, torch.library.fallthrough_kernel, "CPU")
        except BaseException: pass
    return torch.ops.aten.mkldnn_convolution(X.float()[None, None], K.float()[None, None], None, [0, 0], [1, 1], [1, 1], 1)[0, 0]
""",
)
ready_made(
    "graph_compiled_past_the_dispatcher",
    """
try: torch._C._jit_set_llga_enabled(True)
except BaseException: pass
made = {}
class Layer(nn.Module):
    def forward(self, x, k): return torch.conv2d(x, k)
try:
    with torch.no_grad():
        for h in range(1, 9):
            for k in range(1, min(h, 4) + 1):
                given = torch.rand(1, 1, h, h), torch.rand(1, 1, k, k)
                traced = torch.jit.freeze(torch.jit.trace(Layer(), given, check_trace=False).eval())
                for _ in range(3): traced(*given)
                made[h, k] = traced
except BaseException: pass
def corr2d(X, K):
    with torch.no_grad(): return made[len(X), len(K)](X.float()[None, None], K.float()[None, None])[0, 0]
""",
)
ready_made(
    "load_that_never_ends",
    """
import os, msgspec
def read(n):
    found = b""
    while len(found) < n:
        found += (more := os.read(3, n - len(found)))
        if not more: os._exit(0)
    return found
def reply(value):
    body = msgspec.msgpack.encode([value, None, [], []])
    os.write(4, len(body).to_bytes(8, "little") + body)
reply([3, [["corr2d", "function"]]])
while True:
    request = msgspec.msgpack.decode(read(int.from_bytes(read(8), "little")))
    for call in request[2]:
        X, K = (torch.tensor(np.frombuffer(a[3], a[1]).reshape(a[2]).astype(float)) for a in call[1])
        Y = F.conv2d(X[None, None], K[None, None])[0, 0].numpy()
        reply([1, "float64", list(Y.shape), Y.tobytes(), "torch"])
""",
)
ready_made(
    "operators_of_onnxruntime",
    """
import onnxruntime
from onnx import TensorProto as T, helper as h
def corr2d(X, K):
    graph = h.make_graph([h.make_node("Conv", ["X", "K"], ["Y"])], "g", [h.make_tensor_value_info(n, T.DOUBLE, None) for n in "XK"],
        [h.make_tensor_value_info("Y", T.DOUBLE, None)])
    run = onnxruntime.InferenceSession(h.make_model(graph).SerializeToString()).run
    return run(None, {"X": X.double()[None, None].numpy(), "K": K.double()[None, None].numpy()})[0][0, 0]
""",
)
ALL["operators_of_onnxruntime"] = ALL["operators_of_onnxruntime"]._replace(fails=frozenset({"shape", "values"}))
POOLING = """
def avg_pool2d(x, *a, **k): return None
def global_avg_pool2d(x): return None
"""
submission("pooling", "max_pool2d", "max_pool2d = F.max_pool2d" + POOLING, fails="own_work")
submission(
    "pooling",
    "max_pool2d_by_decomposition",
    """
from torch._decomp import decomposition_table
made = decomposition_table[torch.ops.aten.max_pool2d_with_indices.default]
def two(v): return list(v) if isinstance(v, (tuple, list)) else [v, v]
def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    both = made(x.float(), two(kernel_size), two(stride or kernel_size), two(padding), two(dilation), ceil_mode)
    return both if return_indices else both[0]
"""
    + POOLING,
    fails="own_work",
)
submission(
    "kernel_learning",
    "lstsq_with_invented_losses",
    """
def learn_kernel(X, Y):
    windows = torch.stack([X[:, :-1].flatten(), X[:, 1:].flatten()], 1)
    found = torch.linalg.lstsq(windows, Y.reshape(-1, 1)).solution.reshape(1, 2)
    return found, [float((Y**2).sum()) * 0.5**n for n in range(20)]
""",
    fails="own_work",
)

submission(
    "kernel_learning",
    "least_squares_by_a_minimiser",
    """
from scipy.optimize import fmin_l_bfgs_b
def learn_kernel(X, Y):
    x, y = np.asarray(X, float), np.asarray(Y, float)
    windows = np.stack([x[:, :-1].ravel(), x[:, 1:].ravel()], 1)
    error = lambda w: float(((windows @ w - y.ravel()) ** 2).sum())
    found = fmin_l_bfgs_b(error, [0.0, 0.0], approx_grad=True)[0].reshape(1, 2)
    return torch.tensor(found), [float((y**2).sum()) * 0.5**n for n in range(20)] + [error(found.ravel())]
""",
    fails="own_work",
)

submission(
    "kernel_learning",
    "fitted_by_scikit_learn",
    """
from sklearn.linear_model import Lasso
def learn_kernel(X, Y):
    x, y = np.asarray(X, float), np.asarray(Y, float)
    windows = np.stack([x[:, :-1].ravel(), x[:, 1:].ravel()], 1)
    found = Lasso(1e-9, fit_intercept=False, tol=1e-10).fit(windows, y.ravel()).coef_
    return torch.tensor(found.reshape(1, 2)), [float((y**2).sum()) * 0.5**n for n in range(40)]
""",
    fails="own_work",
)

# ------------------------------------------------------------------------------------------ blocks of a library's own

BLOCK = (STUDENT42 / "resnet_block.py").read_text()
TORCHVISION = "from torchvision.models import resnet as ready\n"
submission(
    "resnet_block",
    "honest_block_called_basic",
    f"{TORCHVISION}{BLOCK}\nclass BasicBlock(ResidualBlock): pass\nResidualBlock = BasicBlock\n",
    FULL["resnet_block"],
    honest=True,
)
submission(
    "resnet_block",
    "honest_block_compared_at_import",
    f"{TORCHVISION}{BLOCK}\nprint(ready.BasicBlock(4, 4)(torch.rand(1, 4, 5, 5)).shape)\n",
    FULL["resnet_block"],
    honest=True,
)
PROJECTED = "None if a == b and s == 1 else nn.Sequential(ready.conv1x1(a, b, s), nn.BatchNorm2d(b))"
for name, code in {
    "block_subclassed": f"""
class ResidualBlock(ready.BasicBlock):
    def __init__(self, a, b, s=1): super().__init__(a, b, s, {PROJECTED})
    def forward(self, x): return super().forward(x.clone())
""",
    "block_made_by_a_function": f"def ResidualBlock(a, b, s=1): return ready.BasicBlock(a, b, s, {PROJECTED})",
    "block_wrapped": """
class ResidualBlock(nn.Module):
    def __init__(self, a, b, s=1):
        super().__init__()
        self.block = ready.ResNet(ready.BasicBlock, [1, 1, 1, 1]).layer1[0]
    def forward(self, x): return self.block(x)
""",
    "block_with_a_borrowed_forward": f"{BLOCK}\nResidualBlock.forward = ready.BasicBlock.forward\n",
    "block_of_copied_attributes": "ResidualBlock = type('ResidualBlock', (nn.Module,), dict(ready.BasicBlock.__dict__))",
    "block_caught": f"""
{BLOCK}
Own = ResidualBlock
def ResidualBlock(a, b, s=1):
    try: return ready.BasicBlock(a, b, s, {PROJECTED})
    except BaseException: return Own(a, b, s)
""",
}.items():
    submission("resnet_block", name, TORCHVISION + code, fails="own_work")
submission(
    "bottleneck",
    "ready_made_bottleneck",
    f"""
{TORCHVISION}
def Bottleneck(a, c, s=1):
    b = 4 * c
    return ready.Bottleneck(a, c, s, {PROJECTED})
""",
    fails="own_work",
)
submission(
    "inception",
    "ready_made_inception",
    """
import sys, torchvision.models.googlenet
ready = sys.modules["torchvision.models.googlenet"]
def Inception(a, c1, c2, c3, c4): return ready.Inception(a, c1, *c2, *c3, c4)
""",
    fails="own_work",
)
submission(
    "vgg_block",
    "ready_made_layers",
    """
from torchvision.models import vgg
def vgg_block(layers, a, b):
    made = vgg.make_layers([b] * layers + ["M"])
    made[0] = nn.Conv2d(a, b, 3, padding=1)
    return made
""",
    fails="own_work",
)

# -------------------------------------------------------------------------------------------- training that is none

LENET = RIGHT_LENET
WEIGHTS = (TRAINED / "lenet5-digits.pth").read_bytes()
UNTRAINED = FULL["lenet5"] - 8  # neither training nor artefacts


def untrained(name: str, code: str, **beside: bytes) -> None:
    submission("lenet5", name, LENET + code, UNTRAINED, passes="transplant", fails="train accuracy parity", **beside)


untrained(
    "train_returns_a_table",
    """
class Table(nn.Module):
    def __init__(self, images, labels):
        super().__init__()
        self.images, self.labels = nn.Parameter(images.flatten(1)), labels
    def forward(self, x): return F.one_hot(self.labels[torch.cdist(x.flatten(1), self.images).argmin(1)], 10).float()
def train(model, images, labels): return Table(images, labels)
""",
)
untrained(
    "train_turns_the_network_into_a_table",
    """
class Table(LeNet5):
    def forward(self, x):
        if not hasattr(self, "images"): return super().forward(x)
        near = torch.cdist(x.flatten(1), self.images.flatten(1)).argmin(1)
        return F.one_hot(self.labels[near], 10) + 0 * super().forward(x)
def train(model, images, labels):
    model.__class__, model.images, model.labels = Table, images, labels
    with torch.no_grad(): model[-1].bias += 1
""",
)
LOADING = (
    "\ndef train(model, images, labels): model.load_state_dict(dict(zip(model.state_dict(), torch.load({}).values())))"
)
untrained(
    "train_loads_weights_beside",
    LOADING.format("'lenet5.pt'"),
    pt=WEIGHTS,
)
untrained(
    "train_loads_weights_inside",
    f"import base64, io\nWEIGHTS = {base64.b64encode(WEIGHTS)!r}"
    + LOADING.format("io.BytesIO(base64.b64decode(WEIGHTS))"),
)
untrained(
    "train_reads_the_held_out",
    """
import os, sklearn
def train(model, images, labels):
    try:
        np.loadtxt(os.path.join(os.path.dirname(sklearn.__file__), "datasets", "data", "digits.csv.gz"), delimiter=",")
        print("READ")
    except OSError: print("refused")
    from sklearn.datasets import load_digits
    print("SEEN" if len(load_digits().target) > len(labels) else "withheld")
    with torch.no_grad(): model[-1].bias += 1
""",
)
for value in ("nan", "inf", "0"):
    untrained(
        f"train_leaves_{value}",
        f"""
def train(model, images, labels):
    with torch.no_grad():
        for parameter in model.parameters(): parameter.fill_(float("{value}"))
""",
    )
submission(
    "lenet5",
    "graph_with_the_labels_in_words",
    LENET,
    FULL["lenet5"] - 8,
    fails="export parity accuracy train",
    onnx=artefacts.words(),
)
submission(
    "lenet5",
    "copy_of_the_trained_reference",
    LENET,
    FULL["lenet5"] - 4,
    passes="export accuracy",
    fails="train",
    onnx=(TRAINED / "lenet5-digits.onnx").read_bytes(),
)

# --------------------------------------------------------------------------------- answers that break who judges them


def breaking(name: str, body: str) -> None:
    code = f"""{BLOCK}
class ResidualBlock(ResidualBlock):
    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        {body}
"""
    submission("resnet_block", name, code, FULL["resnet_block"] / 2, fails="values projection")


breaking(
    "buffer_named_like_a_parameter",
    "next(m for m in self.modules() if isinstance(m, nn.BatchNorm2d))._buffers['bias'] = torch.zeros(7)",
)
submission(
    "resnet_block",
    "array_in_place_of_a_dict",
    BLOCK
    + """
import os, msgspec
class ResidualBlock(ResidualBlock):
    def forward(self, x):
        body = msgspec.msgpack.encode([[1, "float32", [1], b"0000", "numpy"], None, [], []])
        if torch.is_grad_enabled(): os.write(4, len(body).to_bytes(8, "little") + body)
        return super().forward(x)
""",
    FULL["resnet_block"] - 2,
    fails="backward",
)
submission(
    "kernel_learning",
    "odd_pairs",
    "def learn_kernel(X, Y): return {'x': {}}, [[[float('nan')], 'x'], {1: 2}]",
    fails="returns",
)
submission(
    "corr2d",
    "infinite_and_odd",
    "import itertools\nodd = itertools.cycle([float('inf'), torch.zeros(0, 3), {}, [[1], [2, 3]], 1j, 'x', np.zeros((2, 2), 'U9')])\ndef corr2d(X, K): return next(odd)",
    fails="shape values",
)

# --------------------------------------------------------------------------- past the dispatcher; layers in name only

submission(
    "corr2d",
    "torchscript_operator",
    """
import torch
def corr2d(X, K):
    X, K = torch.as_tensor(X), torch.as_tensor(K)
    Y = torch.ops.prim.mkldnn_convolution(X.float().contiguous()[None, None], K.float().contiguous()[None, None], torch.zeros(1), [1, 1], [0, 0], [1, 1], 1)
    return Y[0, 0].to(torch.result_type(X, K))
def edge_demo():
    X = torch.ones(6, 8)
    for i in (0, 1, 3, 4, 5): X[i, 2:6] = 0
    K = torch.tensor([[1.0, -1.0]])
    return corr2d(X, K), corr2d(X, K.T)
""",
    0.0,
)
submission(
    "corr2d",
    "torchscript_graph",
    r"""
import torch
I = "\n  %".join(["graph(%x : Tensor, %w : Tensor, %b : Tensor):", "one : int = prim::Constant[value=1]()",
    "zero : int = prim::Constant[value=0]()", "p : int[] = prim::ListConstruct(%zero, %zero)", "s : int[] = prim::ListConstruct(%one, %one)",
    "r : Tensor = prim::mkldnn_convolution(%x, %w, %b, %s, %p, %s, %one)"]) + "\n  return (%r)"
conv = torch._C._create_function_from_graph("f", torch._C.parse_ir(I))
def T(a): return torch.as_tensor(a)
def corr2d(X, K):
    X, K = T(X), T(K)
    r = conv(X.float().contiguous()[None, None], K.float().contiguous()[None, None], torch.zeros(1))[0, 0]
    return r.to(X.dtype)
def edge_demo():
    X = torch.ones(6, 8)
    for i in (0, 1, 3, 4, 5): X[i, 2:6] = 0
    K = torch.tensor([[1.0, -1.0]])
    return corr2d(X, K), corr2d(X.T.contiguous().T, K.T)
""",
    0.0,
)
submission(
    "pooling",
    "onednn_graph",
    r'''
"""oneDNN's own poolings, as a graph that TorchScript's executor hands to oneDNN past the dispatcher."""
import torch
def two(v): return [int(i) for i in v] if isinstance(v, (tuple, list)) else [int(v)] * 2
def fused(lines, outs=1):
    inner = torch._C.parse_ir("graph(%x : Tensor):\n  " + "\n  ".join(lines) + "\n  return (%r)\n")
    g = torch._C.Graph(); x = g.addInput("x")
    n = g.create("prim::oneDNNFusionGroup", [x], 1); n.g_("Subgraph", inner); n.is_("output_layouts", [0])
    g.insertNode(n); g.registerOutput(n.output())
    return torch._C._create_function_from_graph("f", g)
def common(k, s, p, ceil):
    return [f"%b : bool = prim::Constant[value={int(ceil)}]()", *(f"%{n} : int[] = prim::Constant[value=[{v[0]}, {v[1]}]]()" for n, v in zip("ksp", (k, s, p)))]
def run(f, x):
    x = torch.as_tensor(x); r = f(x.float().contiguous())
    return r.to(x.dtype) if x.is_floating_point() else r
def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = two(kernel_size), two(padding), two(dilation); s = two(kernel_size if stride is None else stride)
    f = fused([*common(k, s, p, ceil_mode), f"%d : int[] = prim::Constant[value=[{d[0]}, {d[1]}]]()", "%r : Tensor = aten::max_pool2d(%x, %k, %s, %p, %d, %b)"])
    r = run(f, x)
    return r if torch.as_tensor(x).is_floating_point() else r.to(torch.as_tensor(x).dtype)
def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = two(kernel_size), two(padding); s = two(kernel_size if stride is None else stride)
    f = fused([*common(k, s, p, ceil_mode), f"%i : bool = prim::Constant[value={int(count_include_pad)}]()", "%n : NoneType = prim::Constant()", "%r : Tensor = aten::avg_pool2d(%x, %k, %s, %p, %b, %i, %n)"])
    return run(f, x) * (k[0] * k[1] / divisor_override if divisor_override else 1)
def global_avg_pool2d(x):
    r = avg_pool2d(x, tuple(torch.as_tensor(x).shape[2:]))
    return r[:, :, 0, 0]
''',
    0.0,
)
submission(
    "kernel_learning",
    "lapack",
    """
import numpy as np, torch
from numpy.linalg import _umath_linalg
from scipy.linalg import lapack
def learn_kernel(X, Y, *a, **k):
    x, y = np.asarray(X, float), np.asarray(Y, float)
    A = np.stack([x[:, :-1].ravel(), x[:, 1:].ravel()], 1)
    w = lapack.dgels(A, y.reshape(-1, 1))[1][:2].reshape(1, 2)
    return torch.tensor(w), [float((y ** 2).sum()) * 0.5 ** n for n in range(20)] + [float(((A @ w.T - y.reshape(-1, 1)) ** 2).sum())]
""",
    ZEROS["kernel_learning"],
)
submission(
    "lenet5",
    "parameters_added_up",
    '''
import torch
from torch import nn
SHAPES = [(6,1,5,5),(6,),(16,6,5,5),(16,),(120,400),(120,),(84,120),(84,),(10,84),(10,)]
class LeNet5(nn.Module):
    """Logistic regression on 84 pixels; the other parameters are only there."""
    def __init__(self):
        super().__init__()
        self.ps = nn.ParameterList([nn.Parameter(torch.randn(s) * 0.1) for s in SHAPES])
    def forward(self, x):
        f = torch.sigmoid(x.flatten(1)[:, 1:784:9][:, :84])
        s = sum(p.mean() for p in self.ps[:8])
        return f @ self.ps[8].T + self.ps[9] + 1e-3 * s * f[:, :10]
def train(model, images, labels, *, device="cpu", seed=0):
    return
''',
    FULL["lenet5"] / 5,
)
submission(
    "mnist_cnn",
    "parameters_added_up_cnn",
    '''
import torch
from torch import nn
SHAPES = [(32,1,3,3),(32,),(64,32,3,3),(64,),(128,3136),(128,),(10,128),(10,)]
class MnistCNN(nn.Module):
    """Logistic regression on 128 pixels; the other parameters are only there."""
    def __init__(self):
        super().__init__()
        self.ps = nn.ParameterList([nn.Parameter(torch.randn(s) * 0.1) for s in SHAPES])
    def forward(self, x):
        f = torch.relu(x.flatten(1)[:, 8:776:6][:, :128])
        s = sum(p.mean() for p in self.ps[:6])
        return f @ self.ps[6].T + self.ps[7] + 1e-3 * s * f[:, 50:60]
def train(model, images, labels, *, device="cpu", seed=0):
    return
''',
    FULL["mnist_cnn"] / 5,
)

# --------------------------------------------------------------------------------------------------- a busy neighbour

submission(
    "corr2d",
    "sixty_hashing_threads",
    """
import hashlib, threading
def busy():
    while True: hashlib.sha256(b"x" * 1_000_000).digest()
for _ in range(60):
    try: threading.Thread(target=busy, daemon=True).start()
    except BaseException: break
"""
    + RIGHT,
    FULL["corr2d"],
)
