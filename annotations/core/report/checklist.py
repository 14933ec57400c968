"""A reporting checklist filled from the study, with the gaps named.

Topics follow TRIPOD-LLM (Gallifant et al., Nature Medicine 31, 2025), the items on
evaluation by humans, and GRRAS (Kottner et al., J Clin Epidemiol 64, 2011). The wording
is ours; the answers come from the database and the analysis, never from a form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from annotations.core.planning.plan import AnalysisPlan
from annotations.core.report.analysis import StudyAnalysis
from annotations.core.report.flow import Flow
from annotations.core.report.report_tables import DESCRIPTIVE, ReportTable, title_of
from annotations.core.wording import counted, percent, rounded

GAP = "to be written by the authors: "


@dataclass(frozen=True)
class StudyFacts:
    """What the database knows about the conduct of a study; blank where unknown."""

    purpose: str
    is_pilot: bool
    tie_rule: str
    signatories: int
    practice: bool
    guess: bool
    own_diagnosis: bool
    consent_versions: tuple[str, ...]
    opened: str
    locked: str
    unblinded: str
    presentation: str
    checkpoints: tuple[str, ...]
    deviations: int


Row = tuple[str, str, str]


def checklist(
    analysis: StudyAnalysis,
    flow: Flow,
    plan: AnalysisPlan | None,
    seal: str | None,
    facts: StudyFacts | None,
) -> ReportTable:
    """Every item with its answer, or with what the authors must still state."""
    rows = [
        *_design(analysis, plan, seal, facts),
        *_people(analysis, flow, facts),
        *_conduct(facts),
        *_results(analysis, flow),
    ]
    gaps = sum(answer.startswith(GAP) for _, _, answer in rows)
    return ReportTable(
        "Reporting checklist",
        ("Guideline", "Topic", "In this study"),
        tuple(rows),
        f"{counted(gaps, 'topic')} of {len(rows)} cannot be filled from the data. "
        "TRIPOD-LLM: for studies of large language models, its topics on evaluation. "
        "GRRAS: for studies of reliability and agreement.",
        DESCRIPTIVE,
    )


def _design(
    analysis: StudyAnalysis,
    plan: AnalysisPlan | None,
    seal: str | None,
    facts: StudyFacts | None,
) -> Sequence[Row]:
    purpose = facts.purpose if facts and facts.purpose else GAP + "aim and setting"
    planned = (
        f"{plan.primary}; {plan.test}; alpha {plan.alpha}, {plan.alternative}"
        if plan
        else GAP + "no sealed plan stands behind these ratings"
    )
    sealed = (
        f"sealed under {seal[:16]}…, opened {facts.opened}"
        if seal and facts
        else GAP + "whether and where the plan was registered"
    )
    versions = (
        "; ".join(facts.checkpoints)
        if facts and facts.checkpoints
        else GAP + "which version of each model wrote the texts"
    )
    return (
        ("TRIPOD-LLM", "Aim", purpose),
        ("TRIPOD-LLM", "Models compared", ", ".join(analysis.systems)),
        ("TRIPOD-LLM", "Versions of the models", versions),
        ("TRIPOD-LLM", "Target and primary outcome", planned),
        ("TRIPOD-LLM", "Fixed in advance", sealed),
        ("TRIPOD-LLM", "Data for development", GAP + "source, dates, how it was split"),
        ("GRRAS", "Sample size", GAP + "why so many cases and evaluators (plan_study)"),
    )


def _people(
    analysis: StudyAnalysis, flow: Flow, facts: StudyFacts | None
) -> Sequence[Row]:
    n = analysis.n
    consent = (
        f"consent form {', '.join(facts.consent_versions)}"
        if facts and facts.consent_versions
        else GAP + "how evaluators consented"
    )
    return (
        ("GRRAS", "Subjects", f"{counted(n.patients, 'patient')}, {counted(n.cases, 'case')}"),
        ("GRRAS", "Who the patients are", GAP + "age, sex, severity, recruitment"),
        ("GRRAS", "Raters", counted(n.evaluators, "evaluator")),
        ("GRRAS", "Who the raters are", GAP + "profession and experience"),
        ("TRIPOD-LLM", "Consent of the raters", consent),
        ("TRIPOD-LLM", "Ethics", GAP + "approval of the study"),
        ("TRIPOD-LLM", "Flow of readings", f"{flow.assigned} assigned, {flow.judged} "
         f"analysed, {flow.complete} complete"),
    )  # fmt: skip


def _conduct(facts: StudyFacts | None) -> Sequence[Row]:
    if facts is None:
        return (
            ("GRRAS", "Independence of ratings", GAP + "how raters were kept apart"),
            ("TRIPOD-LLM", "Blinding", GAP + "what raters could know of the models"),
        )
    asked = [
        words
        for words, is_on in (
            ("practice cases first", facts.practice),
            ("own diagnosis before reading", facts.own_diagnosis),
            ("guess of the system asked", facts.guess),
        )
        if is_on
    ]
    return (
        ("GRRAS", "Rating process", f"one case a page, texts under letters, tie rule "
         f"{facts.tie_rule}; {', '.join(asked) or 'no further questions'}"),
        ("GRRAS", "Independence of ratings", "no rater sees another's answers; nobody "
         "sees scores by system before unblinding"),
        ("TRIPOD-LLM", "Blinding", "stored, sealed allocation; balanced letters; "
         f"presentation {facts.presentation}"),
        ("TRIPOD-LLM", "Locking and unblinding", f"locked {facts.locked}, unblinded "
         f"{facts.unblinded} by {counted(facts.signatories, 'lead')}"),
        ("TRIPOD-LLM", "Deviations", counted(facts.deviations, "deviation")
         + " in the log"),
    )  # fmt: skip


def _results(analysis: StudyAnalysis, flow: Flow) -> Sequence[Row]:
    missing = analysis.n.missing / max(analysis.n.missing + analysis.n.ratings, 1)
    blinded = analysis.further.blinding
    held = (
        f"{blinded.correct} right, {blinded.wrong} wrong, {blinded.unknown} do not know"
        if blinded
        else "guesses were not asked for, or no plan names what was to be guessed"
    )
    return (
        (
            "TRIPOD-LLM",
            "Missing data",
            f"{percent(missing)} of ratings; available cases",
        ),
        ("GRRAS", "Agreement", _agreed(analysis)),
        ("GRRAS", "Repeated readings", counted(flow.repeats, "reading")),
        ("TRIPOD-LLM", "Did the blinding hold", held),
        ("TRIPOD-LLM", "Uncertainty", "intervals and tests by patient and evaluator"),
        ("GRRAS", "Practical relevance", GAP + "what a difference means in the clinic"),
    )


def _agreed(analysis: StudyAnalysis) -> str:
    """Each criterion's alpha or, if there are none, the reasons."""
    found = {
        title_of(criterion): result.agreement.krippendorff_alpha
        for criterion, result in analysis.criteria.items()
    }
    given = [f"{name} {rounded(a)}" for name, a in found.items() if a is not None]
    if given:
        return f"Krippendorff's alpha: {', '.join(given)}"
    paths = [f"criteria.{c}.agreement.krippendorff_alpha" for c in analysis.criteria]
    reasons = dict.fromkeys(analysis.reasons[path] for path in paths)
    return f"not estimable: {'; '.join(reasons)}"
