"""torch, imported when it is first used: what lists, explains or judges arrays never waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch as torch
else:

    class _Torch:
        """Stands in torch's place. A judge computes on one thread: it is forked, and others need the processors."""

        def __getattr__(self, name: str) -> Any:
            global torch
            import torch

            torch.set_num_threads(1)
            vars(self).update(vars(torch))
            return getattr(torch, name)

    torch = _Torch()


def later(name: str, **options: Any) -> Callable[[Any], Any]:
    """torch.nn.functional's function of that name, looked up when it is called."""
    return lambda x: getattr(torch.nn.functional, name)(x, **options)
