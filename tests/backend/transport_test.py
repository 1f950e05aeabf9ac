"""Every calibrator keeps the contract; the mathematics agrees with independent references."""

from __future__ import annotations

import itertools

import numpy as np
import ot
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.calibration import Array, Calibrator, Pairs, Pushed, Stored
from backend.config import CALIBRATORS
from backend.errors import TrainingError
from backend.memory import oas
from backend.seeding import numpy_generator
from backend.transport import class_means, class_ot, gaussians, squared_distances, stratified
from backend.transport.class_ot import class_cost, class_plan, wasserstein
from backend.transport.fields import fit_field, push_through
from backend.transport.heldout import leave_out
from backend.transport.monge import STRETCH, monge_map, regularised
from backend.transport.ot import match
from backend.transport.ridge import ridge_map
from backend.transport.sdc import displacement_field
from backend.transport.sinkhorn import debiased_displacements, entropic_plan

EVERY = pytest.mark.parametrize("kind", list(CALIBRATORS), ids=lambda kind: kind.id)
D, C, K, N = 24, 5, 7, 12


def unit(rows: Array) -> Array:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def world(seed: int, *, d: int = D, c: int = C, k: int = K, n: int = N) -> tuple[Pairs, Stored]:
    """Return c current classes that did not move yet and k old ones, clustered on the unit sphere."""
    rng = numpy_generator(seed, "world")
    centres = rng.normal(size=d) + rng.normal(size=(c + k, d))
    groups = [unit(centre + 0.5 * rng.normal(size=(n, d))) for centre in centres]
    anchors = unit(centres + 0.3 * rng.normal(size=centres.shape))
    before, labels = np.concatenate(groups[:c]), np.repeat(np.arange(c), n)
    old = Stored(np.stack([g.mean(axis=0) for g in groups[c:]]), np.stack([oas(g) for g in groups[c:]]), anchors[c:])
    return Pairs(before, before.copy(), labels, anchors[:c]), old


def moved(pairs: Pairs, after: Array) -> Pairs:
    return Pairs(pairs.before, after, pairs.labels, pairs.anchors)


def push(kind: type[Calibrator], pairs: Pairs, stored: Stored, truth: Stored | None = None) -> Pushed:
    peek = (lambda: truth or stored) if kind.peeks else None
    return kind().push(pairs, stored, rng=np.random.default_rng(0), truth=peek)


def drifted(seed: int = 0) -> tuple[Pairs, Stored]:
    """Return a world whose encoder moved nonlinearly."""
    pairs, stored = world(seed)
    matrix = np.random.default_rng(seed).normal(size=(D, D)) / D
    return moved(pairs, unit(pairs.before + np.tanh(3 * pairs.before @ matrix))), stored


class TestContract:
    @EVERY
    @pytest.mark.parametrize("n", [1, 2, 12])
    def test_identical_encoders_give_the_identity(self, kind: type[Calibrator], n: int) -> None:
        pairs, stored = world(1, n=n)
        pushed = push(kind, pairs, stored)
        np.testing.assert_allclose(pushed.means, stored.means, atol=1e-7)
        np.testing.assert_allclose(pushed.covariances, stored.covariances, atol=1e-7)

    @EVERY
    @given(seed=st.integers(0, 10_000), c=st.integers(1, 4), n=st.sampled_from([1, 3, 8]), size=st.floats(0.01, 2))
    @settings(max_examples=8)
    def test_translation_is_recovered(self, kind: type[Calibrator], seed: int, c: int, n: int, size: float) -> None:
        if kind.id in {"none", "oracle"}:
            return
        pairs, stored = world(seed, c=c, n=n)
        shift = size * unit(np.random.default_rng(seed).normal(size=(1, D)))
        pushed = push(kind, moved(pairs, pairs.before + shift), stored)
        np.testing.assert_allclose(pushed.means, stored.means + shift, atol=1e-6)
        np.testing.assert_allclose(pushed.covariances, stored.covariances, atol=1e-6)

    @EVERY
    @pytest.mark.parametrize("n", [1, 2, 12])
    def test_result_is_finite_symmetric_and_positive(self, kind: type[Calibrator], n: int) -> None:
        pairs, stored = world(2, n=n)
        noise = np.random.default_rng(2).normal(size=pairs.before.shape)
        pushed = push(kind, moved(pairs, unit(pairs.before + noise)), stored)
        assert pushed.means.shape == stored.means.shape
        assert pushed.covariances.shape == stored.covariances.shape
        assert pushed.means.dtype == pushed.covariances.dtype == np.float64
        assert np.isfinite(pushed.means).all()
        np.testing.assert_array_equal(pushed.covariances, pushed.covariances.swapaxes(1, 2))
        assert np.linalg.eigvalsh(pushed.covariances).min() > -1e-10

    @EVERY
    def test_plan_strength_and_errors_are_in_range(self, kind: type[Calibrator]) -> None:
        pushed = push(kind, *drifted())
        if pushed.plan is not None:
            assert pushed.plan.shape == (K, C)
            assert pushed.plan.min() >= 0
            np.testing.assert_allclose(pushed.plan.sum(axis=1), 1)
        assert pushed.strength is None or 0 <= pushed.strength <= 1
        assert all(np.isfinite(error) and error >= 0 for error in pushed.heldout_error.values())

    @EVERY
    def test_same_seed_same_result_and_inputs_untouched(self, kind: type[Calibrator]) -> None:
        pairs, stored = drifted(3)
        copies = [array.copy() for array in (pairs.before, pairs.after, stored.means, stored.covariances)]
        first, second = push(kind, pairs, stored), push(kind, pairs, stored)
        np.testing.assert_array_equal(first.means, second.means)
        np.testing.assert_array_equal(first.covariances, second.covariances)
        for array, copy in zip((pairs.before, pairs.after, stored.means, stored.covariances), copies, strict=True):
            np.testing.assert_array_equal(array, copy)

    @EVERY
    def test_class_without_pictures_and_single_old_class(self, kind: type[Calibrator]) -> None:
        pairs, stored = drifted(4)
        rows = pairs.labels != 2
        some = Pairs(pairs.before[rows], pairs.after[rows], pairs.labels[rows], pairs.anchors)
        one = Stored(stored.means[:1], stored.covariances[:1], stored.anchors[:1])
        pushed = push(kind, some, one)
        assert np.isfinite(pushed.means).all()
        if pushed.plan is not None:
            assert pushed.plan.shape == (1, C)
            assert pushed.plan[0, 2] == 0

    @pytest.mark.parametrize("kind", ["mean_shift", "sdc", "monge", "class_ot", "sinkhorn", "ridge", "ot"])
    def test_not_finite_features_are_named(self, kind: str) -> None:
        pairs, stored = world(5)
        pairs.after[3, 3] = np.nan
        with np.errstate(all="ignore"), pytest.raises(TrainingError, match="not finite"):
            push(CALIBRATORS[kind], pairs, stored)

    def test_oracle_returns_the_truth_and_needs_it(self) -> None:
        pairs, stored = world(6)
        truth = Stored(stored.means + 1, stored.covariances, stored.anchors)
        assert push(CALIBRATORS["oracle"], pairs, stored, truth).means is truth.means
        with pytest.raises(TrainingError):
            CALIBRATORS["oracle"]().push(pairs, stored, rng=np.random.default_rng(0))

    def test_menu_starts_with_the_default_and_the_control(self) -> None:
        assert [kind.id for kind in CALIBRATORS][:2] == ["ot", "none"]
        assert [kind.id for kind in CALIBRATORS if kind.peeks] == ["oracle"]


class TestGaussians:
    def test_class_means(self) -> None:
        means = class_means(np.array([[1.0, 0], [3, 0], [5, 1]]), np.array([0, 0, 1]))
        np.testing.assert_array_equal(means, [[2, 0], [5, 1]])

    def test_squared_distances(self) -> None:
        left, right = np.random.default_rng(0).normal(size=(2, 6, 3))
        np.testing.assert_allclose(squared_distances(left, right), ((left[:, None] - right) ** 2).sum(axis=2))

    def test_stratified_keeps_every_class(self) -> None:
        pairs, _ = world(0, n=40)
        few = stratified(pairs, 10, np.random.default_rng(0))
        assert np.bincount(few.labels).tolist() == [2] * C
        assert stratified(pairs, 1000, np.random.default_rng(0)) is pairs

    def test_monge_takes_one_covariance_to_the_other(self) -> None:
        first, second = _two_covariances()
        matrix = monge_map(first, second)
        assert np.linalg.eigvalsh(matrix).min() > STRETCH[0] * 1.01
        assert np.linalg.eigvalsh(matrix).max() < STRETCH[1] * 0.99
        np.testing.assert_allclose(matrix @ first @ matrix, second, atol=1e-10)

    def test_monge_agrees_with_scipy(self) -> None:
        first, second = _two_covariances()
        root = scipy.linalg.sqrtm(first).real
        inverse = np.linalg.inv(root)
        reference = inverse @ scipy.linalg.sqrtm(root @ second @ root).real @ inverse
        np.testing.assert_allclose(monge_map(first, second), reference, atol=1e-10)

    def test_monge_is_capped_and_survives_fewer_pictures_than_dimensions(self) -> None:
        rng = np.random.default_rng(0)
        matrix = monge_map(regularised(oas(rng.normal(size=(5, 30)))), regularised(oas(9 * rng.normal(size=(5, 30)))))
        assert np.linalg.eigvalsh(matrix).max() <= STRETCH[1] * (1 + 1e-12)

    def test_monge_names_a_singular_covariance(self) -> None:
        with pytest.raises(TrainingError):
            monge_map(np.full((2, 2), np.nan), np.eye(2))

    def test_wasserstein_agrees_with_scipy(self) -> None:
        pairs, old = world(1, d=8)  # fewer dimensions than the leading directions: exact
        current = gaussians(pairs.before, pairs.labels, pairs.anchors)
        for k, j in itertools.product(range(3), range(3)):
            one, other = old.covariances[k], current.covariances[j]
            cross = scipy.linalg.sqrtm(scipy.linalg.sqrtm(one) @ other @ scipy.linalg.sqrtm(one)).real
            spread = np.trace(one + other - 2 * cross)
            expected = ((old.means[k] - current.means[j]) ** 2).sum() + spread
            assert wasserstein(old, current)[k, j] == pytest.approx(expected, abs=1e-8)

    def test_ridge_without_penalty_is_least_squares(self) -> None:
        rng = np.random.default_rng(0)
        before, matrix = rng.normal(size=(50, 6)), rng.normal(size=(6, 6))
        np.testing.assert_allclose(ridge_map(before, before @ matrix.T + 3, 0.0), matrix, atol=1e-8)
        np.testing.assert_allclose(ridge_map(before, before @ matrix.T + 3, 1e9), np.eye(6), atol=1e-6)


def _two_covariances() -> tuple[Array, Array]:
    factor = np.random.default_rng(0).normal(size=(6, 6)) / 4
    first = np.eye(6) + factor @ factor.T
    return first, first + 0.3 * factor.T @ factor


class TestPlans:
    def test_sinkhorn_approaches_exact_transport(self) -> None:
        rng = np.random.default_rng(0)
        cost = squared_distances(rng.normal(size=(9, 3)), rng.normal(size=(9, 3)))
        exact = float(np.sum(ot.emd([], [], cost) * cost))
        gaps = [float(np.sum(entropic_plan(cost, reg) * cost)) - exact for reg in (0.5, 0.05, 0.005)]
        assert gaps[0] > gaps[1] > gaps[2] > -1e-4
        assert gaps[2] < 0.02 * exact

    @pytest.mark.parametrize("regularisation", [0.05, 0.005])
    def test_sinkhorn_keeps_its_marginals(self, regularisation: float) -> None:
        rng = np.random.default_rng(1)
        cost = squared_distances(rng.normal(size=(8, 4)), rng.normal(size=(6, 4)))
        plan = entropic_plan(cost, regularisation)
        np.testing.assert_allclose(plan.sum(axis=1), 1 / 8, atol=1e-3)
        np.testing.assert_allclose(plan.sum(axis=0), 1 / 6, atol=1e-3)

    @given(seed=st.integers(0, 1000), k=st.integers(1, 6), c=st.integers(1, 6))
    @settings(max_examples=40)
    def test_class_plan_on_logarithms_is_pots(self, seed: int, k: int, c: int) -> None:
        cost = np.random.default_rng(seed).uniform(0, 3, (k, c))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(class_ot, "UNDERFLOW", -1.0)
            ours = class_plan(cost)
        np.testing.assert_allclose(ours, class_plan(cost), atol=1e-4)

    def test_class_plan_gives_a_current_class_that_is_like_no_old_one_next_to_nothing(self) -> None:
        plan = class_plan(np.array([[0.1, 0.2, 200.0], [0.3, 0.1, 900.0]]))
        np.testing.assert_allclose(plan.sum(axis=1), 1)
        assert plan[:, 2].max() < 1e-6
        near = class_plan(np.array([[0.1, 0.2, 25.0], [0.3, 0.1, 25.0]]))
        assert np.abs(plan - near)[:, :2].max() < 1e-3, "it does not matter how far it is"

    def test_class_plan_prefers_cheap_classes_and_survives_huge_costs(self) -> None:
        plan = class_plan(np.array([[0.0, 1.0], [1e6, 1e6 + 1]]))
        np.testing.assert_allclose(plan.sum(axis=1), 1)
        assert plan[0, 0] > plan[0, 1]
        np.testing.assert_allclose(plan[0], plan[1])

    def test_class_cost_finds_the_class_itself(self) -> None:
        pairs, _ = world(3)
        current = gaussians(pairs.before, pairs.labels, pairs.anchors)
        assert class_cost(current, current).argmin(axis=1).tolist() == list(range(C))

    def test_debiased_displacements_of_equal_sets_vanish(self) -> None:
        points = np.random.default_rng(0).normal(size=(15, 4))
        np.testing.assert_array_equal(debiased_displacements(points, points.copy()), np.zeros_like(points))

    def test_match_finds_the_pairing_without_being_told(self) -> None:
        pairs, _ = drifted()
        shuffled = pairs.after.copy()
        rng = np.random.default_rng(0)
        for label in range(C):
            rows = np.flatnonzero(pairs.labels == label)
            shuffled[rows] = pairs.after[rng.permutation(rows)]
        np.testing.assert_allclose(match(moved(pairs, shuffled)).after, pairs.after, atol=1e-12)


class TestFields:
    def test_far_points_follow_the_nearest_sample(self) -> None:
        samples = np.array([[0.0, 0], [1, 0]])
        field = displacement_field(np.array([[1e3, 0.0]]), samples, samples, bandwidth=0.1)
        np.testing.assert_allclose(field, [[1, 0]])

    def test_derivative_agrees_with_differences(self) -> None:
        pairs, stored = drifted()
        field, step = fit_field(pairs, penalty=0.1), 1e-6
        ahead = field.at(stored.means[0] + step * np.eye(D)) - field.at(stored.means[0] - step * np.eye(D))
        np.testing.assert_allclose(field.derivative(stored.means[0]), ahead.T / (2 * step), atol=1e-7)

    def test_linear_field_is_ridge_regression(self) -> None:
        pairs, stored = drifted()
        field = fit_field(pairs, penalty=0.1 * len(pairs.labels) / D, linear=1, curved=0)
        matrix = ridge_map(pairs.before, pairs.after, penalty=0.1)
        means, covariances = push_through(field, 1.0, stored)
        expected = (stored.means - pairs.before.mean(axis=0)) @ matrix.T + pairs.after.mean(axis=0)
        np.testing.assert_allclose(means, expected, atol=1e-9)
        np.testing.assert_allclose(covariances[0], matrix @ stored.covariances[0] @ matrix.T, atol=1e-9)


class TestHeldOut:
    def test_every_class_is_left_out_once_and_never_seen_by_its_fit(self) -> None:
        pairs, _ = drifted()
        trial = leave_out(pairs, np.random.default_rng(0))
        assert trial is not None
        assert sorted(np.concatenate(trial.folds).tolist()) == list(range(C))
        seen: list[set[int]] = []
        trial.predict(lambda kept: (seen.append(set(kept.labels.tolist())), fit_field(kept, penalty=1.0))[1])
        assert [set(range(C)) - labels for labels in seen] == [set(fold.tolist()) for fold in trial.folds]

    def test_no_calibration_has_error_one_and_the_truth_zero(self) -> None:
        trial = leave_out(drifted()[0], np.random.default_rng(0))
        assert trial is not None
        assert trial.error(np.zeros((C, C, D))) == pytest.approx(1)
        assert trial.error(np.stack([trial.shifts] * C)) == 0

    def test_one_class_is_halved_and_one_picture_is_not(self) -> None:
        pairs, _ = world(0, c=1)
        trial = leave_out(pairs, np.random.default_rng(0))
        assert trial is not None
        assert np.bincount(trial.pairs.labels).tolist() == [N // 2, N // 2]
        assert leave_out(world(0, c=1, n=1)[0], np.random.default_rng(0)) is None


def _study(kind: str, seed: int) -> tuple[dict[str, float], Pushed]:
    """Return the share of the error of stale means that each calibrator leaves, and what `ot` said."""
    d, c, k, n = 48, 8, 16, 25
    pairs, _ = world(seed, d=d, c=c + k, k=1, n=n)
    rng = np.random.default_rng(seed)
    if kind == "low-rank":
        change = pairs.before @ rng.normal(size=(d, 4)) @ rng.normal(size=(4, d)) / d
    elif kind == "by group":
        groups = (pairs.anchors @ rng.normal(size=(d, 3))).argmax(axis=1)
        change = 0.3 * unit(rng.normal(size=(3, d)))[groups][pairs.labels]
    else:
        change = rng.normal(size=pairs.before.shape) * 0.02
    after = unit(pairs.before + change)
    current, truth = pairs.labels < c, class_means(after, pairs.labels)[c:]
    everything = gaussians(pairs.before, pairs.labels, pairs.anchors)
    old = Stored(everything.means[c:], everything.covariances[c:], pairs.anchors[c:])
    known = Pairs(pairs.before[current], after[current], pairs.labels[current], pairs.anchors[:c])
    stale = np.linalg.norm(old.means - truth, axis=1).mean()
    results = {name: push(CALIBRATORS[name], known, old) for name in ("ot", "ridge", "none")}
    left = {name: float(np.linalg.norm(p.means - truth, axis=1).mean() / stale) for name, p in results.items()}
    return left, results["ot"]


class TestStudy:
    @pytest.mark.parametrize("kind", ["low-rank", "by group"])
    def test_ot_recovers_more_than_nothing_and_about_as_much_as_ridge(self, kind: str) -> None:
        left = [_study(kind, seed)[0] for seed in range(3)]
        mean = {name: float(np.mean([one[name] for one in left])) for name in left[0]}
        assert mean["none"] == pytest.approx(1)
        assert mean["ot"] < 0.8
        assert mean["ot"] < mean["ridge"] + 0.03

    def test_ot_holds_back_when_nothing_can_be_predicted(self) -> None:
        left, pushed = _study("noise", 0)
        assert min(pushed.heldout_error.values()) > 0.6
        assert max(pushed.heldout_error.values()) > 1  # a candidate that does harm is reported as such
        assert left["ot"] < 1.15
