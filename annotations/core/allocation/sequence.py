"""The sequence of one rater's cases: patients apart, repeats far from the first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from annotations.core.allocation.drbg import Drbg
from annotations.core.allocation.orders import Order
from annotations.core.allocation.partition import CaseKey
from annotations.core.errors import StudyError


def check_repeats(shortest: int, repeats: int) -> None:
    if repeats < 0:
        raise StudyError(f"{repeats} repeated cases are wanted; at least 0 is meant")
    possible = (shortest - _held_back(shortest, repeats)) // 2
    if repeats > possible:
        raise StudyError(
            f"{repeats} repeated cases are wanted, but a rater with {shortest} cases "
            f"can meet at most {possible} of them twice, far enough apart"
        )


def _apart(
    cases: Sequence[CaseKey], drbg: Drbg, last: str | None = None
) -> list[CaseKey]:
    """A random sequence with no patient twice in a row, where possible."""
    left = drbg.shuffled(cases)
    result: list[CaseKey] = []
    while left:
        counts = Counter(key.patient for key in left)
        fitting = [key for key in left if _may_follow(key.patient, counts, last)]
        if not fitting:
            fullest = max(counts.values())
            fitting = [key for key in left if counts[key.patient] == fullest]
        key = fitting[drbg.below(len(fitting))]
        left.remove(key)
        result.append(key)
        last = key.patient
    return result


def _may_follow(patient: str, counts: Counter[str], last: str | None) -> bool:
    """Whether taking this patient next leaves a sequence without neighbours."""
    if patient == last:
        return False
    rest = counts.total() - 1
    return all(
        count - (other == patient) <= (rest + (other != patient)) // 2
        for other, count in counts.items()
    )


def _held_back(n_cases: int, repeats: int) -> int:
    """How many first readings are kept for the end, to mix with the repeats."""
    return min(2 * repeats, n_cases // 3)


def sequence(
    cases: Sequence[CaseKey], repeats: int, drbg: Drbg
) -> list[tuple[CaseKey, int]]:
    """A rater's (case, occasion) list; repeats are of cases from its first half.

    They recur among the last cases, so at least half of the other first readings are
    between the two.
    """
    firsts = _apart(cases, drbg)
    if not repeats:
        return [(key, 1) for key in firsts]
    cut = len(firsts) - _held_back(len(firsts), repeats)
    head, tail = firsts[:cut], firsts[cut:]
    again = drbg.shuffled(head[: cut // 2])[:repeats]
    seen = {key.case for key in head}
    mixed = _apart([*tail, *again], drbg, last=head[-1].patient)
    return [(key, 1) for key in head] + [
        (key, 2 if key.case in seen else 1) for key in mixed
    ]


def letters_changed(
    cases: Sequence[str], orders: list[Order], drbg: Drbg
) -> list[Order]:
    """Swap orders between positions until no repeated case has the same one twice."""
    for here in range(len(cases)):
        if not _is_same_again(cases, orders, here):
            continue
        for there in drbg.shuffled(range(len(cases))):
            orders[here], orders[there] = orders[there], orders[here]
            if not any(_is_same_again(cases, orders, at) for at in (here, there)):
                break
            orders[here], orders[there] = orders[there], orders[here]
        else:
            raise StudyError("the repeated cases leave no room for new letter orders")
    return orders


def _is_same_again(cases: Sequence[str], orders: Sequence[Order], at: int) -> bool:
    return any(
        case == cases[at] and orders[other] == orders[at]
        for other, case in enumerate(cases)
        if other != at
    )
