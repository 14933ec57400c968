"""What an export's seal and log say by themselves, for verify.py beside it.

The log is replayed: each score and choice in ratings.csv must be the last one that it
holds for the text that the seal names there.
"""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def stored_seal() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HERE / "seal.json").read_text(encoding="utf-8"))
    return found


def log_lines() -> list[str]:
    """A comment may hold other ends of a line, such as a word processor's U+2028."""
    text = (HERE / "events.jsonl").read_text(encoding="utf-8")
    return text.removesuffix("\n").split("\n")


def plain(text: str) -> str:
    """A cell as it was before a spreadsheet was kept from taking it for a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] in tuple("=+-@\t\r") else text


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
    entries = list(logged())
    roots = [said.get("root") for kind, said in entries if kind == "study_opened"]
    problems = []
    if roots != [root]:
        problems.append("the log opens the study under another root than the seal's")
    if "study_unblinded" not in [kind for kind, _ in entries]:
        problems.append("the log ends before the study was unblinded")
    return problems


def last_answers(seats: dict[str, int]) -> dict[str, dict[str, Any]]:
    """By text or case: its scores, its choice, whether it could not be judged."""
    answers: dict[str, dict[str, Any]] = {place: {} for place in seats}
    for kind, said in logged():
        if kind == "rating_saved":
            answers[said["slot"]][said["criterion"]] = said["value"]
        elif kind == "choice_saved":
            answers[said["assignment"]]["choice"] = said
        elif kind in ("case_cannot_be_judged", "case_reopened"):
            answers[said["assignment"]]["judged"] = kind == "case_reopened"
        elif kind in ("seat_reissued", "consent_withdrawn"):
            for place, seat in seats.items():
                if seat == said["seat"]:
                    answers[place].clear()
    return answers


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
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    for name, said in cases.items():
        whole = answers[name.partition(" ")[2]]
        is_judged = whole.get("judged", True)
        choice = whole.get("choice", {}) if is_judged else {}
        has_chosen = bool(choice.get("best") or choice.get("verdict"))
        clip = facts[f"case {said['case']}"]["clip"]
        for slot in said["slots"]:
            given = answers[slot["slot"]] if is_judged else {}
            row = {c: given.get(c) for c in criteria}
            for pick in ("best", "second"):
                is_it = int(choice.get(pick) == slot["letter"])
                row[pick] = is_it if has_chosen else None
            key = (clip, f"R{said['seat']}", slot["system"], str(said["occasion"]))
            rows[key] = {k: "" if v is None else str(v) for k, v in row.items()}
    return rows


def ratings_problems() -> list[str]:
    expected = expected_rows()
    problems = []
    with (HERE / "ratings.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            named = ("case", "evaluator", "model", "occasion")
            key = tuple(plain(row[name]) for name in named)
            wanted = expected.pop(key, None)
            if wanted is None:
                problems.append(f"ratings.csv: nothing was sealed of {', '.join(key)}")
                continue
            problems += [
                f"ratings.csv: {column} of {', '.join(key)} is {row[column] or 'blank'}, "
                f"and by the log {value or 'blank'}"
                for column, value in wanted.items()
                if row[column] != value
            ]
    return problems + [f"ratings.csv: {', '.join(k)} is missing" for k in expected]
