"""Can a text's system be recognised by its form? A classifier tries before any rater.

Character 3- to 5-grams, weighted by tf-idf, feed a multinomial logistic model with an
L2 penalty, evaluated on cases it was not fitted on (folds group by case, so what is
said about one walk cannot help). An area of 0.5 is chance; 1 means always recognised.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy import optimize, special, stats

from annotations.core.errors import StudyError
from annotations.core.statistics.table import FloatArray, IntArray
from annotations.core.statistics.told import Identifiability, Told

GRAMS, KEPT, FOLDS, PENALTY, CUES = (3, 4, 5), 2000, 5, 1.0, 8
NUMERAL = re.compile(r"\d+(?:\.\d+)?")


def identifiability(
    texts: Sequence[str], systems: Sequence[str], cases: Sequence[str]
) -> Identifiability:
    """Audit the displayed texts; the lists have one entry per text.

    Raises
    ------
    StudyError
        With fewer than two systems or three cases: too few to learn from.
    """
    names = sorted(set(systems))
    groups = sorted(set(cases))
    if len(names) < 2 or len(groups) < 3:
        raise StudyError(
            "the audit needs texts of at least 2 systems about at least 3 cases, not "
            f"{len(names)} and {len(groups)}"
        )
    labels = np.array([names.index(system) for system in systems])
    folds = np.array([groups.index(case) % min(FOLDS, len(groups)) for case in cases])
    shares = _out_of_fold(texts, labels, folds, len(names))
    return Identifiability(
        texts=len(texts),
        cases=len(groups),
        accuracy=float((shares.argmax(axis=1) == labels).mean()),
        chance=float(np.bincount(labels).max() / len(labels)),
        systems=_told(texts, labels, names, shares),
    )


def _out_of_fold(
    texts: Sequence[str], labels: IntArray, folds: IntArray, n: int
) -> FloatArray:
    """(texts, systems): each text's class probabilities by a model not fitted on it."""
    shares = np.full((len(texts), n), 1 / n)
    for fold in np.unique(folds):
        train = np.flatnonzero(folds != fold)
        test = np.flatnonzero(folds == fold)
        words = _vocabulary([texts[int(at)] for at in train])
        fitted = _fit(
            _weights([texts[int(at)] for at in train], words), labels[train], n
        )
        shares[test] = _shares(_weights([texts[int(at)] for at in test], words), fitted)
    return shares


def _grams(text: str) -> Counter[str]:
    line = f" {' '.join(text.lower().split())} "
    return Counter(
        line[at : at + size] for size in GRAMS for at in range(len(line) - size + 1)
    )


def _vocabulary(texts: Sequence[str]) -> dict[str, tuple[int, float]]:
    """The most widespread n-grams, each with its column and inverse frequency."""
    spread: Counter[str] = Counter()
    for text in texts:
        spread.update(_grams(text).keys())
    common = sorted(spread.items(), key=lambda item: (-item[1], item[0]))[:KEPT]
    return {
        gram: (at, float(np.log((1 + len(texts)) / (1 + count)) + 1))
        for at, (gram, count) in enumerate(common)
    }


def _weights(texts: Sequence[str], words: dict[str, tuple[int, float]]) -> FloatArray:
    """(texts, n-grams) tf-idf, each row of length 1."""
    table = np.zeros((len(texts), len(words)))
    for row, text in enumerate(texts):
        for gram, count in _grams(text).items():
            if gram in words:
                column, rarity = words[gram]
                table[row, column] = (1 + np.log(count)) * rarity
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    scaled: FloatArray = table / np.where(lengths > 0, lengths, 1)
    return scaled


def _fit(table: FloatArray, labels: IntArray, n: int) -> FloatArray:
    """(n-grams + 1, systems) coefficients, the last row the intercepts."""
    columns = table.shape[1] + 1
    inputs = np.hstack([table, np.ones((len(table), 1))])
    wanted = np.eye(n)[labels]

    def loss(flat: FloatArray) -> tuple[float, FloatArray]:
        beta = flat.reshape(columns, n)
        logits = inputs @ beta
        fit = (special.logsumexp(logits, axis=1) - (logits * wanted).sum(axis=1)).sum()
        slope = inputs.T @ (special.softmax(logits, axis=1) - wanted)
        slope[:-1] += PENALTY * beta[:-1]
        return float(fit + PENALTY * (beta[:-1] ** 2).sum() / 2), slope.ravel()

    start = np.zeros(columns * n)
    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B")
    beta: FloatArray = found.x.reshape(columns, n)
    return beta


def _shares(table: FloatArray, beta: FloatArray) -> FloatArray:
    shares: FloatArray = special.softmax(table @ beta[:-1] + beta[-1], axis=1)
    return shares


def _auc(scores: FloatArray, is_own: FloatArray) -> float:
    """The probability that an own text outscores another's: Mann-Whitney U / pairs."""
    own = int(is_own.sum())
    others = len(is_own) - own
    ranks = stats.rankdata(scores)[is_own].sum()
    return float((ranks - own * (own + 1) / 2) / (own * others))


def _told(
    texts: Sequence[str], labels: IntArray, names: Sequence[str], shares: FloatArray
) -> tuple[Told, ...]:
    words = _vocabulary(texts)
    beta = _fit(_weights(texts, words), labels, len(names))[:-1]
    grams = list(words)
    contrast = beta - beta.mean(axis=1, keepdims=True)
    rows = []
    for at, name in enumerate(names):
        own = labels == at
        mine = [text for text, is_own in zip(texts, own, strict=True) if is_own]
        ranked = np.argsort(-contrast[:, at], kind="stable")
        rows.append(
            Told(
                system=name,
                auc=_auc(shares[:, at], own),
                cues=_cues([grams[int(index)] for index in ranked]),
                words=float(np.mean([len(text.split()) for text in mine])),
                numerals=float(np.mean([len(NUMERAL.findall(t)) for t in mine])),
            )
        )
    return tuple(rows)


def _cues(ranked: Sequence[str]) -> tuple[str, ...]:
    """The strongest n-grams, without those contained in one another."""
    cues: list[str] = []
    for gram in ranked[: 20 * CUES]:
        if not any(gram in cue or cue in gram for cue in cues):
            cues.append(gram)
    return tuple(cues[:CUES])
