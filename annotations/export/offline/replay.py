"""What an export's seal and log say by themselves, for verify.py beside it.

The log is replayed: each score, choice, guess and comment in ratings.csv must be the
last one that it holds for the text, letter and patient that the seal names there.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
STEPS = ["study_opened", "study_locked", "study_unblinded"]
AFTER_LOCK = (
    "case_unblinded",
    "codebook_written",
    "comment_coded",
    "data_exported",
    "film_opened",
    "texts_shared",
    "unblinding_signed",
)

UNSAID = (
    "Blinded study of rationales of gait models"  # the purpose, where none is given
)


def stored_seal() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HERE / "seal.json").read_text(encoding="utf-8"))
    return found


def log_lines() -> list[str]:
    """A comment may hold other ends of a line, such as a word processor's U+2028."""
    text = (HERE / "events.jsonl").read_text(encoding="utf-8")
    return text.removesuffix("\n").split("\n")


def safe(text: str) -> str:
    """A cell as it is written, so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text


def sealed() -> dict[str, dict[str, Any]]:
    """What each sealed fact says, by its name."""
    facts = [json.loads(leaf["canonical"]) for leaf in stored_seal()["leaves"]]
    return {fact["name"]: fact["payload"] for fact in facts}


def logged() -> Iterator[tuple[str, dict[str, Any]]]:
    """Kind and content of each entry whose content has not been erased."""
    for line in log_lines():
        event = json.loads(line)
        if event["content"] is not None:
            kind = json.loads(event["canonical"])["kind"]
            yield kind, json.loads(event["content"])


def opening_problems() -> list[str]:
    root = stored_seal()["root"]
    roots = [said.get("root") for kind, said in logged() if kind == "study_opened"]
    if roots != [root]:
        return ["the log opens the study under another root than the seal's"]
    return []


def course_problems() -> list[str]:
    """Nobody answers after the lock, and as many sign as the sealed protocol asks for."""
    problems, steps, signers = [], list[str](), set[str]()
    for line in log_lines():
        entry = json.loads(json.loads(line)["canonical"])
        kind, event = entry["kind"], f"event {entry['sequence']}"
        is_locked = "study_locked" in steps
        is_blind = is_locked and "study_unblinded" not in steps
        if kind in STEPS:
            steps.append(kind)
        elif is_locked and kind not in AFTER_LOCK:
            problems.append(f"{event}: {kind} after the study was locked")
        if kind == "unblinding_signed" and is_blind and entry["actor"]:
            signers.add(entry["actor"])
    if "study_unblinded" not in steps:
        problems.append("the log ends before the study was unblinded")
    elif steps != STEPS:
        problems.append(f"the log's steps are {', '.join(steps)}")
    needed = sealed()["protocol"]["protocol"].get("signatories", 2)
    if len(signers) < needed:
        problems.append(f"{len(signers)} of {needed} have signed the unblinding")
    return problems


def last_answers(seats: dict[str, int]) -> dict[str, dict[str, Any]]:
    """By text or case: its scores, or its choice, guess and comment, and whether it could
    not be judged.
    """
    answers: dict[str, dict[str, Any]] = {place: {} for place in seats}
    for kind, said in logged():
        if kind == "rating_saved":
            answers[said["slot"]][said["criterion"]] = said["value"]
        elif kind in ("choice_saved", "guess_saved", "comment_saved"):
            answers[said["assignment"]][kind] = said
        elif kind in ("case_cannot_be_judged", "case_reopened"):
            answers[said["assignment"]]["judged"] = kind == "case_reopened"
        elif kind in ("seat_reissued", "consent_withdrawn"):
            for place, seat in seats.items():
                if seat == said["seat"]:
                    answers[place].clear()
    return answers


def marks(whole: dict[str, Any], letter: str) -> dict[str, Any]:
    """Of an option of a case: chosen best, second, taken for the authors' own."""
    choice = whole.get("choice_saved", {}) if whole.get("judged", True) else {}
    guess = whole.get("guess_saved", {})
    has_chosen = choice.get("best") or choice.get("verdict")
    has_guessed = guess.get("letter") or guess.get("unknown")
    return {
        "best": int(choice["best"] == letter) if has_chosen else None,
        "second": int(choice["second"] == letter) if has_chosen else None,
        "guess": int(guess["letter"] == letter) if has_guessed else None,
    }


def verdicts(material: dict[str, Any], clip: str, rationale: int) -> dict[str, Any]:
    """Whether a text names the walk's diagnosis, and its claims as they were checked.

    Nothing where the study was sealed before this was.
    """
    if not material:
        return {}
    said = dict(material["texts"][str(rationale)])
    label = said.pop("label")
    is_right = int(label == material["diagnoses"][clip])
    return {**said, "correct": is_right if label else None}


def expected_rows() -> dict[tuple[str, ...], dict[str, str]]:
    """What ratings.csv must say of each sealed text, by the seal and the log alone."""
    facts = sealed()
    cases = {k: v for k, v in facts.items() if k.startswith("assignment ")}
    seats = {name.partition(" ")[2]: said["seat"] for name, said in cases.items()}
    seats |= {
        slot["slot"]: said["seat"] for said in cases.values() for slot in said["slots"]
    }
    answers = last_answers(seats)
    criteria = [row[0] for row in facts["protocol"]["criteria"]]
    patients = {key["case"]: key["patient"] for key in facts["design"]["cases"]}
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    for name, said in cases.items():
        whole = answers[name.partition(" ")[2]]
        clip = facts[f"case {said['case']}"]["clip"]
        for slot in said["slots"]:
            given = answers[slot["slot"]] if whole.get("judged", True) else {}
            row = {
                "patient": safe(patients[clip]),
                "position": slot["letter"],
                "comment": safe(whole.get("comment_saved", {}).get("text", "")),
                **{c: given.get(c) for c in criteria},
                **marks(whole, slot["letter"]),
                **verdicts(facts.get("material", {}), clip, slot["rationale"]),
            }
            seat, system = f"R{said['seat']}", safe(slot["system"])
            key = (safe(clip), seat, system, str(said["occasion"]))
            rows[key] = {k: "" if v is None else str(v) for k, v in row.items()}
    return rows


def ratings_problems() -> list[str]:
    expected = expected_rows()
    problems = []
    with (HERE / "ratings.csv").open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        header = list(reader.fieldnames or ())
        if len(set(header)) < len(header):
            problems.append("ratings.csv has two columns of one name")
        for row in reader:
            named = ("case", "evaluator", "model", "occasion")
            key = tuple(row[name] for name in named)
            wanted = expected.pop(key, None)
            if wanted is None:
                problems.append(f"ratings.csv: nothing was sealed of {', '.join(key)}")
                continue
            problems += [
                f"ratings.csv: {column} of {', '.join(key)} is {row[column] or 'blank'}, "
                f"and by seal and log {value or 'blank'}"
                for column, value in wanted.items()
                if row[column] != value
            ]
    return problems + [f"ratings.csv: {', '.join(k)} is missing" for k in expected]


def plan_problems() -> list[str]:
    """An old plan was sealed with less than plan.json spells out."""
    written = json.loads((HERE / "plan.json").read_text(encoding="utf-8"))
    planned = sealed()["plan"]
    names = planned.keys() | written.keys() if "version" in planned else planned
    return [
        f"plan.json: {name} is not what was sealed"
        for name in sorted(names)
        if planned.get(name) != written.get(name)
    ]


def codebook_problems() -> list[str]:
    """What a score of 1 and of 5 stands for was sealed with the questions."""
    with (HERE / "codebook.csv").open(newline="", encoding="utf-8") as file:
        written = list(csv.reader(file))
    wanted = [
        [key, question, f"1 {low} to 5 {high}; blank: no answer"]
        for key, _, question, low, high in sealed()["protocol"]["criteria"]
    ]
    keys = [row[0] for row in written]
    return [
        f"codebook.csv: {row[0]} is not explained as it was sealed"
        for row in wanted
        if row not in written or keys.count(row[0]) > 1
    ]


def imrmc_problems() -> list[str]:
    """The same scores in another order: of first readings, one criterion a line."""
    criteria = [row[0] for row in sealed()["protocol"]["criteria"]]
    wanted = [
        [seat, clip, f"{system}:{criterion}", row[criterion]]
        for (clip, seat, system, occasion), row in expected_rows().items()
        for criterion in criteria
        if occasion == "1" and row[criterion]
    ]
    with (HERE / "imrmc.csv").open(newline="", encoding="utf-8") as file:
        _, *written = csv.reader(file)
    differing = Counter(map(tuple, written))
    differing.subtract(map(tuple, wanted))
    return [
        f"imrmc.csv: {', '.join(row)} is {'more' if count > 0 else 'less'} than seal "
        "and log say"
        for row, count in differing.items()
        if count
    ]


def naming_problems() -> list[str]:
    """Who looks for data finds them by the name and the purpose in the metadata."""
    text = (HERE / "ro-crate-metadata.json").read_text(encoding="utf-8")
    parts = json.loads(text)["@graph"]
    found = [part for part in parts if part["@id"] == "./"]
    protocol = sealed()["protocol"]
    wanted = {"name": protocol["name"], "description": protocol["purpose"] or UNSAID}
    return [
        f"ro-crate-metadata.json: {key} is not what was sealed"
        for key, value in wanted.items()
        if [part[key] for part in found] != [value]
    ]
