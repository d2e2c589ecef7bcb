"""Ready-made functions that do a whole exercise: once armed, a worker has them no longer.

Whoever calls one meets `ReadyMade`, and the call is told to the judge even where the exception is caught. torch's are
taken away in its dispatcher, which every thread, every nested definition and every traced function goes through, those
of other libraries where their modules keep them, and the native ones below those in the table that says where in the
library their code lies, which all references to them share. A block of a network is a class: what is written in it, its
constructor and its forward, is gone, so that no subclass, instance or wrapper of it has them. What reaches torch's kernels past the dispatcher is gone
from the beginning: TorchScript's operators of its own are no longer in its registry, so that no graph can have them,
whoever made it. What can call native code past all that (onnxruntime) is not readable in a worker at all, see
`confinement`.

A worker is armed before it imports the student's file. Where that import meets a ready-made function, as a self-test at
the top of a file does that compares with the library, the judge asks a fresh worker to arm after it.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import importlib.util
import re
import sys
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, ModuleSpec, PathFinder
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, NamedTuple

import torch


class Kind(NamedTuple):
    """What exercises of one kind are done by."""

    operators: str  # pattern of torch's, NAMESPACE::NAME, matched at the beginning; empty for none
    functions: dict[str, str]  # module -> pattern of the whole name of its functions
    native: tuple[str, ...] = ()  # those of the modules that are native code, which every caller comes to
    classes: tuple[str, ...] = ()  # packages all of whose networks, their parts and what can be fitted are ready-made


LAPACK = r"[sdcz](?:ge(?:svx?|trs|tri|ls[sdy]?|jsv)|gglse|(?:[gpt]b|[gp]t|[sp][oypf]|he|tr|tp)(?:svx?|trs|tri)|trsyl)"
MINIMISERS = r"fmin\w*|_?minimize\w*"  # of SciPy
SOLVERS = r"lstsq|solve|inv|pinv|tensorsolve|tensorinv"  # of NumPy, wherever it keeps them
KINDS = {
    "convolution": Kind(
        r"\w+::\w*?(?:_|\b|q)conv(?:olution)?(?:\dd?)?(?:_|\b)",
        {
            "scipy.signal._signaltools": r"(?:fft|oa)?(?:convolve|correlate)(?:2d)?",
            "scipy.signal._sigtools": r"_convolve2d|_correlateND",
            "scipy.signal._spline": r"sepfir2d",
            "scipy.ndimage._filters": r"(?:convolve|correlate|(?:generic|vectorized|uniform|gaussian)_filter)(?:1d)?",
            "scipy.ndimage._nd_image": r"correlate(?:1d)?|generic_filter(?:1d)?|uniform_filter1d",
            "cv2": r"filter2D|sepFilter2D|matchTemplate|blur|boxFilter",
        },
        ("scipy.signal._sigtools", "scipy.ndimage._nd_image"),
    ),
    "pooling": Kind(
        r"\w+::\w*pool(?:\dd)?(?:_|\b)",
        {
            "scipy.ndimage._filters": r"_?(?:maximum|minimum|rank|median|percentile|generic|vectorized)_filter(?:1d)?",
            "scipy.signal._signaltools": r"order_filter|medfilt(?:2d)?",
            "scipy.signal._sigtools": r"_order_filterND|_medfilt2d",
            "scipy.ndimage._morphology": r"grey_(?:dilation|erosion)",
            "scipy.ndimage._nd_image": r"min_or_max_filter(?:1d)?|rank_filter",
            "cv2": r"dilate|erode",
            "skimage.measure.block": r"block_reduce",
            "torch._decomp.decompositions": r"\w*pool\w*",
        },
        ("scipy.signal._sigtools", "scipy.ndimage._nd_image"),
    ),
    "solving": Kind(
        r"aten::_?(?:linalg_(?:lstsq|solve|inv|pinv|tensorsolve|tensorinv|lu_solve|ldl_solve)\w*"
        r"|inverse|pinverse|cholesky_solve|cholesky_inverse|lu_solve|triangular_solve)\b",
        {
            "numpy.linalg": SOLVERS,
            "numpy.linalg._linalg": SOLVERS,
            "numpy.lib._polynomial_impl": SOLVERS,
            "numpy.linalg._umath_linalg": r"lstsq|solve1?|inv",
            "scipy.linalg._basic": r"lstsq|solve\w*|inv|pinvh?",
            "scipy.linalg._decomp_cholesky": r"cho_solve\w*",
            "scipy.linalg._decomp_lu": r"lu_solve",
            "scipy.linalg._flapack": LAPACK,
            "scipy.linalg.lapack": LAPACK,
            "scipy.sparse.linalg._dsolve.linsolve": r"spsolve\w*|factorized|spl?ilu|splu|inv",
            "scipy.sparse.linalg._isolve.iterative": r"bicg|bicgstab|cgs?|gmres|qmr",
            "scipy.sparse.linalg._isolve.lsqr": r"lsqr",
            "scipy.sparse.linalg._isolve.lsmr": r"lsmr",
            "scipy.sparse.linalg._isolve.minres": r"minres",
            "scipy.optimize._optimize": r"fmin\w*|_minimize\w*|brute",
            "scipy.optimize._lbfgsb_py": MINIMISERS,
            "scipy.optimize._tnc": MINIMISERS,
            "scipy.optimize._cobyla_py": MINIMISERS,
            "scipy.optimize._cobyqa_py": MINIMISERS,
            "scipy.optimize._slsqp_py": MINIMISERS,
            "scipy.optimize._nonlin": r"broyden[12]|anderson|linearmixing|diagbroyden|excitingmixing|newton_krylov|nonlin_solve",
            "scipy.optimize._basinhopping": r"basinhopping",
            "scipy.optimize._differentialevolution": r"differential_evolution",
            "scipy.optimize._direct_py": r"direct",
            "scipy.optimize._dual_annealing": r"dual_annealing",
            "scipy.optimize._shgo": r"shgo",
            "scipy.optimize._linprog": r"linprog",
            "scipy.odr._odrpack": r"odr",
            "scipy.optimize._root": r"root",
            "scipy.optimize._minimize": r"minimize\w*",
            "scipy.optimize._lsq.least_squares": r"least_squares",
            "scipy.optimize._lsq.lsq_linear": r"lsq_linear",
            "scipy.optimize._minpack_py": r"curve_fit|leastsq|fsolve",
            "scipy.optimize._nnls": r"nnls",
            "scipy.optimize._minpack": r"_(?:chkder|hybr|lm)\w+",
            "scipy.sparse.linalg._dsolve._superlu": r"gs(?:sv|trf)",
            "sklearn.linear_model._coordinate_descent": r"(?:enet|lasso)_path",
            "sklearn.linear_model._least_angle": r"lars_path\w*",
            "sklearn.linear_model._omp": r"orthogonal_mp\w*",
            "sklearn.linear_model._ridge": r"_?ridge_regression",
        },
        ("scipy.optimize._minpack", "scipy.sparse.linalg._dsolve._superlu"),
        tuple(
            f"sklearn.{name}"
            for name in (
                "cross_decomposition",
                "gaussian_process",
                "kernel_ridge",
                "linear_model",
                "neural_network",
                "svm",
            )
        ),
    ),
    "block": Kind(
        "",
        {"torchvision.models.vgg": r"make_layers"},
        classes=("torchvision.models", "timm", "transformers", "monai.networks"),
    ),
}
# the last two are where kernels for any device are, which other keys lead to
DISPATCH_KEYS = (
    "CPU",
    "MkldnnCPU",
    "QuantizedCPU",
    "SparseCPU",
    "CompositeExplicitAutograd",
    "CompositeExplicitAutogradNonFunctional",
)
PAST_THE_DISPATCHER = (  # functions of torch._C that hand out a kernel to keep, or compile a graph to other code
    "_dispatch_get_computed_kernel_for_dispatch_key",
    "_jit_set_llga_enabled",
    "_jit_to_static_module",
    "_fuse_to_static_module",
)
NO_OPERATORS = (  # of TorchScript, which run a convolution or compile a graph to other code
    "prim::mkldnn_convolution",
    "prim::oneDNNFusionGroup",
    "prim::StaticSubgraph",
    "prim::TensorExprGroup",
    "prim::TensorExprDynamicGroup",
)
DEREGISTER = "_ZN5torch3jit18deregisterOperatorERKN3c1014FunctionSchemaE"  # torch::jit::deregisterOperator
FITS = re.compile(r"(?:partial_)?fit(?:_\w+)?")
NONE = r"(?!)"  # a pattern that nothing matches
CODE_AT = 2 * ctypes.sizeof(ctypes.c_void_p)  # in a native function object, the pointer to its row of the table
_known: dict[str, tuple[frozenset[str], list[Operator]]] = {}  # by kind: among which names, and which they are
_taken: list[str] = []
_armed: list[bool] = []


class ReadyMade(RuntimeError):
    """A function was called that does the exercise by itself."""


def prepare(kinds: Collection[str]) -> None:
    """Before the student's file is imported: guard the libraries' functions, those loaded by now and those to come.

    Until the worker is armed they work. What reaches kernels past the dispatcher does not.
    """
    patterns: dict[str, str] = {}
    for kind in kinds:
        for module, pattern in KINDS[kind].functions.items():
            patterns[module] = f"{patterns[module]}|{pattern}" if module in patterns else pattern
    guarding = _Finder(patterns, tuple(package for kind in kinds for package in KINDS[kind].classes))
    for name in filter(guarding.is_for, list(sys.modules)):
        guarding.guard(sys.modules[name])
    if kinds:
        sys.meta_path.insert(0, guarding)
    if any(KINDS[kind].operators for kind in kinds):
        for name in PAST_THE_DISPATCHER:
            if function := getattr(torch._C, name, None):
                _empty(function)
        _deregister()


def arm(kinds: Collection[str]) -> None:
    """From now on ready-made functions of these kinds are refused, in every thread."""
    if not kinds:
        return
    for module in {module for kind in kinds for module in KINDS[kind].native}:
        pattern = "|".join(KINDS[kind].functions[module] for kind in kinds if module in KINDS[kind].functions)
        for name, function in vars(_native(module)).items():
            if re.fullmatch(pattern, name):
                _empty(function)
    by_namespace: dict[str, list[Operator]] = {}
    for operator in dict.fromkeys(operator for kind in kinds for operator in _operators(kind)):
        by_namespace.setdefault(operator.namespace, []).append(operator)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # each says that it takes another's place
        for namespace, operators in by_namespace.items():
            for key in DISPATCH_KEYS:
                # as torch.library.Library does, but for good: there, whoever finds the object can take it back
                library = torch._C._dispatch_library("IMPL", namespace, key, __file__, 0)
                ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))
                for operator in operators:
                    if key == "CPU" or not operator.made_of_others:
                        library.impl(operator.name, key, _refusal(f"{namespace}.{operator.name.partition('.')[0]}"))
    _armed.append(True)


class Operator(NamedTuple):
    """One of torch's, in its dispatcher."""

    namespace: str
    name: str
    made_of_others: bool  # it calls others, which are refused: beside it no kernel for rare tensors may stand


def know_operators() -> None:
    """Look through all that are there by now, once for all forks of this process."""
    names = frozenset(torch._C._dispatch_get_all_op_names())
    for kind in KINDS:
        _known[kind] = names, _found(kind, names)


def _operators(kind: str) -> list[Operator]:
    """Those of a kind: the known ones, and what has been registered since."""
    before, known = _known.get(kind, (frozenset(), []))
    return [*known, *_found(kind, frozenset(torch._C._dispatch_get_all_op_names()) - before)]


def _found(kind: str, names: Iterable[str]) -> list[Operator]:
    pattern = re.compile(KINDS[kind].operators or NONE)
    found = [(name, *name.split("::", 1)) for name in names if pattern.match(name)]
    return [Operator(namespace, name, _made_of_others(whole)) for whole, namespace, name in found]


def _deregister() -> None:
    """Take TorchScript's operators that are not the dispatcher's out of its registry, in a torch that can do so."""
    try:
        deregister = ctypes.CDLL(torch._C.__file__)[DEREGISTER]
    except AttributeError:
        return
    deregister.argtypes, deregister.restype = [ctypes.c_void_p], None
    for name in NO_OPERATORS:
        for schema in torch._C._jit_get_schemas_for_operator(name):
            deregister(ctypes.c_void_p.from_address(id(schema) + CODE_AT).value)  # where pybind11 keeps its address


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Around student code: raises ReadyMade, from where it was met, also for those who catch it."""
    _taken.clear()
    try:
        yield
    except BaseException as problem:
        if not _taken:
            raise
        raise ReadyMade(_taken[0]).with_traceback(problem.__traceback__) from None
    if _taken:
        raise ReadyMade(_taken[0])


def _native(name: str) -> ModuleType:
    """A module of native code, loaded by itself: its package may take seconds. An empty one where it is not installed."""
    package, *path = name.split(".")
    found = importlib.util.find_spec(package)
    for folder in (found and found.submodule_search_locations) or ():
        for suffix in EXTENSION_SUFFIXES:
            file = f"{folder}/{'/'.join(path)}{suffix}"
            if Path(file).is_file():
                spec = importlib.util.spec_from_file_location(name, file, loader=ExtensionFileLoader(name, file))
                assert spec is not None and spec.loader is not None
                module = importlib.util.module_from_spec(spec)
                known = sys.modules.get(name)
                spec.loader.exec_module(module)
                sys.modules.pop(name, None)  # whoever imports it gets it guarded
                if known is not None:
                    sys.modules[name] = known
                return module
    return ModuleType(name)


def _no_code(itself: int | None, arguments: int | None) -> None:
    """Stands in a native function's place: returns NULL, which Python turns into a SystemError."""
    _taken.append("a library's native code")


NO_CODE = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)(_no_code)


def _empty(function: Any) -> None:
    """Take a native function its code, whoever holds it by what name: they all share the row of the table it is in."""
    row = ctypes.c_void_p.from_address(id(function) + CODE_AT).value
    assert isinstance(function, BuiltinFunctionType) and row
    code = ctypes.c_void_p.from_address(row + ctypes.sizeof(ctypes.c_void_p))  # beside the name
    code.value = ctypes.cast(NO_CODE, ctypes.c_void_p).value


def _made_of_others(operator: str) -> bool:
    return bool(torch._C._dispatch_has_kernel_for_dispatch_key(operator, "CompositeImplicitAutograd"))


def _refusal(name: str) -> Callable[..., Any]:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        _taken.append(name)
        raise ReadyMade(name)

    return refuse


def _public(module: ModuleType) -> str:
    return ".".join(part for part in module.__name__.split(".") if not part.startswith("_"))


def _guard_functions(module: ModuleType, pattern: str) -> None:
    """Put in the place of the module's functions some that work until this worker is armed."""
    for name in [name for name in vars(module) if re.fullmatch(pattern, name)]:
        function = getattr(module, name)
        if callable(function) and not isinstance(function, type):
            setattr(module, name, _until_armed(function, f"{_public(module)}.{name.lstrip('_')}"))


def _guard_classes(module: ModuleType) -> None:
    """The same for all that is written in its classes of networks, and for what fits the others; what they inherit stays."""
    for made in list(vars(module).values()):
        if isinstance(made, type) and made.__module__ == module.__name__:
            whole = issubclass(made, torch.nn.Module)
            for name, function in list(vars(made).items()):
                if isinstance(function, FunctionType) and (whole or FITS.fullmatch(name)):
                    setattr(made, name, _until_armed(function, f"{_public(module)}.{made.__name__}"))


def _until_armed(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    refuse = _refusal(name)
    if _armed:
        return refuse  # which does not know the function

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        return (refuse if _armed else function)(*args, **kwargs)

    return guarded


class _Finder(MetaPathFinder):
    """Guards modules as soon as they have been imported."""

    def __init__(self, patterns: dict[str, str], packages: tuple[str, ...]) -> None:
        self._patterns, self._packages = patterns, packages

    def is_for(self, name: str) -> bool:
        return name in self._patterns or self._has_classes(name)

    def guard(self, module: ModuleType) -> None:
        if pattern := self._patterns.get(module.__name__):
            _guard_functions(module, pattern)
        if self._has_classes(module.__name__):
            _guard_classes(module)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if not self.is_for(name):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Guarding(spec.loader, self)
        return spec

    def _has_classes(self, name: str) -> bool:
        return any(name == package or name.startswith(f"{package}.") for package in self._packages)


class _Guarding(Loader):
    def __init__(self, loader: Loader, finder: _Finder) -> None:
        self._loader, self._finder = loader, finder

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        self._finder.guard(module)
