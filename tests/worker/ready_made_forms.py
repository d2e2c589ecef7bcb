"""Ways to call what does a whole exercise, and things that look alike and are the student's own work.

`python -m tests.worker.ready_made_forms KIND ...` tries all of them in a process of its own, before and after those
kinds are taken away there (which is for good), and prints {name: [outcome before, outcome after]} as JSON.
"""

from __future__ import annotations

import importlib
import json
import sys
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from grader.worker import ready_made
from reference._torchvision import torchvision

Form = Callable[[], Any]

X1, X2, X3 = (torch.arange(4.0**n).reshape(1, 1, *[4] * n) % 7 for n in (1, 2, 3))
K1, K2, K3 = (torch.ones(1, 1, *[2] * n) for n in (1, 2, 3))
PICTURE = np.arange(16.0).reshape(4, 4)
MATRIX, RIGHT = torch.tensor([[2.0, 1.0], [1.0, 3.0]]), torch.tensor([[1.0], [2.0]])
POINTS = (np.arange(4.0), np.arange(4.0) ** 2)
LATE: dict[str, Callable[..., Any]] = {}  # what a student has imported by name before, or traced


def late(name: str, *args: Any) -> Form:
    return lambda: LATE[name](*args)


def in_a_thread(form: Form) -> Form:
    def act() -> Any:
        raised: list[BaseException] = []

        def run() -> None:
            try:
                form()
            except BaseException as problem:
                raised.append(problem)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        if raised:
            raise raised[0]

    return act


def caught(form: Form) -> Form:
    def act() -> None:
        with suppress(Exception):
            form()

    return act


def told(form: Form) -> Form:
    def act() -> None:
        with ready_made.told():
            form()

    return act


def gradient() -> None:
    """The gradient with respect to the image is a convolution as well."""
    image = X2.clone().requires_grad_()
    F.conv2d(image, K2).sum().backward()


def quantised() -> torch.Tensor:
    return torch.quantize_per_tensor(X2, 0.1, 0, torch.quint8)


CONVOLUTION: dict[str, Form] = {
    "F.conv1d": lambda: F.conv1d(X1, K1),
    "F.conv2d": lambda: F.conv2d(X2, K2),
    "F.conv3d": lambda: F.conv3d(X3, K3),
    "torch.conv2d with padding in words": lambda: torch.conv2d(X2, K2, padding="same"),
    "F.conv_transpose1d": lambda: F.conv_transpose1d(X1, K1),
    "F.conv_transpose2d": lambda: F.conv_transpose2d(X2, K2),
    "F.conv_transpose3d": lambda: F.conv_transpose3d(X3, K3),
    "torch.conv_tbc": lambda: torch.conv_tbc(X1.permute(2, 0, 1), K1.permute(2, 1, 0), torch.zeros(1)),
    "torch.convolution": lambda: torch.convolution(X2, K2, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1),
    "torch.ops.aten.convolution": lambda: torch.ops.aten.convolution.default(
        X2, K2, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1
    ),
    "torch.ops.aten.thnn_conv2d": lambda: torch.ops.aten.thnn_conv2d(X2, K2, [2, 2]),
    "torch.ops.aten._slow_conv2d_forward": lambda: torch.ops.aten._slow_conv2d_forward(
        X2, K2, [2, 2], None, [1, 1], [0, 0]
    ),
    "torch.mkldnn_convolution": lambda: torch.mkldnn_convolution(X2, K2, None, [0, 0], [1, 1], [1, 1], 1),
    "the gradient of a convolution": lambda: torch.ops.aten.convolution_backward(
        torch.ones(1, 1, 3, 3), X2, K2, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1, [True, True, False]
    ),
    "with a gradient": gradient,
    "nn.Conv2d": lambda: nn.Conv2d(1, 1, 2)(X2),
    "nn.LazyConv2d": lambda: nn.LazyConv2d(1, 2)(X2),
    "in double precision": lambda: F.conv2d(X2.double(), K2.double()),
    "of integers": lambda: F.conv2d(X2.long(), K2.long()),
    "of complex numbers": lambda: F.conv2d(X2 + 0j, K2 + 0j),
    "without gradients": torch.no_grad()(lambda: F.conv2d(X2, K2)),
    "in inference mode": torch.inference_mode()(lambda: F.conv2d(X2, K2)),
    "of mkldnn tensors": lambda: F.conv2d(X2.to_mkldnn(), K2.to_mkldnn()),
    "vmapped": lambda: torch.vmap(lambda x: F.conv2d(x, K2))(X2[None]),
    "in a thread": in_a_thread(lambda: F.conv2d(X2, K2)),
    "traced before": late("traced", X2),
    "scripted before": late("scripted", X2, K2),
    "scipy.signal.convolve2d, imported before": late("scipy.signal.convolve2d", PICTURE, PICTURE),
    "scipy.signal.correlate2d, imported before": late("scipy.signal.correlate2d", PICTURE, PICTURE),
    "scipy.signal.correlate, imported before": late("scipy.signal.correlate", PICTURE, PICTURE),
    "scipy.signal.fftconvolve, imported before": late("scipy.signal.fftconvolve", PICTURE, PICTURE),
    "scipy.signal.oaconvolve, imported before": late("scipy.signal.oaconvolve", PICTURE, PICTURE),
    "scipy.signal.sepfir2d, imported before": late("scipy.signal.sepfir2d", PICTURE, POINTS[0][:3], POINTS[0][:3]),
    "scipy.ndimage.correlate, imported before": late("scipy.ndimage.correlate", PICTURE, PICTURE),
    "scipy.ndimage.convolve1d, imported before": late("scipy.ndimage.convolve1d", PICTURE, POINTS[0]),
}
POOLING: dict[str, Form] = {
    "F.max_pool1d": lambda: F.max_pool1d(X1, 2),
    "F.max_pool2d": lambda: F.max_pool2d(X2, 2),
    "F.max_pool3d": lambda: F.max_pool3d(X3, 2),
    "F.max_pool2d with places": lambda: F.max_pool2d(X2, 2, return_indices=True),
    "F.avg_pool1d": lambda: F.avg_pool1d(X1, 2),
    "F.avg_pool2d": lambda: F.avg_pool2d(X2, 2),
    "F.avg_pool3d": lambda: F.avg_pool3d(X3, 2),
    "F.adaptive_max_pool2d": lambda: F.adaptive_max_pool2d(X2, 2),
    "F.adaptive_avg_pool1d": lambda: F.adaptive_avg_pool1d(X1, 2),
    "F.adaptive_avg_pool2d": lambda: F.adaptive_avg_pool2d(X2, 2),
    "F.adaptive_avg_pool3d": lambda: F.adaptive_avg_pool3d(X3, 2),
    "F.lp_pool2d": lambda: F.lp_pool2d(X2, 2, 2),
    "F.fractional_max_pool2d": lambda: F.fractional_max_pool2d(X2, 2, output_size=2),
    "nn.MaxPool2d": lambda: nn.MaxPool2d(2)(X2),
    "torch.ops.aten.max_pool2d_with_indices": lambda: torch.ops.aten.max_pool2d_with_indices(X2, [2, 2]),
    "max_pool2d of mkldnn tensors": lambda: F.max_pool2d(X2.to_mkldnn(), 2),
    "avg_pool2d of mkldnn tensors": lambda: F.avg_pool2d(X2.to_mkldnn(), 2),
    "max_pool2d of quantised tensors": lambda: F.max_pool2d(quantised(), 2),
    "avg_pool2d of quantised tensors": lambda: F.avg_pool2d(quantised(), 2),
    "max_pool2d in a thread": in_a_thread(lambda: F.max_pool2d(X2, 2)),
    "max_pool2d vmapped": lambda: torch.vmap(lambda x: F.max_pool2d(x, 2))(X2[None]),
    "scipy.signal.order_filter, imported before": late("scipy.signal.order_filter", PICTURE, np.ones((3, 3)), 8),
    "scipy.signal.medfilt2d, imported before": late("scipy.signal.medfilt2d", PICTURE),
    "scipy.ndimage.maximum_filter, imported before": late("scipy.ndimage.maximum_filter", PICTURE, 2),
    "scipy.ndimage.grey_dilation, imported before": late("scipy.ndimage.grey_dilation", PICTURE, 2),
    "scipy.ndimage.rank_filter, imported before": late("scipy.ndimage.rank_filter", PICTURE, 0, 2),
}
SAMPLES = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), np.array([1.0, -1.0, 0.0])


def linear_models() -> Any:
    return importlib.import_module("sklearn.linear_model")


def fitted(name: str) -> Form:
    return lambda: getattr(linear_models(), name)().fit(*SAMPLES)


def minpack(*arguments: Any) -> Any:
    return importlib.import_module("scipy.optimize._minpack")._lmdif(*arguments)


SOLVING: dict[str, Form] = {
    "torch.linalg.lstsq": lambda: torch.linalg.lstsq(MATRIX, RIGHT),
    "torch.linalg.solve": lambda: torch.linalg.solve(MATRIX, RIGHT),
    "torch.linalg.solve_ex": lambda: torch.linalg.solve_ex(MATRIX, RIGHT),
    "torch.linalg.solve_triangular": lambda: torch.linalg.solve_triangular(MATRIX.triu(), RIGHT, upper=True),
    "torch.linalg.inv": lambda: torch.linalg.inv(MATRIX),
    "torch.linalg.inv_ex": lambda: torch.linalg.inv_ex(MATRIX),
    "torch.linalg.pinv": lambda: torch.linalg.pinv(MATRIX),
    "torch.linalg.tensorsolve": lambda: torch.linalg.tensorsolve(MATRIX, RIGHT[:, 0]),
    "torch.linalg.tensorinv": lambda: torch.linalg.tensorinv(MATRIX, 1),
    "torch.inverse": lambda: torch.inverse(MATRIX),
    "torch.pinverse": lambda: torch.pinverse(MATRIX),
    "Tensor.inverse": lambda: MATRIX.inverse(),
    "torch.cholesky_solve": lambda: torch.cholesky_solve(RIGHT, torch.eye(2)),
    "torch.cholesky_inverse": lambda: torch.cholesky_inverse(torch.eye(2)),
    "torch.lu_solve": lambda: torch.lu_solve(RIGHT, *torch.linalg.lu_factor(MATRIX)),
    "torch.triangular_solve": lambda: torch.triangular_solve(RIGHT, MATRIX.triu()),
    "numpy.linalg.lstsq": lambda: np.linalg.lstsq(MATRIX.numpy(), RIGHT.numpy(), rcond=None),
    "numpy.linalg.solve, imported before": late("numpy.linalg.solve", MATRIX.numpy(), RIGHT.numpy()),
    "numpy.linalg.inv, imported before": late("numpy.linalg.inv", MATRIX.numpy()),
    "numpy.linalg.pinv": lambda: np.linalg.pinv(MATRIX.numpy()),
    "scipy.linalg.lstsq, imported before": late("scipy.linalg.lstsq", MATRIX.numpy(), RIGHT.numpy()),
    "scipy.linalg.solve, imported before": late("scipy.linalg.solve", MATRIX.numpy(), RIGHT.numpy()),
    "scipy.optimize.minimize, imported before": late("scipy.optimize.minimize", lambda x: (x**2).sum(), 1.0),
    "scipy.optimize.minimize_scalar, imported before": late("scipy.optimize.minimize_scalar", lambda x: x**2),
    "scipy.optimize.least_squares, imported before": late("scipy.optimize.least_squares", lambda x: x, 1.0),
    "scipy.optimize.lsq_linear, imported before": late("scipy.optimize.lsq_linear", MATRIX.numpy(), POINTS[0][:2]),
    "scipy.optimize.curve_fit, imported before": late("scipy.optimize.curve_fit", lambda x, a: a * x, *POINTS),
    "scipy.optimize.fmin_cobyla, imported before": late("scipy.optimize.fmin_cobyla", lambda x: x[0] ** 2, [1.0], []),
    "scipy.optimize.fmin_l_bfgs_b, imported before": late(
        "scipy.optimize.fmin_l_bfgs_b", lambda x: ((x**2).sum(), 2 * x), [1.0]
    ),
    "scipy.optimize.differential_evolution, imported before": late(
        "scipy.optimize.differential_evolution", lambda x: x[0] ** 2, [(-1.0, 1.0)]
    ),
    "scipy.optimize.nnls, imported before": late("scipy.optimize.nnls", MATRIX.double().numpy(), POINTS[0][:2]),
    "scipy's MINPACK": told(
        lambda: minpack(lambda x: x - 1.0, np.zeros(2), (), 1, 1e-8, 1e-8, 0.0, 100, 0.0, 100.0, None)
    ),
    "scikit-learn's lasso_path": lambda: linear_models().lasso_path(*SAMPLES),
    **{f"scikit-learn's {name}": fitted(name) for name in ("LinearRegression", "Lasso", "Ridge", "SGDRegressor")},
}


def networks() -> Any:
    """torchvision's, also beside a torch that it was not built for."""
    torchvision()
    return importlib.import_module("torchvision.models")


def inheriting(call: str) -> Form:
    """A student's class of that name whose layers, or whose forward, are torchvision's."""

    def act() -> Any:
        ready = networks().resnet.BasicBlock

        class Block(ready):  # type: ignore[misc, valid-type]
            def __init__(self) -> None:
                if call == "forward":
                    nn.Module.__init__(self)
                    self.conv1 = self.conv2 = self.bn1 = self.bn2 = self.relu = nn.Identity()
                    self.downsample = None
                else:
                    super().__init__(1, 1)

            def forward(self, x: torch.Tensor) -> torch.Tensor:
                return super().forward(x) if call == "forward" else x  # type: ignore[no-any-return]

        return Block()(X2)

    return act


BLOCK: dict[str, Form] = {
    "torchvision's BasicBlock": lambda: networks().resnet.BasicBlock(1, 1)(X2),
    "torchvision's Bottleneck": lambda: networks().resnet.Bottleneck(4, 1)(X2.expand(1, 4, 4, 4)),
    "torchvision's resnet18": lambda: networks().resnet18(),
    "torchvision's make_layers": lambda: networks().vgg.make_layers([1, "M"]),
    "layers of a BasicBlock": inheriting("__init__"),
    "forward of a BasicBlock": inheriting("forward"),
    "an instance made before": late("block", X2),
}


class BasicBlock(nn.Module):
    """A student's own, which is called what torchvision's is called."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.layer(x) + x)


OWN: dict[str, Form] = {
    "Module.to": lambda: nn.Sequential(nn.Conv2d(1, 1, 2), nn.MaxPool2d(2), nn.Linear(2, 2)).to("cpu", torch.float64),
    "Tensor.unfold": lambda: (X2.unfold(2, 2, 1).unfold(3, 2, 1) * K2[0, 0]).sum((4, 5)),
    "Tensor.unfold and amax": lambda: X2.unfold(2, 2, 2).unfold(3, 2, 2).amax((4, 5)),
    "F.unfold": lambda: F.unfold(X2, 2),
    "F.fold": lambda: F.fold(F.unfold(X2, 2), (4, 4), 2),
    "torch.einsum": lambda: torch.einsum("ij,jk->ik", MATRIX, RIGHT),
    "@": lambda: MATRIX @ RIGHT,
    "torch.mm": lambda: torch.mm(MATRIX, RIGHT),
    "nn.Linear": lambda: nn.Linear(4, 2)(X2),
    "a training step": lambda: nn.Linear(4, 2)(X2).sum().backward(),
    "torch.fft": lambda: torch.fft.irfft2(torch.fft.rfft2(X2)),
    "as_strided": lambda: X2.as_strided((3, 3, 2, 2), (4, 1, 4, 1)).amax((2, 3)),
    "torch.linalg.norm": lambda: torch.linalg.norm(MATRIX),
    "numpy's windows": lambda: np.lib.stride_tricks.sliding_window_view(PICTURE, (2, 2)).max((2, 3)),
    "numpy.linalg.norm": lambda: np.linalg.norm(PICTURE),
    "a block of one's own": lambda: BasicBlock()(X2),
    "numpy.convolve": lambda: np.convolve([1.0, 2.0], [3.0, 1.0]),
    "scipy.ndimage.shift": late("scipy.ndimage.shift", PICTURE, 1),
}
FORMS: dict[str, dict[str, Form]] = {
    "convolution": CONVOLUTION,
    "pooling": POOLING,
    "solving": SOLVING,
    "block": BLOCK,
    "own": OWN,
}
TOLD: dict[str, Form] = {
    "caught": told(caught(lambda: F.max_pool2d(X2, 2))),
    "caught in a thread": told(in_a_thread(caught(lambda: F.max_pool2d(X2, 2)))),
    "after another error": told(lambda: caught(lambda: F.max_pool2d(X2, 2))() or 1 / 0),
    "nothing is left of earlier ones": told(lambda: None),
}


def before() -> None:
    """A student's file is being imported."""
    for form in (*CONVOLUTION, *POOLING, *SOLVING, *OWN):
        path = form.partition(",")[0]
        if path.startswith(("scipy.", "numpy.linalg.")):
            module, _, name = path.rpartition(".")
            LATE[path] = getattr(importlib.import_module(module), name)
    LATE["traced"] = torch.jit.trace(lambda x: F.conv2d(x, K2), X2)
    LATE["scripted"] = torch.jit.script(scripted)
    LATE["block"] = networks().resnet.BasicBlock(1, 1)


def scripted(x: torch.Tensor, k: torch.Tensor) -> torch.Tensor:
    return F.conv2d(x, k)


def outcome(form: Form) -> str:
    try:
        form()
    except ready_made.ReadyMade as problem:
        return f"refused: {problem}"
    except Exception as problem:
        cause = "ReadyMade" if "ReadyMade" in str(problem) else ""  # TorchScript tells in its own words
        return f"refused: {cause}" if cause else f"{type(problem).__name__}: {str(problem)[:200]}"
    return "works"


def tried() -> dict[str, str]:
    return {f"{kind}: {name}": outcome(form) for kind, forms in FORMS.items() for name, form in forms.items()}


def main(kinds: list[str]) -> None:
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    ready_made.prepare(kinds)
    before()
    first = tried()
    ready_made.arm(kinds)
    found = {name: [first[name], after] for name, after in tried().items()}
    found |= {f"told: {name}": ["", outcome(form)] for name, form in TOLD.items()}
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
