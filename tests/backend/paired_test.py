"""Statistics over seeds, against scipy and against counting by hand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from backend.paired import Paired, p_words, paired, signed_rank, spread

VALUES = st.integers(-400, 400).map(lambda value: value / 4)
few = settings(max_examples=40)
LISTS = st.integers(2, 12).flatmap(lambda n: st.tuples(*[st.lists(VALUES, min_size=n, max_size=n)] * 2))


@few
@given(st.lists(VALUES, min_size=2, max_size=20))
def test_spread_is_mean_and_sample_deviation(values):
    found = spread(values)
    assert (found.n, found.mean) == (len(values), pytest.approx(np.mean(values)))
    assert found.std == pytest.approx(np.std(values, ddof=1), abs=1e-9)


def test_one_value_has_no_deviation():
    assert spread([80.0]).std is None
    assert str(spread([80.0])) == "80.0"
    assert str(spread([80.0, 82.0])) == "81.0 ± 1.4"


@few
@given(LISTS)
def test_the_paired_test_is_that_of_scipy(lists):
    ours, theirs = map(np.array, lists)
    found = paired(ours, theirs)
    assert found.mean == pytest.approx((ours - theirs).mean())
    if np.ptp(ours - theirs) == 0:
        assert (found.p, found.low, found.high) == (None, None, None)
        assert found.why
        return
    reference = stats.ttest_rel(ours, theirs)
    assert found.p == pytest.approx(reference.pvalue, abs=1e-12)
    assert (found.low, found.high) == pytest.approx(tuple(reference.confidence_interval(0.95)))


@few
@given(LISTS)
def test_exchanging_the_lists_turns_the_sign_and_nothing_else(lists):
    one, other = paired(*lists), paired(*reversed(lists))
    assert one.mean == -other.mean
    assert (one.p, one.rank_p, one.why) == (pytest.approx(other.p), pytest.approx(other.rank_p), other.why)


def test_one_pair_is_no_test():
    assert paired([81.0], [80.0]) == Paired(1, 1.0, why="n = 1: no test")
    assert str(paired([81.0], [80.0])) == "+1.0  n 1"


def test_differences_that_do_not_vary_are_no_test():
    found = paired([81.1, 82.2, 83.3], [80.1, 81.2, 82.3])
    assert found.p is None
    assert "no test" in found.why


@pytest.mark.parametrize("n", [6, 9, 14, 30])
def test_the_rank_test_is_the_exact_one_of_scipy(n):
    draw = np.random.default_rng(n)
    ours, theirs = draw.normal(0.4, 1, n), draw.normal(size=n)
    assert signed_rank(ours - theirs) == pytest.approx(stats.wilcoxon(ours, theirs, method="exact").pvalue)


@few
@given(st.lists(st.integers(-4, 4), min_size=1, max_size=9))
def test_the_rank_test_with_ties_is_what_counting_all_signs_gives(values):
    moved = [value for value in values if value]
    found = signed_rank(np.array(values, float))
    if len(moved) < 6:
        assert found is None
        return
    ranks = stats.rankdata(np.abs(moved))
    least = min(ranks[np.array(moved) > 0].sum(), ranks[np.array(moved) < 0].sum())
    sums = np.array([np.array(signs) @ ranks for signs in product((0, 1), repeat=len(ranks))])
    assert found == pytest.approx(min(1.0, 2 * np.mean(sums <= least)))


@pytest.mark.parametrize(("p", "words"), [(0.0004, "< 0.001"), (0.0123, "0.012"), (0.5, "0.50"), (1.0, "1.00")])
def test_p_values_are_written_as_in_papers(p, words):
    assert p_words(p) == words
