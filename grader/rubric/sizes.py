"""Which mistake gives which size: results of a wrong shape are compared with what known mistakes would give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Shape = tuple[int, ...]
Told = Callable[[Shape], str]  # a wrong shape -> one next step


def corr2d(image: Shape, kernel: Shape) -> Told:
    """About the size of corr2d's result for X (H, W) and K (h, w)."""
    (H, W), (h, w) = image, kernel
    right = (H - h + 1, W - w + 1)

    def known() -> Iterator[tuple[str, Shape]]:
        yield "The + 1 is missing.", (H - h, W - w)
        yield "It is as large as the image: this exercise has no padding.", (H, W)
        yield "It is larger than the image, as with full padding: this exercise has none.", (H + h - 1, W + w - 1)
        yield "It is the size that a padding of 1 on every side gives: this exercise has none.", (H - h + 3, W - w + 3)
        yield "It is as large as the kernel.", (h, w)
        yield "Height and width of the kernel are exchanged: h, w = K.shape.", (H - w + 1, W - h + 1)
        yield "The kernel's height is taken for its width, too: h, w = K.shape.", (H - h + 1, W - h + 1)
        yield "The kernel's width is taken for its height, too: h, w = K.shape.", (H - w + 1, W - w + 1)
        yield "The image's height is taken for its width, too: H, W = X.shape.", (H - h + 1, H - w + 1)
        yield "The image's width is taken for its height, too: H, W = X.shape.", (W - h + 1, W - w + 1)
        yield "Rows and columns of the result are exchanged: rows come first.", right[::-1]
        yield "The window moves by its own size: it should move by one cell.", (H // h, W // w)
        yield from _other_axes(right)

    def told(found: Shape) -> str:
        formula = _both("H - h + 1", f"{H} - {h} + 1 = {right[0]}", "W - w + 1", f"{W} - {w} + 1 = {right[1]}")
        return explained(found, right, known(), formula)

    return told


def pooling(x: Shape, kernel_size: Any, **settings: Any) -> Told:
    """About the size of a pooled batch x (N, C, H, W) with these settings."""
    given = {"kernel_size": kernel_size, "stride": None, "padding": 0, "dilation": 1, "ceil_mode": False} | {
        name: value for name, value in settings.items() if name in ("stride", "padding", "dilation", "ceil_mode")
    }
    wanted = (*x[:2], _side(x, given, 0), _side(x, given, 1))

    def known() -> Iterator[tuple[str, Shape]]:
        for words, changed in _changes(given):
            yield words, (*x[:2], *(_side(x, changed, axis) for axis in (0, 1)))
        sides = wanted[2:]
        yield "The + 1 is missing.", (*x[:2], sides[0] - 1, sides[1] - 1)
        strides = [_pair(given["stride"] or kernel_size)[axis] for axis in (0, 1)]
        yield "It is H // stride: the kernel's own size counts, too.", (*x[:2], x[2] // strides[0], x[3] // strides[1])
        if given["ceil_mode"]:
            yield (
                "A last window that would start beyond the image and its padding is dropped.",
                (*x[:2], *(_side(x, given, axis, drop=False) for axis in (0, 1))),
            )
        yield "It is as large as the image.", x
        yield "Rows and columns of the result are exchanged.", (*x[:2], *sides[::-1])
        yield "The channels come last: they stay second.", (x[0], *sides, x[1])
        yield "Samples and channels are exchanged.", (x[1], x[0], *sides)
        if x[0] != 1:
            yield "The batch axis is gone: every sample stays.", wanted[1:]
        if x[:2] != (1, 1):
            yield "Batch and channels are gone: both stay.", sides
        yield from _other_axes(wanted)

    def told(found: Shape) -> str:
        return explained(found, wanted, known(), _both(*_written(x, given, 0), *_written(x, given, 1)))

    return told


def explained(found: Shape, right: Shape, known: Iterable[tuple[str, Shape]], formula: str) -> str:
    """What is too much or too little, the one known mistake that gives the shape `found`, and how it is computed."""
    fitting = {words for words, shape in known if tuple(shape) == found != right}
    mistake = fitting.pop() if len(fitting) == 1 else ""
    if not mistake and len(found) == len(right) > 2 and found[-2:] == right[-2:]:
        return "Rows and columns are as many as they should be: every sample and every channel has a result of its own."
    return " ".join(filter(None, [_difference(found, right), mistake, formula]))


def _difference(found: Shape, right: Shape) -> str:
    """`1 row too many, 2 columns missing.`"""
    if len(found) != len(right) or len(right) < 2 or found[:-2] != right[:-2]:
        return ""
    told = []
    for word, have, want in zip(("row", "column"), found[-2:], right[-2:], strict=True):
        if have != want:
            many = abs(have - want)
            told.append(f"{many} {word}{'s' if many > 1 else ''} {'too many' if have > want else 'missing'}")
    return f"{', '.join(told)}." if told else ""


def _other_axes(right: Shape) -> Iterator[tuple[str, Shape]]:
    count = 1
    for side in right:
        count *= side
    for rows, columns in ((-1, 0), (0, -1), (1, 0), (0, 1), (1, 1)):
        yield "", (*right[:-2], right[-2] + rows, right[-1] + columns)  # one more or less speaks for itself
    kept = tuple(side for side in right if side != 1)
    if kept != right:
        yield (
            "The axes of length 1 are gone: squeeze() takes all of them away, Y[0, 0] only those in front; a sum over "
            "everything does it too.",
            kept,
        )
    if kept != (count,):
        yield "It has lost its axes: all values lie in one row.", (count,)
    yield "It has an axis too many in front: leave it out, as in Y[0].", (1, *right)
    yield "It has two axes too many in front: leave them out, as in Y[0, 0].", (1, 1, *right)
    if kept:
        yield "It is one number: a sum or mean has gone over everything.", ()


def _changes(given: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The settings as known mistakes have them."""
    kernel = given["kernel_size"]
    if given["stride"] is None:
        yield (
            "It is the size for a stride of 1: where no stride is given, it is the kernel's size.",
            {**given, "stride": 1},
        )
    else:
        yield "It is the size for a stride of 1.", {**given, "stride": 1}
        yield "It is the size without the stride that is given: then it is the kernel's.", {**given, "stride": kernel}
    if given["padding"]:
        yield "It is the size without padding.", {**given, "padding": 0}
        yield "It is the size for twice the padding.", {**given, "padding": _times(given["padding"], 2)}
        yield "It is the size for padding on one side only.", {**given, "padding": _times(given["padding"], 0.5)}
    if given["dilation"] != 1:
        reach = tuple(d * k for d, k in zip(_pair(given["dilation"]), _pair(kernel), strict=True))
        yield "It is the size for a dilation of 1.", {**given, "dilation": 1}
        yield (
            "A dilated kernel reaches over d*(k - 1) + 1 cells, not d*k.",
            {**given, "dilation": 1, "kernel_size": reach},
        )
    words = "ceil_mode=True rounds up." if given["ceil_mode"] else "without ceil_mode the size is rounded down."
    yield f"It is rounded the other way: {words}", {**given, "ceil_mode": not given["ceil_mode"]}
    for name in ("kernel_size", "stride", "padding", "dilation"):
        if isinstance(given[name], tuple | list) and given[name][0] != given[name][1]:
            first, second = given[name]
            yield f"Rows and columns of {name} are exchanged: rows come first.", {**given, name: (second, first)}
            yield f"{name} is a pair: its second number is for the columns.", {**given, name: first}


def _side(x: Shape, given: Mapping[str, Any], axis: int, drop: bool = True) -> int:
    """Rows (axis 0) or columns (axis 1) of a result."""
    n, kernel, padding, dilation = (
        x[2 + axis],
        *(_pair(given[name])[axis] for name in ("kernel_size", "padding", "dilation")),
    )
    stride = _pair(given["stride"] or given["kernel_size"])[axis]
    room = n + 2 * padding - dilation * (kernel - 1) - 1
    if not given["ceil_mode"]:
        return int(room // stride) + 1
    size = int(-(-room // stride)) + 1
    return size - 1 if drop and (size - 1) * stride >= n + padding else size


def _written(x: Shape, given: Mapping[str, Any], axis: int) -> tuple[str, str]:
    """The formula of one side, in letters and in numbers."""
    n, kernel, padding, dilation = (
        x[2 + axis],
        *(_pair(given[name])[axis] for name in ("kernel_size", "padding", "dilation")),
    )
    stride = _pair(given["stride"] or given["kernel_size"])[axis]
    rounding = "ceil" if given["ceil_mode"] else "floor"
    letters, numbers = "HW"[axis], f"{n}"
    if given["padding"] != 0:
        letters, numbers = f"{letters} + 2*padding", f"{numbers} + 2*{padding}"
    if given["dilation"] != 1:
        letters, numbers = f"{letters} - dilation*(kernel - 1) - 1", f"{numbers} - {dilation}*({kernel} - 1) - 1"
    else:
        letters, numbers = f"{letters} - kernel", f"{numbers} - {kernel}"
    letters, numbers = (
        f"{rounding}(({words}) / {divisor}) + 1" for words, divisor in ((letters, "stride"), (numbers, stride))
    )
    dropped = ", less one that would start beyond" if _side(x, given, axis) != _side(x, given, axis, drop=False) else ""
    return letters, f"{numbers}{dropped} = {_side(x, given, axis)}"


def _both(rows: str, in_numbers: str, columns: str, in_numbers_too: str) -> str:
    if in_numbers == in_numbers_too:
        return f"There are {rows} rows, and as many columns: {in_numbers}."
    return f"There are {rows} rows, {in_numbers}, and {columns} columns, {in_numbers_too}."


def _pair(value: Any) -> tuple[Any, Any]:
    return (value[0], value[1]) if isinstance(value, tuple | list) else (value, value)


def _times(value: Any, factor: float) -> tuple[float, float]:
    first, second = _pair(value)
    return first * factor, second * factor
