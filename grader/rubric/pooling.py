"""Exercise pooling: maximum, average and global average pooling. x (N, C, H, W) -> (N, C, H', W').

Each part declares its checks when it is imported: this is their order.
"""

from __future__ import annotations

from grader.rubric.pooling_contract import pooling

# isort: split
import grader.rubric.pooling_maximum

# isort: split
import grader.rubric.pooling_average

# isort: split
import grader.rubric.pooling_laws  # noqa: F401

__all__ = ["pooling"]
