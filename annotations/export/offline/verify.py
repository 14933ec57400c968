"""Checks an export bundle without the site: python verify.py. Python 3 alone is needed.

1. Every sealed fact is hashed with its nonce and must give its digest.
2. The digests must give the root that was published before the study opened.
3. Every log entry must give its hash, follow the one before, and fit its content.
4. Every file must have the hash that the metadata and SHA256SUMS name, and there must
   be no file that SHA256SUMS does not name.

Each difference is one line that says where; a file that cannot even be read is one too.
"""

import hashlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
SUMS = "SHA256SUMS"


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
    seal = json.loads((HERE / "seal.json").read_text(encoding="utf-8"))
    problems = [
        f"{leaf['name']} differs from what was sealed"
        for leaf in seal["leaves"]
        if sha256(b"\x00" + bytes.fromhex(leaf["nonce"]) + leaf["canonical"].encode())
        != leaf["digest"]
    ]
    if root_of([leaf["digest"] for leaf in seal["leaves"]]) != seal["root"]:
        problems.append("the root does not follow from the sealed facts")
    return problems


def log_problems() -> list[str]:
    problems, previous = [], "0" * 64
    lines = (HERE / "events.jsonl").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            found, previous = entry_problems(number, json.loads(line), previous)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            found = [f"event {number} cannot be read ({error})"]
        problems += found
    return problems


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
    extra = {path.name for path in HERE.iterdir() if path.is_file()} - named
    return problems + [f"{name} is not named in {SUMS}" for name in sorted(extra)]


def main() -> int:
    problems = []
    checks = {
        "seal.json": seal_problems,
        "events.jsonl": log_problems,
        "ro-crate-metadata.json": metadata_problems,
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
