"""Import torchvision, also beside a torch built without its operators.

torchvision's compiled operators only load beside the torch they were built for. Beside another build, such as
a CPU torch next to a CUDA torchvision, the import stops at "operator torchvision::nms does not exist"
although data sets need no operator at all (https://github.com/pytorch/vision/issues/9085). Declaring the two
operators that the import asks for, names and types only, lets it finish; to call one of them is an error as
before.
"""

from __future__ import annotations

import importlib
from types import ModuleType

import torch

_MISSING = "operator torchvision::nms does not exist"
_SIGNATURE = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_declared: list[torch.library.Library] = []  # a Library that is collected takes its operators with it


def torchvision() -> ModuleType:
    """The imported torchvision, its data sets included. Raises ImportError where it is not installed."""
    try:
        return importlib.import_module("torchvision")
    except RuntimeError as error:
        if _MISSING not in str(error):
            raise
    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(name + _SIGNATURE)
    _declared.append(library)
    return importlib.import_module("torchvision")
