"""Verified decoding: several drafts, judged by the evidence check.

1. The greedy draft and some sampled ones are checked against the walk's metrics; the
   best-grounded is kept: fewest contradicted claims, then fewest unsupported, then most
   supported, then the earliest.
2. While it contradicts the measurements, more drafts are sampled, up to a limit.
3. Any sentences that still contradict are removed. ``details`` records what was done;
   the text never does.

A separate arm of a study: the paper's arms are decoded once, greedily.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gaitmodel.core.decoding.draws import Drawn
from gaitmodel.core.rationale.evidence import check_evidence
from gaitmodel.core.rationale.judge import Verdict
from gaitmodel.core.records import GaitFeatures, RationaleText

ROUNDS = 3
Write = Callable[[Sequence[int], Drawn | None], list[RationaleText]]
"""Writes drafts for the clips of the given rows: greedy, or sampled."""


@dataclass(frozen=True)
class Draft:
    """One draft of a clip with its verdicts."""

    answer: RationaleText
    supported: int
    contradicted: int
    unsupported: int
    number: int

    @property
    def rank(self) -> tuple[int, int, int, int]:
        return self.contradicted, self.unsupported, -self.supported, self.number


def judged(answer: RationaleText, features: GaitFeatures, number: int) -> Draft:
    report = check_evidence(answer.text, features)
    return Draft(
        answer,
        supported=report.count(Verdict.SUPPORTED),
        contradicted=report.count(Verdict.CONTRADICTED),
        unsupported=report.count(Verdict.UNSUPPORTED),
        number=number,
    )


def verified(
    features: Sequence[GaitFeatures],
    write: Write,
    candidates: int,
    temperature: float,
    seed: int,
) -> list[RationaleText]:
    """One rationale per clip, none with a contradicted claim.

    The check sees the text and the clip's ``features``, no label.
    """
    rows = list(range(len(features)))
    best = {
        row: judged(answer, features[row], 0)
        for row, answer in zip(rows, write(rows, None), strict=True)
    }
    drafts = dict.fromkeys(rows, 1)
    for number in range(1, candidates * ROUNDS):
        # The first round is for all clips; later ones for those that still contradict.
        open_rows = [r for r in rows if number < candidates or best[r].contradicted]
        if not open_rows:
            break
        for row, answer in zip(
            open_rows, write(open_rows, Drawn(temperature, seed + number)), strict=True
        ):
            drafts[row] += 1
            best[row] = min(
                best[row], judged(answer, features[row], number), key=lambda d: d.rank
            )
    return [_finished(best[row], features[row], drafts[row]) for row in rows]


def _finished(draft: Draft, features: GaitFeatures, drafts: int) -> RationaleText:
    text, left_out = without_contradictions(draft.answer.text, features)
    told = {
        "drafts": str(drafts),
        "draft_kept": str(draft.number),
        "sentences_left_out": str(left_out),
    }
    return replace(draft.answer, text=text, details={**draft.answer.details, **told})


def without_contradictions(text: str, features: GaitFeatures) -> tuple[str, int]:
    """The answer without its contradicted sentences, and how many those were.

    Repeated until none is left: a sentence's meaning may depend on an earlier one.
    If no sentence is left, the rationale states only the class.
    """
    head, _, prose = text.partition(MARK)
    left_out = 0
    while prose.strip():
        wrong = {
            one.claim.sentence
            for one in check_evidence(prose, features).claims
            if one.verdict is Verdict.CONTRADICTED
        }
        if not wrong:
            break
        left_out += len(wrong)
        for start, end in sorted(wrong, reverse=True):
            prose = f"{prose[:start].rstrip()} {prose[end:].lstrip()}".strip()
    said = prose.strip() or f"The walk fits {_named(head)} best."
    return f"{head}{MARK} {said}", left_out


MARK = "2) Rationale:"


def _named(head: str) -> str:
    return head.partition(":")[2].strip() or "the named class"
