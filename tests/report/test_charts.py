"""Evidence as coordinates."""

from __future__ import annotations

import base64
import math
import zlib
from itertools import pairwise

import pytest

from grader.records import Confusion, Curves, Measure, Picture, Series
from grader.report import charts
from tests.report import samples


def curves(*values: tuple[float, ...]) -> Curves:
    return Curves(caption="c", x_label="x", series=tuple(Series(name=f"s{i}", values=v) for i, v in enumerate(values)))


def test_curves_stay_on_the_field() -> None:
    """The first epoch is 1, ticks are round, and every point lies between the axes."""

    plot = charts.plot(samples.curves())
    points = [point.split() for line in plot.lines for point in line.path.lstrip("M").split(" L")]

    assert [tick.label for tick in plot.x_ticks] == ["5", "10", "15", "20"]
    assert [tick.label for tick in plot.y_ticks] == ["0", "1", "2", "3"]
    assert len(points) == 60
    assert all(charts.LEFT <= float(x) <= charts.RIGHT for x, _ in points)
    assert all(charts.TOP <= float(y) <= charts.BOTTOM for _, y in points)


def test_labels_do_not_overlap() -> None:
    """Series that end in the same place are still told apart."""

    heights = sorted(line.label_y for line in charts.plot(curves((1, 0), (2, 0), (3, 0), (4, 0.01))).lines)

    assert all(below - above >= charts.LINE_GAP - 1e-9 for above, below in pairwise(heights))
    assert heights[-1] <= charts.BOTTOM


def test_gaps_where_a_loss_is_not_finite() -> None:
    """NaN breaks the line; a lone value between gaps is a dot; the last value is told in words."""

    (line,) = charts.plot(curves((3, 2, math.nan, 1, math.inf, math.nan))).lines

    assert line.path.count("M") == 1
    assert line.path.count("L") == 1
    assert len(line.dots) == 1
    assert line.last == "nan"


@pytest.mark.parametrize(
    "values",
    [(), (1.0,), (0.0, 0.0), (5e-324, 0.0), (1e308, -1e308), (1.0, 1.0 + 2e-16), (-1e299, 1e299), (math.nan,),
     (1e-320, 1e-310)],
)  # fmt: skip
def test_any_numbers_can_be_plotted(values: tuple[float, ...]) -> None:
    """A loss that exploded, vanished or never was still gives a plot with two ticks at least."""

    plot = charts.plot(curves(values))

    assert len(plot.y_ticks) >= 2
    assert all(math.isfinite(tick.at) for tick in plot.x_ticks + plot.y_ticks)


def test_a_long_series_keeps_its_spike() -> None:
    """A hundred thousand steps become a few hundred points, the one spike among them."""

    values = [1.0] * 100_000
    values[54_321] = 9.0
    (line,) = charts.plot(curves(tuple(values))).lines
    heights = [float(point.split()[1]) for point in line.path.lstrip("M").split(" L")]

    assert len(heights) <= 2 * charts.MOST_POINTS
    assert sum(height < charts.BOTTOM / 2 for height in heights) == 1


def test_a_measure_between_its_marks() -> None:
    """Value, threshold and reference stand in their order on an axis within 0 and 1."""

    strip = charts.strip(samples.accuracy())

    assert strip.value_at is not None
    assert strip.threshold_at is not None
    assert strip.band is not None
    assert 0 < strip.value_at < strip.threshold_at < strip.band[0] < strip.band[0] + strip.band[1] < charts.STRIP
    assert float(strip.high) <= 1


@pytest.mark.parametrize("value", [math.nan, math.inf, 0.0, 1.0, -5.0, 1e308])
def test_any_measure_can_be_placed(value: float) -> None:
    """What is not finite has no place; a value on its threshold has one."""

    strip = charts.strip(Measure(caption="c", value=value, threshold=value))

    assert (abs(value) < 1e300) == (strip.value_at is not None)
    assert strip.band is None


def test_the_commonest_mistake_in_words() -> None:
    """A confusion matrix says what it shows."""

    drawn = charts.matrix(samples.confusion())
    clean = charts.matrix(Confusion(caption="c", labels=("a", "b"), counts=((3, 0), (0, 0))))

    assert drawn.worst == "4 taken for 9, 213 times"
    assert (drawn.right, drawn.total) == (9735, 9993)
    assert (clean.worst, clean.rows[0][1]) == ("", ((3, 100), (0, 0)))


def test_a_picture_is_a_small_png() -> None:
    """The pixels come back from the file, cut to what a byte holds."""

    address = charts.png(Picture(label="l", pixels=((0, 300, -4), (1, 2, 255))))
    data = base64.b64decode(address.removeprefix("data:image/png;base64,"))
    start = data.index(b"IDAT") + 4

    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert bytes([0, 0, 255, 0, 0, 1, 2, 255]) == zlib.decompressobj().decompress(data[start:])
    assert len(charts.png(samples.pictures().items[0])) < 1000
