"""The export of an unblinded study: everything a reviewer needs, without the site."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from pathlib import Path

from annotations.core.planning.plan import plan_json
from annotations.core.proof.canonical import canonical
from annotations.core.ratings.ratings_csv import VERDICTS, cell_safe, csv_text
from annotations.models import Event, Study
from annotations.reports import StudyReport, report_write, study_report
from annotations.selectors import study_plan
from annotations.services.sealing import sealed_items
from annotations.vault import vault_opened

SUMS = "SHA256SUMS"
OFFLINE = Path(__file__).parent / "offline"


def study_export(study: Study, folder: Path) -> list[Path]:
    """Write the bundle; return its files.

    Raises
    ------
    StateError
        If the study is not unblinded.
    """
    report = study_report(study)
    written = report_write(report, folder)
    texts = {
        "codebook.csv": _codebook(study),
        "imrmc.csv": _imrmc(report),
        "plan.json": json.dumps(plan_json(study_plan(study)), indent=1) + "\n",
        "seal.json": _seal(study),
        "events.jsonl": _events(study),
        **{p.name: p.read_text() for p in sorted(OFFLINE.glob("*.py"))},
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    written += [folder / name for name in texts]
    crate = folder / "ro-crate-metadata.json"
    crate.write_text(_crate(study, written), encoding="utf-8")
    written.append(crate)
    sums = folder / SUMS
    sums.write_text("".join(_sum(path) for path in sorted(written)), encoding="utf-8")
    return [*written, sums]


def _sum(path: Path) -> str:
    """One line of ``sha256sum``; only here is the metadata file itself covered."""
    return f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"


def _codebook(study: Study) -> str:
    """Every column of ratings.csv and what its values mean."""
    rows: list[list[object]] = [
        ["case", "the clip", "text"],
        ["patient", "the walker; unit of the analysis", "text"],
        [
            "evaluator",
            "R and the seat of who read the case; unit of the analysis",
            "text",
        ],
        ["model", "the system that wrote the text", "text"],
        ["position", "the letter under which the text was shown", "A to F"],
        *_criteria(study),
        ["best", "chosen best", "0, 1, blank: no answer"],
        ["second", "chosen second best", "0, 1, blank: no answer"],
        ["occasion", "first or repeated reading", "1, 2"],
        ["words", "words in the text", "count"],
        ["numerals", "numbers in the text", "count"],
        ["correct", "the text names the right diagnosis", "0, 1, blank: names none"],
        *_verdicts(),
        ["guess", "taken for the authors' own system", "0, 1, blank: not asked"],
        ["comment", "the evaluator's words on the case", "text"],
    ]
    return csv_text([["column", "meaning", "values"], *rows])


def _verdicts() -> list[list[object]]:
    return [
        [name, f"claims that the evidence check calls {name}", "count"]
        for name in VERDICTS
    ]


def _criteria(study: Study) -> list[list[object]]:
    return [
        [row.key, row.question, f"1 {row.low} to 5 {row.high}; blank: no answer"]
        for row in study.criteria.all()
    ]


def _imrmc(report: StudyReport) -> str:
    """iMRMC list mode: reader, case, modality, score; one criterion after another."""
    rows: list[list[object]] = [
        [cell_safe(o.evaluator), cell_safe(o.case), f"{cell_safe(o.model)}:{c}", value]
        for o in report.outputs
        if o.occasion == 1
        for c, value in o.scores.items()
        if value is not None
    ]
    return csv_text([["readerID", "caseID", "modalityID", "score"], *rows])


def _seal(study: Study) -> str:
    """The root, and every leaf with its nonce and the exact text that was hashed."""
    with vault_opened():
        items = {item.name: item for item in sealed_items(study)}
        leaves = [
            {
                **leaf,
                "canonical": canonical(
                    {"name": leaf["name"], "payload": dict(items[leaf["name"]].payload)}
                ).decode(),
            }
            for leaf in study.secret.leaves
        ]
    whole = {"root": study.seal.root, "leaves": leaves}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _events(study: Study) -> str:
    events = study.events.select_related("content").order_by("sequence")
    return "".join(f"{_event(event)}\n" for event in events)


def _event(event: Event) -> str:
    entry = {
        "previous": event.previous,
        "sequence": event.sequence,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": str(event.actor_id or ""),
        "kind": event.kind,
        "digest": event.digest,
    }
    content = getattr(event, "content", None)
    return json.dumps(
        {
            "canonical": canonical(entry).decode(),
            "hash": event.hash,
            "salt": content.salt if content else None,
            "content": canonical(content.payload).decode() if content else None,
        },
        ensure_ascii=False,
    )


def _crate(study: Study, files: list[Path]) -> str:
    """RO-Crate 1.1 metadata with each file's hash."""
    parts: list[dict[str, object]] = [
        {
            "@id": path.name,
            "@type": "File",
            "contentSize": str(path.stat().st_size),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(files)
    ]
    graph: list[dict[str, object]] = [
        {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            "about": {"@id": "./"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": study.name,
            "description": study.purpose
            or "Blinded study of rationales of gait models",
            "datePublished": study.unblinded_at.date().isoformat()
            if study.unblinded_at
            else None,
            "hasPart": [{"@id": part["@id"]} for part in parts],
        },
        *parts,
    ]
    whole = {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}
    return json.dumps(whole, indent=1) + "\n"
