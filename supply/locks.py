"""Lock files: every requirement with the hashes of its files, and no address of an index.

``python -m supply.locks`` writes ``requirements*.lock`` from ``requirements*.txt`` by
uv, which asks the package index for the hashes of every file of each pinned version,
for every platform. Nothing is resolved: a requirement that is missing is an error when
the lock is installed, and a test's when it differs from the list.

torch has a second family of files, built for the CPU, that PyPI does not carry; the
hashes of those that were seen and run here are in ``FURTHER``.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
NAMES = (
    "requirements",
    "requirements-dev",
    "requirements-weights",
    "requirements-cuda",
)
# torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl of PyTorch's own CPU index.
FURTHER = {
    "torch": ("6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b",)
}
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def listed(path: Path) -> dict[str, Requirement]:
    """The requirements of a list by their canonical names, without those of ``-r``."""
    found = {}
    for line in path.read_text().splitlines():
        text = line.partition(" #")[0].strip()
        if text and not text.startswith(("#", "-")):
            one = Requirement(text)
            found[canonicalize_name(one.name)] = one
    return found


def locked(path: Path) -> dict[str, tuple[Requirement, tuple[str, ...]]]:
    """The requirements of a lock by their canonical names, with their hashes."""
    found = {}
    for entry in path.read_text().replace("\\\n", " ").splitlines():
        if not entry.strip() or entry.startswith(("#", "-r ")):
            continue
        text = entry.partition(" --hash")[0].strip()
        one = Requirement(text)
        found[canonicalize_name(one.name)] = (one, tuple(HASH.findall(entry)))
    return found


def _asked(name: str) -> str:
    """What uv writes for one list; its own ``-r`` is left to the lock's."""
    lines = [str(one) for one in listed(ROOT / f"{name}.txt").values()]
    done = subprocess.run(
        [str(Path(sys.executable).parent / "uv"), "pip", "compile", "-", "--no-deps", "--generate-hashes", "--no-header",
         "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--universal",
         "--python-version", "3.11", "--quiet"],
        input="\n".join(lines), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{name}.txt: {done.stderr.strip()}")
    return done.stdout


def lock_text(name: str, written: str) -> str:
    """With the further hashes, and the lock that this one goes on top of."""
    for package, hashes in FURTHER.items():
        lines = "".join(f" \\\n    --hash=sha256:{one}" for one in hashes)
        written = re.sub(rf"(?m)^({package}==[^ ]+)(?= \\$)", rf"\1{lines}", written)
    head = "# Written by python -m supply.locks: change the list, then run it.\n"
    base = "-r requirements.lock\n" if name == "requirements-dev" else ""
    return head + base + written


def main() -> None:
    for name in NAMES:
        text = lock_text(name, _asked(name))
        (ROOT / f"{name}.lock").write_text(text)
        sys.stdout.write(f"{name}.lock: {len(locked(ROOT / f'{name}.lock'))} pinned\n")


if __name__ == "__main__":
    main()
