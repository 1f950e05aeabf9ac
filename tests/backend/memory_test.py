"""Class Gaussians: fitted, shrunk, pushed, sampled and saved."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.calibration import Array
from backend.errors import CheckpointError, DataError, TrainingError
from backend.memory import SPREAD, ClassMemory, blended, cholesky, oas, pooled
from backend.seeding import torch_generator

D = 12
RANKS = pytest.mark.parametrize("rank", [None, 3])


def features(counts: dict[int, int], seed: int = 0) -> tuple[Array, Array]:
    """Return unit-norm features and class ids, so many of each class."""
    rng = np.random.default_rng(seed)
    rows = [rng.normal(size=D) * 2 + rng.normal(size=(n, D)) for n in counts.values()]
    stacked = np.concatenate(rows)
    return stacked / np.linalg.norm(stacked, axis=1, keepdims=True), np.repeat(list(counts), list(counts.values()))


ORDER = (4, 7, 2)


def fitted(rank: int | None = None) -> ClassMemory:
    memory = ClassMemory(rank)
    assert memory.fit(*features({4: 40, 7: 30, 2: 20}), [4, 7, 2]) == []
    return memory


def anchors(k: int) -> Array:
    return np.eye(D)[:k]


class TestShrinkage:
    @given(seed=st.integers(0, 1000), n=st.integers(2, 40), d=st.integers(2, 15))
    @settings(max_examples=25)
    def test_oas_agrees_with_the_equation_written_with_eigenvalues(self, seed: int, n: int, d: int) -> None:
        rows = np.random.default_rng(seed).normal(size=(n, d)) * np.arange(1, d + 1)
        sample = np.cov(rows.T, bias=True)
        values = np.linalg.eigvalsh(sample)
        square, trace = (values**2).sum(), values.sum()
        top = (1 - 2 / d) * square + trace**2
        rho = min(1.0, top / ((n + 1 - 2 / d) * (square - trace**2 / d)))
        np.testing.assert_allclose(oas(rows), (1 - rho) * sample + rho * np.mean(values) * np.eye(d), atol=1e-9)

    def test_oas_beats_the_sample_covariance_for_few_pictures(self) -> None:
        rng = np.random.default_rng(0)
        rows = rng.normal(size=(10, 30))
        assert np.linalg.norm(oas(rows) - np.eye(30)) < 0.3 * np.linalg.norm(np.cov(rows.T) - np.eye(30))

    def test_oas_of_one_picture_is_zero(self) -> None:
        np.testing.assert_array_equal(oas(np.ones((1, 3))), np.zeros((3, 3)))

    def test_single_picture_takes_the_covariance_of_its_task(self) -> None:
        rows, ids = features({0: 30, 1: 1})
        shared = pooled([rows[ids == 0], rows[ids == 1]])
        np.testing.assert_array_equal(blended(rows[ids == 1], shared), shared)

    @pytest.mark.parametrize("n", [2, 10, 11])
    def test_few_pictures_are_blended_with_their_task(self, n: int) -> None:
        rows, _ = features({0: n})
        shared, trust = 3 * np.eye(D), n / (n + D / 4) if n <= 10 else 1.0
        np.testing.assert_allclose(blended(rows, shared), trust * oas(rows) + (1 - trust) * shared)

    def test_task_of_single_pictures_still_spreads(self) -> None:
        assert np.trace(pooled([np.ones((1, D))])) == pytest.approx(SPREAD)


class TestMemory:
    def test_stores_means_and_covariances_in_the_order_asked(self) -> None:
        rows, ids = features({4: 40, 7: 30, 2: 20})
        stored = fitted().stored([2, 4], anchors(2))
        np.testing.assert_allclose(stored.means[1], rows[ids == 4].mean(axis=0), atol=1e-7)
        np.testing.assert_allclose(stored.covariances[0], oas(rows[ids == 2]), atol=1e-8)
        assert stored.covariances.dtype == stored.means.dtype == np.float64

    def test_takes_tensors(self) -> None:
        rows, ids = features({0: 15})
        memory = ClassMemory()
        memory.fit(torch.from_numpy(rows).float(), torch.from_numpy(ids), (0,))
        np.testing.assert_allclose(memory.stored([0], anchors(1)).means[0], rows.mean(axis=0), atol=1e-6)

    def test_low_rank_keeps_the_diagonal_and_the_leading_directions(self) -> None:
        full, low = (fitted(rank).stored([4], anchors(1)).covariances[0] for rank in (None, 3))
        np.testing.assert_allclose(np.diag(low), np.diag(full), atol=1e-8)
        assert np.linalg.eigvalsh(low).min() > 0
        assert np.linalg.norm(low - full) < np.linalg.norm(np.diag(np.diag(full)) - full)

    def test_rank_of_all_dimensions_is_the_full_covariance(self) -> None:
        np.testing.assert_array_equal(
            fitted(D).stored([4], anchors(1)).covariances, fitted().stored([4], anchors(1)).covariances
        )

    def test_size(self) -> None:
        assert fitted().bytes == 3 * 4 * (D + D * D)
        assert fitted(3).bytes == 3 * 4 * (D + 3 * D + D)
        assert ClassMemory().bytes == 0

    def test_class_without_pictures_is_skipped_with_a_sentence(self) -> None:
        memory = ClassMemory()
        messages = memory.fit(*features({1: 5}), [1, 9])
        assert len(messages) == 1
        assert "9" in messages[0]
        assert memory.classes == (1,)
        with pytest.raises(DataError, match="class 9"):
            memory.stored([9], anchors(1))

    def test_task_without_any_picture(self) -> None:
        assert len(ClassMemory().fit(np.zeros((0, D)), np.zeros(0, dtype=np.int64), [0, 1])) == 2

    @RANKS
    def test_push_replaces(self, rank: int | None) -> None:
        memory = fitted(rank)
        memory.push([7], np.full((1, D), 0.25), 2 * np.eye(D)[None])
        stored = memory.stored([7, 4], anchors(2))
        np.testing.assert_allclose(stored.means[0], 0.25)
        np.testing.assert_allclose(stored.covariances[0], 2 * np.eye(D), atol=1e-6)
        np.testing.assert_array_equal(stored.means[1], fitted(rank).stored([4], anchors(1)).means[0])

    def test_push_refuses_what_is_not_finite(self) -> None:
        with pytest.raises(TrainingError):
            fitted().push([7], np.full((1, D), np.nan), np.eye(D)[None])


class TestSampling:
    @RANKS
    def test_labels_counts_and_length(self, rank: int | None) -> None:
        rows, ids = fitted(rank).sample([2, 4], [3, 5], torch_generator(0), "cpu")
        assert rows.shape == (8, D)
        assert rows.dtype == torch.float32
        assert ids.tolist() == [2] * 3 + [4] * 5
        torch.testing.assert_close(rows.norm(dim=1), torch.ones(8))

    @RANKS
    def test_same_generator_same_features(self, rank: int | None) -> None:
        memory = fitted(rank)
        first, _ = memory.sample([4], [6], torch_generator(1), "cpu")
        again, _ = memory.sample([4], [6], torch_generator(1), "cpu")
        other, _ = memory.sample([4], [6], torch_generator(2), "cpu")
        assert torch.equal(first, again)
        assert not torch.equal(first, other)

    @RANKS
    def test_features_are_spread_as_stored(self, rank: int | None) -> None:
        memory = fitted(rank)
        # Far from the origin and narrow, so that the normalisation is nearly linear: tangential spread over the length.
        covariance = np.diag(np.linspace(0.01, 0.1, D))
        mean = np.zeros(D)
        mean[0] = 10
        memory.push([4], mean[None], covariance[None])
        rows, _ = memory.sample([4], [20_000], torch_generator(0), "cpu")
        np.testing.assert_allclose(np.cov(100**0.5 * rows.numpy().T)[1:, 1:], covariance[1:, 1:], atol=4e-3)

    @RANKS
    def test_push_is_seen_by_the_next_draw(self, rank: int | None) -> None:
        memory = fitted(rank)
        memory.sample([4], [1], torch_generator(0), "cpu")
        memory.push([4], np.eye(D)[:1], np.zeros((1, D, D)))
        rows, _ = memory.sample([4], [2], torch_generator(0), "cpu")
        np.testing.assert_allclose(rows.numpy(), np.eye(D)[[0, 0]], atol=1e-4)

    def test_singular_covariance_has_a_factor_and_a_negative_one_has_not(self) -> None:
        low = np.outer(np.arange(4.0), np.arange(4.0))
        np.testing.assert_allclose(cholesky(low) @ cholesky(low).T, low, atol=1e-5)
        with pytest.raises(TrainingError):
            cholesky(-np.eye(3))

    @pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
    def test_generator_and_features_may_live_apart(self) -> None:
        rows, ids = fitted().sample([2, 4], [3, 5], torch_generator(0), "cuda")
        assert rows.is_cuda
        assert ids.is_cuda
        torch.testing.assert_close(rows.cpu(), fitted().sample([2, 4], [3, 5], torch_generator(0), "cpu")[0])


class TestState:
    @RANKS
    def test_survives_the_round_trip(self, rank: int | None) -> None:
        memory, other = fitted(rank), ClassMemory(rank)
        other.load(memory.state(ORDER), ORDER)
        assert other.classes == memory.classes
        assert other.bytes == memory.bytes
        for name, tensor in other.state(ORDER).items():
            assert torch.equal(tensor, memory.state(ORDER)[name])
            assert tensor.is_contiguous()
            assert tensor.dtype in {torch.float32, torch.float64}

    def test_empty_memory_survives_the_round_trip(self) -> None:
        memory = fitted()
        memory.load(ClassMemory().state(ORDER), ORDER)
        assert memory.classes == ()

    def test_loading_forgets_cached_factors(self) -> None:
        memory, other = fitted(), fitted()
        memory.sample([4], [1], torch_generator(0), "cpu")
        other.push([4], np.eye(D)[:1], np.zeros((1, D, D)))
        memory.load(other.state(ORDER), ORDER)
        rows, _ = memory.sample([4], [1], torch_generator(0), "cpu")
        np.testing.assert_allclose(rows.numpy(), np.eye(D)[:1], atol=1e-4)

    @pytest.mark.parametrize("missing", ["classes", "means", "triangles"])
    def test_damaged_state_is_named(self, missing: str) -> None:
        state = fitted().state(ORDER)
        del state[missing]
        with pytest.raises(CheckpointError):
            ClassMemory().load(state, ORDER)

    def test_another_data_set_may_number_the_classes_otherwise(self) -> None:
        memory, other = fitted(), ClassMemory()
        other.load(memory.state(ORDER), (0, 1, 9))
        assert other.classes == (0, 1, 9)
        one, two = memory.stored([7], np.eye(D)[:1]), other.stored([1], np.eye(D)[:1])
        assert np.array_equal(one.means, two.means)
        assert np.array_equal(one.covariances, two.covariances)

    def test_covariances_that_are_symmetric_take_half_the_room_and_others_stay_as_they_are(self) -> None:
        memory = fitted()
        assert memory.state(ORDER)["triangles"].shape == (3, D * (D + 1) // 2)
        skew = np.eye(D)[None].copy()
        skew[0, 0, 1] = 0.25
        memory.push([7], np.eye(D)[:1], skew)
        state = memory.state(ORDER)
        assert state["roots"].shape == (3, D, D)
        other = ClassMemory()
        other.load(state, ORDER)
        assert np.array_equal(
            other.stored([7], np.eye(D)[:1]).covariances, memory.stored([7], np.eye(D)[:1]).covariances
        )

    def test_state_of_different_lengths_is_named(self) -> None:
        state = fitted().state(ORDER)
        with pytest.raises(CheckpointError):
            ClassMemory().load(state | {"means": state["means"][:1]}, ORDER)
