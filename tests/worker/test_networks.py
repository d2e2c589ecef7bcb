"""Networks as they are built in a worker."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

from grader.worker import networks
from grader.worker.procedures import Refused


class Two(nn.Module):
    def __init__(self, channels: int, out: int) -> None:
        super().__init__()


class ByKeyword(nn.Module):
    def __init__(self, channels: int, out: int, *, stride: int = 1) -> None:
        super().__init__()


def build(made: Any, *args: int, **named: Any) -> int:
    workspace = SimpleNamespace(attribute=lambda name: made, networks={})
    return networks.build(workspace, "Block", list(args), named, torch.zeros(1), 0)  # type: ignore[arg-type]


def test_a_parameter_by_keyword_only() -> None:
    """Is there, so it is not said to be missing; the contract's call is by position."""
    with pytest.raises(
        Refused, match="stride of Block cannot be given by position: leave out the \\* before it in __init__"
    ):
        build(ByKeyword, 4, 4, 2)

    assert 0 == build(ByKeyword, 4, 4)
    assert 0 == build(ByKeyword, 4, out=4, stride=2)


def test_a_parameter_that_is_missing() -> None:
    """Is Python's own error."""
    with pytest.raises(TypeError, match="takes 3 positional arguments but 4 were given"):
        build(Two, 4, 4, 2)
