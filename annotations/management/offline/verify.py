"""Checks an export bundle without the site: python verify.py. Python 3 alone is needed.

1. Every sealed fact is hashed with its nonce and must give its digest.
2. The digests must give the root that was published before the study opened.
3. Every log entry must give its hash, follow the one before, and fit its content.
4. Every file must have the hash that the metadata name.
"""

import hashlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent


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
    seal = json.loads((HERE / "seal.json").read_text())
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
    for line in (HERE / "events.jsonl").read_text().splitlines():
        event = json.loads(line)
        entry = json.loads(event["canonical"])
        name = f"event {entry['sequence']}"
        if sha256(event["canonical"].encode()) != event["hash"]:
            problems.append(f"{name} differs from its hash")
        if entry["previous"] != previous:
            problems.append(f"{name} does not follow the one before")
        if event["content"] is not None:
            body = bytes.fromhex(event["salt"]) + event["content"].encode()
            if sha256(body) != entry["digest"]:
                problems.append(f"the content of {name} differs from its digest")
        previous = event["hash"]
    return problems


def file_problems() -> list[str]:
    crate = json.loads((HERE / "ro-crate-metadata.json").read_text())
    return [
        f"{part['@id']} differs from its hash"
        for part in crate["@graph"]
        if "sha256" in part
        and sha256((HERE / part["@id"]).read_bytes()) != part["sha256"]
    ]


def main() -> int:
    problems = [*seal_problems(), *log_problems(), *file_problems()]
    sys.stdout.write("\n".join(problems or ["everything holds"]) + "\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
