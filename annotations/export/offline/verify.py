"""Checks an export bundle without the site. Python 3 alone is needed.

python verify.py [--root ROOT] [--head HEAD]

1. Every sealed fact is hashed with its nonce and must give its digest.
2. The digests must give the root, and the log's opening must name the same one.
3. Every log entry must give its hash, follow the one before, and fit its content; the
   log must reach the unblinding, signed by as many as the protocol asks for, with no
   answer after the lock. A content may be missing only where a withdrawal erased
   all that one person did until then.
4. The log is replayed: each score, choice, guess and comment in ratings.csv must be the
   last one that it holds for the text, letter and patient that the seal names there.
   plan.json must be the plan that was sealed, codebook.csv explain the criteria as they
   were, imrmc.csv hold the same scores, and the metadata name the study as it was.
5. Every file must have the hash that the metadata and SHA256SUMS name, and there must
   be no file that SHA256SUMS does not name.

Whoever makes a whole bundle anew can make all of that hold. What they cannot make is the
root that was published before the study opened, and a head of the log that a witness
noted at any time, best when it was locked: give them as ROOT and HEAD. Who does not trust
the bundle runs copies of verify.py and replay.py of their own in it, with python -I.

Each difference is one line that says where; a file that cannot even be read is one too.
"""

import sys

# Else a json.py in the bundle's folder, or a __future__.py, would run instead of
# Python's own.
if __name__ == "__main__" and not getattr(sys.flags, "safe_path", sys.flags.isolated):
    del sys.path[0]

import argparse
import hashlib
import json
import runpy
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

HERE = Path(__file__).parent
# The very file: an import would take a folder or a compiled module of that name first.
replay = SimpleNamespace(**runpy.run_path(str(HERE / "replay.py")))

SUMS = "SHA256SUMS"
NOT_ERASED = (  # what a lead does, or a lead for a rater
    "study_created", "study_opened", "study_locked", "study_unblinded",
    "identifiability_audited", "presentation_signed", "rater_invited",
    "seat_reissued", "case_unblinded", "codebook_written", "comment_coded",
    "unblinding_signed", "data_exported", "texts_shared", "consent_withdrawn",
    "rater_seated",
)  # fmt: skip


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def root_of(level: list[str]) -> str:
    """Leaves and nodes are hashed under different prefixes (RFC 6962)."""
    while len(level) > 1:
        pairs = [
            sha256(b"\x01" + bytes.fromhex(level[i]) + bytes.fromhex(level[i + 1]))
            for i in range(0, len(level) - 1, 2)
        ]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def seal_problems() -> list[str]:
    seal = replay.stored_seal()
    problems = [
        f"{leaf['name']} differs from what was sealed"
        for leaf in seal["leaves"]
        if sha256(b"\x00" + bytes.fromhex(leaf["nonce"]) + leaf["canonical"].encode())
        != leaf["digest"]
    ]
    problems += [
        f"{leaf['name']} is not the name under which that was sealed"
        for leaf in seal["leaves"]
        if json.loads(leaf["canonical"])["name"] != leaf["name"]
    ]
    if root_of([leaf["digest"] for leaf in seal["leaves"]]) != seal["root"]:
        problems.append("the root does not follow from the sealed facts")
    return problems


def log_problems() -> list[str]:
    problems, previous = [], "0" * 64
    for number, line in enumerate(replay.log_lines(), start=1):
        try:
            found, previous = entry_problems(number, json.loads(line), previous)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            found = [f"event {number} cannot be read ({error})"]
        problems += found
    return problems


def erasure_problems() -> list[str]:
    """Who erases one entry alone, so that the answer before it seems to be the last,
    leaves others of the same person; who takes out a person, one more than withdrew.
    """
    erased: list[tuple[int, str]] = []  # number and actor
    first_kept: dict[str, int] = {}
    own, others = withdrawals()
    for number, event in enumerate(map(json.loads, replay.log_lines()), start=1):
        entry = json.loads(event["canonical"])
        if event["content"] is None:
            erased.append((number, entry["actor"]))
        elif entry["kind"] not in NOT_ERASED:
            first_kept.setdefault(entry["actor"], number)
    problems = []
    for number, actor in erased:
        until = own.get(actor, max(others, default=0))
        if not actor or number > min(until, first_kept.get(actor, until)):
            missing = f"the content of event {number} is missing"
            problems.append(f"{missing}, and no withdrawal erased it")
    gone = len({actor for _, actor in erased} | own.keys())
    if not problems and gone > len(own) + len(others):
        withdrew = f"{len(own) + len(others)} withdrew"
        problems.append(f"what {gone} persons said is missing, and {withdrew}")
    return problems + count_problems(Counter(actor for _, actor in erased))


def count_problems(missing: Counter[str]) -> list[str]:
    """A withdrawal says how many contents it erased; in an old log, none does."""
    told: dict[str, list[int | None]] = {}
    for kind, said in replay.logged():
        if kind == "consent_withdrawn":
            told.setdefault(str(said.get("rater")), []).append(said.get("erased"))
    problems = []
    for rater, counts in told.items():
        known = [count for count in counts if count is not None]
        if known == counts and sum(known) != missing[rater]:
            gone = f"{missing[rater]} contents of one person are missing"
            problems.append(f"{gone}, and their withdrawals erased {sum(known)}")
    return problems


def withdrawals() -> tuple[dict[str, int], list[int]]:
    """Where each person last withdrew; and where one whom an old log does not name did."""
    own: dict[str, int] = {}
    others: list[int] = []
    for number, event in enumerate(map(json.loads, replay.log_lines()), start=1):
        is_one = json.loads(event["canonical"])["kind"] == "consent_withdrawn"
        if is_one and event["content"] is not None:
            rater = json.loads(event["content"]).get("rater")
            if rater is None:
                others.append(number)
            else:
                own[str(rater)] = number
    return own, others


def entry_problems(
    number: int, event: dict[str, str], previous: str
) -> tuple[list[str], str]:
    """What is wrong with one entry, and the hash that the next must follow."""
    entry = json.loads(event["canonical"])
    problems = []
    if entry["sequence"] != number:
        problems.append(f"event {number} has sequence number {entry['sequence']}")
    if sha256(event["canonical"].encode()) != event["hash"]:
        problems.append(f"event {number} differs from its hash")
    if entry["previous"] != previous:
        problems.append(f"event {number} does not follow the one before")
    if event["content"] is not None:
        body = bytes.fromhex(event["salt"]) + event["content"].encode()
        if sha256(body) != entry["digest"]:
            problems.append(f"the content of event {number} differs from its digest")
    return problems, event["hash"]


def witnessed(root: "str | None", head: "str | None") -> list[str]:
    """Print what a witness compares; whether what they noted is not of this bundle.

    Every head that the log ever had is the hash of an entry, whenever it was noted.
    """
    events = [json.loads(line) for line in replay.log_lines()]
    heads = [event["hash"] for event in events]
    erased = sum(event["content"] is None for event in events)
    found = replay.stored_seal()["root"]
    sys.stdout.write(f"root {found}\nhead {heads[-1]}\n")
    sys.stdout.write(f"{len(heads)} log entries, the content of {erased} erased\n")
    problems = [] if root in (None, found) else [f"the root is not {root}"]
    if head is not None and head not in heads:
        problems.append(f"the log never had the head {head}")
    return problems


def metadata_problems() -> list[str]:
    text = (HERE / "ro-crate-metadata.json").read_text(encoding="utf-8")
    return [
        f"{part['@id']} differs from its hash"
        for part in json.loads(text)["@graph"]
        if "sha256" in part
        and sha256((HERE / part["@id"]).read_bytes()) != part["sha256"]
    ]


def sums_problems() -> list[str]:
    """Each line is a hash, two spaces and a file's name, as sha256sum writes it."""
    problems, named = [], {SUMS}
    lines = (HERE / SUMS).read_text(encoding="utf-8").split("\n")
    if lines.pop() != "":
        problems.append(f"{SUMS} does not end with a line's end")
    for line in lines:
        digest, gap, name = line[:64], line[64:66], line[66:]
        path = HERE / name
        if gap != "  " or "/" in name or not path.is_file():
            problems.append(f"{SUMS} names no file of the bundle: {line!r}")
        elif sha256(path.read_bytes()) != digest:
            problems.append(f"{name} differs from its hash in {SUMS}")
        named.add(name)
    extra = {path.name for path in HERE.iterdir()} - named
    return problems + [f"{name} is not named in {SUMS}" for name in sorted(extra)]


def main() -> int:
    parser = argparse.ArgumentParser(description="Check this export bundle.")
    parser.add_argument("--root", help="published before the study opened")
    parser.add_argument("--head", help="the log's last hash when a witness noted it")
    asked = parser.parse_args()
    problems: list[str] = []
    checks = {
        "seal.json or events.jsonl": lambda: witnessed(asked.root, asked.head),
        "seal.json": seal_problems,
        "events.jsonl": log_problems,
        "what is missing from events.jsonl": erasure_problems,
        "events.jsonl and seal.json": replay.opening_problems,
        "the course in events.jsonl": replay.course_problems,
        "ratings.csv": replay.ratings_problems,
        "plan.json": replay.plan_problems,
        "codebook.csv": replay.codebook_problems,
        "imrmc.csv": replay.imrmc_problems,
        "ro-crate-metadata.json": lambda: [
            *metadata_problems(),
            *replay.naming_problems(),
        ],
        SUMS: sums_problems,
    }
    for name, check in checks.items():
        try:
            problems += check()
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            problems.append(f"{name} cannot be read ({error})")
    lines = list(dict.fromkeys(problems)) or ["everything holds"]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
