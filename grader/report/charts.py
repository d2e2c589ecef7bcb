"""Evidence as coordinates: what the templates need to draw curves, matrices, pictures and measures.

Everything here is numbers and plain words; the markup, and with it all escaping, is the templates'.
"""

from __future__ import annotations

import base64
import math
import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from markupsafe import Markup

from grader.records import Confusion, Curves, Measure, Picture, Series
from grader.words import short

MOST_POINTS = 200  # of a line; a longer series keeps the extremes of each stretch, so that no spike is lost
LEFT, RIGHT, TOP, BOTTOM = 40.0, 276.0, 12.0, 178.0  # the field of a plot, in SVG units
LINE_GAP = 14.0  # between the labels at its right
STRIP = 300.0  # length of a measure's axis

Point = tuple[float, float]


@dataclass(frozen=True)
class Tick:
    """A marked place on an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class Line:
    """One series of a plot."""

    name: str
    path: str  # SVG path data, broken where values are not finite
    dots: tuple[Point, ...]  # values without a finite neighbour, and the last one
    last: str  # the last value, in words
    label_y: float


@dataclass(frozen=True)
class Plot:
    """Learning curves, the first value of every series at x = 1."""

    lines: tuple[Line, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    description: str


def plot(curves: Curves) -> Plot:
    """Place the curves on the field."""
    drawable = [value for series in curves.series for value in series.values if _drawable(value)]
    low, high = (min(drawable), max(drawable)) if drawable else (0.0, 1.0)
    heights = _round_values(0.0 if 0 <= low < high / 3 else low, high)
    steps = max(2, *(len(series.values) for series in curves.series), 2)
    x, y = _scale(1, steps, LEFT, RIGHT), _scale(heights[0], heights[-1], BOTTOM, TOP)
    runs = [_runs(series, x, y) for series in curves.series]
    labels = _apart([run[-1][-1][1] if run else BOTTOM for run in runs])
    lines = tuple(map(_line, curves.series, runs, labels))
    whole = [at for at in _round_values(1, steps) if 1 <= at <= steps and at % 1 == 0]
    return Plot(
        lines=lines,
        x_ticks=tuple(Tick(x(at), f"{at:,.0f}") for at in whole),
        y_ticks=tuple(Tick(y(at), short(at)) for at in heights),
        description="; ".join(f"{line.name}: last value {line.last}" for line in lines),
    )


def _line(series: Series, runs: list[list[Point]], label_y: float) -> Line:
    dots = [run[0] for run in runs if len(run) == 1]
    return Line(
        name=series.name,
        path=" ".join("M" + " L".join(f"{x:g} {y:g}" for x, y in run) for run in runs if len(run) > 1),
        dots=tuple(dots + [run[-1] for run in runs[-1:] if len(run) > 1]),
        last=short(series.values[-1]) if series.values else "none",
        label_y=label_y,
    )


def _runs(series: Series, x: Callable[[float], float], y: Callable[[float], float]) -> list[list[Point]]:
    """The places of a series' values, as stretches of finite ones."""
    runs: list[list[Point]] = [[]]
    for index in _kept(series.values):
        if _drawable(series.values[index]):
            runs[-1].append((round(x(index + 1), 1), round(y(series.values[index]), 1)))
        else:
            runs.append([])
    return [run for run in runs if run]


def _kept(values: Sequence[float]) -> Iterable[int]:
    """The indices to draw: all, or of each of `MOST_POINTS` stretches the least, the greatest and a NaN."""
    if len(values) <= 3 * MOST_POINTS:
        return range(len(values))
    array = np.asarray(values)
    stretches = np.array_split(np.arange(len(values)), MOST_POINTS)
    return sorted({int(part[pick(array[part])]) for part in stretches for pick in (np.argmin, np.argmax)})


def _drawable(value: float) -> bool:
    """Finite, and far enough from the largest float for arithmetic on it to stay finite."""
    return abs(value) < 1e300


def _round_values(low: float, high: float) -> list[float]:
    """About five round numbers, evenly spaced, from at most `low` to at least `high`."""
    size = max(abs(low), abs(high))
    if high - low <= 1e-9 * size or size < 1e-300:
        low, high = low - (size / 2 or 0.5), high + (size / 2 or 0.5)
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first = math.floor(low / step + 1e-9)
    return [float(f"{index * step:.12g}") for index in range(first, math.ceil(high / step - 1e-9) + 1)]


def _scale(low: float, high: float, start: float, stop: float) -> Callable[[float], float]:
    return lambda value: start + (value - low) / (high - low) * (stop - start)


def _apart(heights: list[float]) -> list[float]:
    """Heights of labels, moved until no two overlap and the lowest is still on the field."""
    order = sorted(range(len(heights)), key=heights.__getitem__)
    placed = list(heights)
    for above, below in pairwise(order):
        placed[below] = max(placed[below], placed[above] + LINE_GAP)
    if order:
        placed[order[-1]] = min(placed[order[-1]], BOTTOM)
    for below, above in pairwise(reversed(order)):
        placed[above] = min(placed[above], placed[below] - LINE_GAP)
    return placed


@dataclass(frozen=True)
class Strip:
    """A measure on an axis of length `STRIP`; None for what is not known or not finite."""

    value_at: float | None
    threshold_at: float | None
    band: tuple[float, float] | None  # start and width of the reference's mean ± spread
    mean_at: float | None
    low: str
    high: str


def strip(measure: Measure) -> Strip:
    """Place the measure on an axis that is just long enough, within 0 and 1 when everything is."""
    mean, spread = measure.reference_mean, measure.reference_spread or 0.0
    reference = [] if mean is None else [mean - spread, mean + spread]
    known = [number for number in (measure.value, measure.threshold, *reference) if _drawable(number)]
    low, high = min(known, default=0.0), max(known, default=0.0)
    margin = 0.15 * (high - low) or 0.1 * abs(high) or 1.0
    within = low >= 0 and high <= 1
    low, high = (max(0.0, low - margin), min(1.0, high + margin)) if within else (low - margin, high + margin)
    x = _scale(low, high, 0.0, STRIP)

    def place(number: float | None) -> float | None:
        return round(x(number), 1) if number is not None and _drawable(number) else None

    start, stop = (place(edge) for edge in reference or (None, None))
    return Strip(
        value_at=place(measure.value),
        threshold_at=place(measure.threshold),
        band=None if start is None or stop is None else (start, round(max(stop - start, 1.0), 1)),
        mean_at=place(mean),
        low=f"{low:.3g}",
        high=f"{high:.3g}",
    )


@dataclass(frozen=True)
class Matrix:
    """A confusion matrix: counts, each with the depth of its shade in percent.

    The shade is the root of the count's share of its row: a rare mistake can be seen, a common one more so.
    """

    rows: tuple[tuple[str, tuple[tuple[int, int], ...]], ...]
    right: int
    total: int
    worst: str  # the commonest mistake in words; empty when there is none


def matrix(confusion: Confusion) -> Matrix:
    """Shade the cells and find the commonest mistake."""
    labels, counts = confusion.labels, confusion.counts
    mistakes = [(count, labels[i], labels[j]) for i, row in enumerate(counts) for j, count in enumerate(row) if i != j]
    most, true, predicted = max(mistakes, default=(0, "", ""), key=lambda mistake: mistake[0])
    return Matrix(
        rows=tuple(
            (label, tuple((count, round(100 * math.sqrt(count / max(1, sum(row))))) for count in row))
            for label, row in zip(labels, counts, strict=True)
        ),
        right=sum(row[i] for i, row in enumerate(counts)),
        total=sum(map(sum, counts)),
        worst=f"{true} taken for {predicted}, {most:,} times" if most else "",
    )


def png(picture: Picture) -> Markup:
    """The picture as a `data:` address: an 8-bit grey PNG."""
    rows = [bytes(min(255, max(0, pixel)) for pixel in row) for row in picture.pixels]
    header = struct.pack(">IIBBBBB", len(rows[0]) if rows else 0, len(rows), 8, 0, 0, 0, 0)
    body = zlib.compress(b"".join(b"\x00" + row for row in rows), 9)
    parts = b"".join(_chunk(*part) for part in ((b"IHDR", header), (b"IDAT", body), (b"IEND", b"")))
    return Markup("data:image/png;base64,{}").format(base64.b64encode(b"\x89PNG\r\n\x1a\n" + parts).decode())


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
