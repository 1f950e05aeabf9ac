from __future__ import annotations

import numpy as np
import pytest

from backend.api import StepEnded
from gui.state.curves import Curves
from gui.state.decimate import Series, decimate
from gui.state.losses import Losses
from gui.state.smoothing import Smoothed, smoothed
from tests.gui.example_run import events


def wave(count: int) -> Series:
    x = np.arange(count, dtype=np.float64)
    return Series(x, np.sin(x / 500))


def test_decimation_keeps_peaks_ends_and_order() -> None:
    x = np.arange(123_457, dtype=np.float64)
    y = np.sin(x / 500)
    y[77_777], y[5_001] = 9.0, -9.0
    fewer_x, fewer_y = decimate(x, y)
    assert len(fewer_x) <= 5000
    assert (fewer_y.max(), fewer_y.min()) == (9.0, -9.0)
    assert (np.diff(fewer_x) > 0).all()
    np.testing.assert_array_equal(fewer_y, y[fewer_x.astype(int)])


@pytest.mark.parametrize("count", [0, 1, 100, 101, 199, 200, 201])
def test_decimation_of_few_points(count: int) -> None:
    x = np.arange(count, dtype=np.float64)
    fewer, _ = decimate(x, -x, most=100)
    assert len(fewer) <= 100
    if count <= 100:
        np.testing.assert_array_equal(fewer, x)


def test_a_peak_beside_a_value_that_is_no_number_stays() -> None:
    y = np.zeros(1000)
    y[500], y[501] = np.nan, 7.0
    assert np.nanmax(decimate(np.arange(1000.0), y, most=20)[1]) == 7.0


@pytest.mark.parametrize("appended", [0, 1, 63, 64, 5000])
def test_a_long_series_is_thinned_as_if_it_had_never_grown(appended: int) -> None:
    whole = wave(200_000)
    grown = wave(200_000 - appended)
    grown.between(0, 1e9, 400)
    for x, y in zip(whole.x[len(grown) :].tolist(), whole.y[len(grown) :].tolist(), strict=True):
        grown.append(x, y)
    for one, other in zip(whole.between(0, 1e9, 400), grown.between(0, 1e9, 400), strict=True):
        np.testing.assert_array_equal(one, other)


def test_zooming_into_a_million_points_shows_every_one_of_them() -> None:
    series = wave(1_000_000)
    series.between(0, 1e6, 800)
    x, y = series.between(700_000.5, 700_300.5, 800)
    np.testing.assert_array_equal(x, np.arange(700_000, 700_302))  # and the next one on either side
    np.testing.assert_array_equal(y, series.y[700_000:700_302])


def test_no_peak_is_lost_at_any_zoom() -> None:
    series = wave(300_000)
    series.y[123_456] = 50.0
    for reach in (300_000, 100_000, 20_000, 500):
        x, y = series.between(123_456 - reach, 123_456 + reach, 300)
        assert len(x) <= 300
        assert y.max() == 50.0


def test_a_series_that_was_cut_forgets_its_peaks() -> None:
    series = wave(100_000)
    series.append(100_000, 99.0)
    series.append(100_001, -99.0)
    assert series.lowest == -99.0
    series.between(0, 1e9, 100)
    series.cut(50_000)
    assert series.lowest == series.y.min() > -2
    series.extend(np.array([50_000.0]), np.array([3.0]))
    assert series.between(0, 1e9, 100)[1].max() == 3.0
    assert len(series) == 50_001


def test_the_nearest_point() -> None:
    series = Series([1.0, 2.0, 4.0], [0.0, 0.0, 0.0])
    assert [series.nearest(x) for x in (-9, 1.4, 1.6, 3.5, 99)] == [0, 0, 1, 2, 2]
    with pytest.raises(IndexError):
        Series().nearest(1.0)


# --- smoothing ---


def one_by_one(losses: Losses, share: float) -> list[float]:
    """The definition, slowly."""
    made: list[float] = []
    for index, value in enumerate(losses.loss.tolist()):
        seen = index - max(border.index for border in losses.borders if border.index <= index)
        past = min(share, seen / (seen + 1))
        made.append(past * (made[-1] if seen else 0.0) + (1 - past) * value)
    return made


@pytest.mark.parametrize("share", [0.0, 0.5, 0.8, 0.99])
def test_smoothing_is_a_moving_average_that_begins_anew_with_each_task(share: float) -> None:
    losses = Curves(events(tasks=3, size=2, steps=300)).losses["adapt"]
    np.testing.assert_allclose(smoothed(losses, share), one_by_one(losses, share), rtol=1e-9)


@pytest.mark.parametrize("piece", [1, 7, 100, 10_000])
def test_smoothing_piece_by_piece_is_the_same(piece: int) -> None:
    losses = Curves(events(tasks=2, size=2, steps=150)).losses["align"]
    made = Smoothed(0.9)
    turns = 1
    while not made.follow(losses, piece):
        turns += 1
    np.testing.assert_allclose(made.series.y, smoothed(losses, 0.9), rtol=1e-9)
    np.testing.assert_array_equal(made.series.x, losses.x)
    assert turns == -(-len(losses) // piece)


def test_a_loss_that_is_no_number_counts_as_the_one_before_it() -> None:
    losses = Losses()
    for step, loss in enumerate([1.0, float("nan"), float("inf"), 3.0], start=1):
        losses.add(StepEnded(task=0, stage="adapt", step=step, steps=4, loss=loss))
    np.testing.assert_allclose(smoothed(losses, 0.8), [1.0, 1.0, 1.0, 1.5])
