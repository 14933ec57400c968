"""What a reader of an export bundle, and a forger, would do with it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path


def offline(
    folder: Path, script: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", folder / script, *arguments],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def summed_anew(bundle: Path) -> str:
    """Rewrite the checksums and metadata, as a forger would; return verify's output."""
    crate = bundle / "ro-crate-metadata.json"
    known = json.loads(crate.read_text())
    for part in known["@graph"]:
        if "sha256" in part:
            data = (bundle / part["@id"]).read_bytes()
            part["sha256"] = hashlib.sha256(data).hexdigest()
    crate.write_text(json.dumps(known))
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(bundle.iterdir())
        if path.is_file() and path.name != "SHA256SUMS"
    ]
    (bundle / "SHA256SUMS").write_text("".join(lines))
    return offline(bundle, "verify.py").stdout
