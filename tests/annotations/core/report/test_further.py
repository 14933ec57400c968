"""What surrounds the result, against published numbers and other packages."""

from __future__ import annotations

from dataclasses import replace

import choix
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special, stats
from statsmodels.discrete.conditional_models import ConditionalLogit
from statsmodels.miscmodels.ordinal_model import OrderedModel

from annotations.core.ratings.rated_output import RatedOutput
from annotations.core.report.analysis import analyse
from annotations.core.statistics.agreement import weighted_kappa
from annotations.core.statistics.blinding import bang, james
from annotations.core.statistics.choice_model import choice_model
from annotations.core.statistics.davidson import davidson
from annotations.core.statistics.estimate import NotEstimable
from annotations.core.statistics.mrmc import two_way_interval
from annotations.core.statistics.ordinal import fit_ordinal, odds_ratio
from annotations.core.statistics.ranks import plackett_luce
from annotations.core.statistics.raters import freeman_halton
from tests.annotations.core.studies import FULL, ZERO, paper_study


def test_bang_and_james_equal_the_crisp_trial() -> None:
    """CRISP: 82/25/170 in one arm, 27/29/83 in the other (R package BI)."""
    drug, placebo = bang(82, 25, 170), bang(29, 27, 83)
    assert (drug.index, drug.se) == pytest.approx((0.2058, 0.0352), abs=5e-5)
    assert (placebo.index, placebo.se) == pytest.approx((0.0144, 0.0538), abs=5e-5)
    guesses = np.array([[82, 25, 170], [27, 29, 83]])
    assert james(guesses) == pytest.approx(0.7479, abs=5e-5)


def test_guessing_among_three_has_index_zero() -> None:
    assert bang(10, 20, 7, choices=3).index == pytest.approx(0)
    assert james(np.array([[0, 0, 5], [0, 0, 5]])) == 1.0
    assert james(np.diag([4, 4, 4]) @ np.eye(3, 4, dtype=int)) == pytest.approx(0)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_the_choice_model_equals_statsmodels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(40, 3, 2))
    utility = features @ [0.8, -0.5] + rng.gumbel(size=(40, 3))
    chosen = utility.argmax(axis=1)
    y = np.zeros((40, 3))
    y[np.arange(40), chosen] = 1
    theirs = ConditionalLogit(
        y.ravel(), features.reshape(-1, 2), groups=np.repeat(np.arange(40), 3)
    ).fit(method="newton", disp=False)
    ours = choice_model(features, chosen)
    assert ours.beta == pytest.approx(tuple(theirs.params), abs=1e-6)
    assert ours.se == pytest.approx(tuple(theirs.bse), abs=1e-6)
    assert ours.log_likelihood == pytest.approx(theirs.llf)


def test_a_property_that_decides_every_choice_has_no_odds_ratio() -> None:
    features = np.tile(np.array([[[1.0], [0.0]]]), (9, 1, 1))
    with pytest.raises(NotEstimable):
        choice_model(features, np.zeros(9, dtype=int))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_plackett_luce_equals_choix(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rankings = [tuple(map(int, rng.permutation(3))) for _ in range(30)]
    stages = [
        stage for r in rankings for stage in ((r[0], (0, 1, 2)), (r[1], (r[1], r[2])))
    ]
    theirs = np.exp(choix.opt_rankings(3, rankings, alpha=1e-12, tol=1e-10))
    ours = plackett_luce(stages, 3)
    assert ours == pytest.approx(theirs / theirs.sum(), abs=1e-5)


def test_best_choices_alone_give_their_shares() -> None:
    stages = [(w, (0, 1, 2)) for w in [0] * 36 + [1] * 12 + [2] * 4]
    assert plackett_luce(stages, 3) == pytest.approx([36 / 52, 12 / 52, 4 / 52])


def test_a_system_that_always_wins_has_no_worth() -> None:
    with pytest.raises(NotEstimable):
        plackett_luce([(0, (0, 1)), (0, (0, 1))], 2)


def test_davidson_of_two_systems_is_solved_by_hand() -> None:
    """9 wins, 4 losses, 6 ties: pi ratio 9/4, nu = 6 / sqrt(9 * 4)."""
    moved = np.array([1] * 9 + [-1] * 4 + [0] * 6)
    values = np.stack([3.0 + moved, np.full(19, 3.0)], axis=1)
    found = davidson(values, ("a", "b"))
    assert found.worth["a"] / found.worth["b"] == pytest.approx(9 / 4, rel=1e-4)
    assert found.tie == pytest.approx(1, rel=1e-4)


@given(st.integers(0, 12), st.integers(0, 12))
def test_freeman_halton_of_two_rows_is_fishers_test(a: int, b: int) -> None:
    if 0 < a + b < 24:
        theirs = stats.fisher_exact([[a, 12 - a], [b, 12 - b]])[1]
        assert freeman_halton([(a, 12), (b, 12)]) == pytest.approx(theirs)


def test_freeman_halton_of_four_rows_equals_enumeration() -> None:
    counts = [(2, 3), (0, 3), (3, 4), (1, 2)]
    law = {}
    for flips in range(2**12):
        bits = [flips >> i & 1 for i in range(12)]
        if sum(bits) == 6:
            row = (sum(bits[:3]), sum(bits[3:6]), sum(bits[6:10]), sum(bits[10:]))
            law[row] = law.get(row, 0) + 1
    observed = law[2, 0, 3, 1]
    wanted = sum(w for w in law.values() if w <= observed) / sum(law.values())
    assert freeman_halton(counts) == pytest.approx(wanted)


def test_one_shared_shift_leaves_the_evaluators_t_interval() -> None:
    """Without patient variance beyond chance, MRMC is a t interval over evaluators."""
    rng = np.random.default_rng(3)
    grid = rng.normal(size=(5, 1)) + np.tile(np.array([[1.0, -1.0] * 3]), (5, 1)) * 0
    grid = grid + rng.normal(size=(5, 6)) * 1e-6
    found = two_way_interval(grid)
    means = grid.mean(axis=1)
    half = stats.t.ppf(0.975, 4) * means.std(ddof=1) / 5**0.5
    assert found.df == pytest.approx(4, rel=1e-3)
    assert (found.lo, found.hi) == pytest.approx(
        (means.mean() - half, means.mean() + half), rel=1e-4
    )


@pytest.mark.parametrize(("evaluators", "patients"), [(4, 6), (8, 6), (4, 20)])
def test_the_interval_for_new_evaluators_and_patients_covers_19_of_20(
    evaluators: int, patients: int
) -> None:
    """2,000 studies of no difference, patients' SD three times the evaluators'."""
    rng = np.random.default_rng(evaluators * patients)
    covered = 0
    for _ in range(2000):
        grid = rng.normal(scale=0.3, size=(evaluators, 1))
        grid = grid + rng.normal(scale=0.9, size=(1, patients))
        found = two_way_interval(grid + rng.normal(size=(evaluators, patients)))
        covered += found.lo <= 0 <= found.hi
    assert 0.935 <= covered / 2000 <= 0.98


def test_weighted_kappa_equals_cohens_by_hand() -> None:
    one = np.array([1.0, 2, 3, 4, 5, 1])
    other = np.array([1.0, 2, 3, 4, 4, 2])
    table = np.zeros((5, 5))
    for a, b in zip(one, other, strict=True):
        table[int(a) - 1, int(b) - 1] += 1 / 6
    weight = np.subtract.outer(np.arange(5), np.arange(5)) ** 2
    chance = np.outer(table.sum(1), table.sum(0))
    wanted = 1 - (table * weight).sum() / (chance * weight).sum()
    assert weighted_kappa(one, other, (1, 2, 3, 4, 5)) == pytest.approx(wanted)


def ordinal_sample(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(12), 13)
    fixed = np.eye(3)[:, 1:][np.arange(156) % 3]
    latent = fixed @ [0.9, -0.6] + rng.normal(size=12)[group] + rng.logistic(size=156)
    return np.digitize(latent, [-1.5, -0.5, 0.6, 1.8]) + 1.0, fixed, group


def test_limits_beyond_all_numbers_are_none() -> None:
    """Nearly separated scores have a finite odds ratio and no usable limit."""
    found = odds_ratio(1.0, 500.0)
    assert (found.lo, found.hi) == (None, None)
    assert found.odds_ratio == pytest.approx(2.71828, abs=1e-5)
    assert odds_ratio(1.0, 0.5).hi == pytest.approx(2.71828**1.98, rel=1e-4)


def test_without_clusters_the_ordinal_model_equals_statsmodels() -> None:
    scores, fixed, _ = ordinal_sample(1)
    theirs = OrderedModel(scores.astype(int), fixed, distr="logit").fit(
        method="bfgs", disp=False, gtol=1e-8
    )
    ours = fit_ordinal(scores, fixed, {})
    assert ours.log_likelihood == pytest.approx(theirs.llf, abs=1e-5)
    for i, odds in enumerate(ours.odds.values()):
        assert odds.beta == pytest.approx(theirs.params[i], abs=2e-3)
        assert odds.se == pytest.approx(theirs.bse[i], abs=2e-3)


def test_laplace_is_close_to_the_integral() -> None:
    """One random intercept: the likelihood at the fit by numerical quadrature."""
    scores, fixed, group = ordinal_sample(2)
    fit = fit_ordinal(scores, fixed, {"patient": group})
    beta = np.array([odds.beta for odds in fit.odds.values()])
    edges = np.concatenate([[-np.inf], fit.thresholds, [np.inf]])
    y = scores.astype(int) - 1
    linear = fixed @ beta
    sd = fit.sd["patient"]

    def inside(b: float, rows: np.ndarray) -> float:
        eta = linear[rows] + b
        mass = special.expit(edges[y[rows] + 1] - eta) - special.expit(
            edges[y[rows]] - eta
        )
        return float(mass.prod() * stats.norm.pdf(b, scale=sd))

    total = sum(
        np.log(integrate.quad(inside, -8, 8, args=(group == g,), points=[0])[0])
        for g in range(12)
    )
    assert fit.log_likelihood == pytest.approx(total, abs=0.15)
    assert 0 < fit.icc["patient"] < 1


def rated(rows: list[RatedOutput]) -> list[RatedOutput]:
    """The full model writes longest and is guessed in two readings of three."""
    return [
        replace(
            row,
            words=60 if row.model == FULL else 30 + int(row.case[1:]) % 5,
            guess=row.model == FULL and bool(int(row.case[1:]) % 3),
            correct=row.model != ZERO,
        )
        for row in rows
    ]


def test_the_longest_text_and_the_guesses_are_cautioned() -> None:
    from annotations.core.report.cautions import cautions

    result = analyse(rated(paper_study()), FULL)
    words, blind = result.further.text["words"], result.further.blinding
    assert words is not None
    assert (words.k, words.n, words.separable) == (36, 52, False)
    assert blind is not None
    assert blind.correct + blind.unknown == 52
    said = " ".join(cautions(result))
    assert "cannot be separated" in said
    assert "were not blind" in said


def test_guesses_are_of_the_plans_target_whatever_the_report_is_asked_for() -> None:
    rows = rated(paper_study())
    planned, asked = (
        analyse(rows, FULL).further.blinding,
        analyse(rows, ZERO, planned=False, own=FULL).further.blinding,
    )
    assert planned is not None
    assert asked is not None
    assert (asked.system, asked.correct) == (FULL, planned.correct)
    assert asked.unaware_k == planned.unaware_k
    assert asked.james == pytest.approx(planned.james)


def test_without_a_plan_nobody_knows_what_was_to_be_guessed() -> None:
    result = analyse(rated(paper_study()), ZERO, planned=False)
    assert result.further.blinding is None
    assert "no plan names" in result.reasons["further.blinding"]


def test_a_second_reading_is_a_retest_and_nothing_else() -> None:
    rows = paper_study()
    again = [replace(row, occasion=2) for row in rows[:9]]
    result = analyse(rows + again, FULL)
    assert result.n == analyse(rows, FULL).n
    found = result.further.retest
    assert found is not None
    assert (found.n, found.exact, found.same_best, found.choices) == (36, 1.0, 3, 3)
    assert found.kappa == pytest.approx(1)


def test_a_place_that_always_wins_is_found() -> None:
    rows = [
        replace(row, best=row.position == "A", second=row.position == "B")
        for row in paper_study()
    ]
    effect = analyse(rows, FULL).further.position
    assert effect is not None
    assert effect.places["A"].best == 52
    assert effect.p < 1e-10
