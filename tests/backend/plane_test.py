"""The plane in which the window draws class means: principal components, always the same way round."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.errors import RunFolderError
from backend.plane import Plane, distances


@st.composite
def clouds(draw) -> np.ndarray:
    points, dimensions, seed = draw(st.integers(1, 30)), draw(st.integers(2, 40)), draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    return rng.normal(size=(points, dimensions)) * rng.uniform(0.1, 3, dimensions) + rng.normal(size=dimensions)


@given(clouds())
@settings(max_examples=60)
def test_axes_are_orthonormal_and_face_the_same_way(points):
    plane = Plane.fit(points)
    assert plane.axes @ plane.axes.T == pytest.approx(np.eye(2), abs=1e-9)
    assert (np.abs(plane.axes).max(axis=1) == plane.axes.max(axis=1)).all()
    assert 0 < plane.kept <= 1
    assert (Plane.fit(points.copy()).axes == plane.axes).all()


@given(clouds())
@settings(max_examples=60)
def test_it_keeps_what_the_svd_of_the_centred_points_keeps(points):
    plane = Plane.fit(points)
    centred = points - points.mean(axis=0)
    sizes = np.linalg.svd(centred, compute_uv=False) ** 2
    if sizes.sum() > 1e-12:
        assert plane.kept == pytest.approx(sizes[:2].sum() / sizes.sum())
        shown = plane.project(points)
        assert (shown**2).sum() == pytest.approx(sizes[:2].sum())
    assert plane.project(points).mean(axis=0) == pytest.approx(0, abs=1e-9)


@given(clouds(), st.integers(0, 2**32 - 1))
@settings(max_examples=60)
def test_turning_the_space_turns_nothing_in_the_picture(points, seed):
    turn, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(points.shape[1],) * 2))
    one, other = Plane.fit(points).project(points), Plane.fit(points @ turn).project(points @ turn)
    assert np.abs(one) == pytest.approx(np.abs(other), abs=1e-6)  # but for mirroring, which hangs on the space


@given(clouds())
@settings(max_examples=30)
def test_a_picture_never_shows_a_distance_too_long(points):
    shown = Plane.fit(points).project(points)
    assert (distances(shown[1:], shown[:-1]) <= distances(points[1:], points[:-1]) + 1e-9).all()


def test_points_in_a_plane_are_shown_without_loss():
    flat = np.array([[0.0, 0, 0, 5], [4, 0, 0, 5], [0, 1, 0, 5], [4, 1, 0, 5]])
    plane = Plane.fit(flat)
    assert plane.kept == pytest.approx(1)
    assert plane.axes == pytest.approx(np.array([[1, 0, 0, 0], [0, 1, 0, 0]]))
    assert plane.project(flat) == pytest.approx(np.array([[-2, -0.5], [2, -0.5], [-2, 0.5], [2, 0.5]]))


def test_what_is_not_known_is_left_out_and_stays_unknown():
    points = np.array([[1.0, 2, 3], [np.nan] * 3, [3, 2, 1], [0, 1, 0]])
    plane = Plane.fit(points)
    assert plane.axes == pytest.approx(Plane.fit(points[[0, 2, 3]]).axes)
    assert np.isnan(plane.project(points)[1]).all()
    assert np.isfinite(plane.project(points)[[0, 2, 3]]).all()


@pytest.mark.parametrize("points", [np.zeros((0, 5)), np.full((3, 5), np.nan), np.ones((4, 1))])
def test_no_plane_without_numbers(points):
    with pytest.raises(RunFolderError, match="no plane"):
        Plane.fit(points)


def test_means_of_another_model_are_refused():
    with pytest.raises(RunFolderError, match="3 dimensions, those of the plane 4"):
        Plane.fit(np.eye(4)).project(np.eye(3))
