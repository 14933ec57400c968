"""The bill of materials is valid CycloneDX and names everything that is required."""

import json
import subprocess
import sys
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.utils import canonicalize_name

from supply.locks import ROOT, listed


def test_make_sbom_writes_a_valid_bill_of_everything(tmp_path: Path) -> None:
    target = tmp_path / "sbom.json"
    subprocess.run(
        ["make", "--no-print-directory", "-o", ".venv/.ready-dev", "sbom",
         f"SBOM={target}", f"BIN={Path(sys.executable).parent}"],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    text = target.read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill = json.loads(text)
    assert bill["metadata"]["component"]["name"] == "biogait-study"
    parts = {canonicalize_name(part["name"]): part for part in bill["components"]}
    wanted = {
        name
        for name, one in listed(ROOT / "requirements.txt").items()
        if not one.marker or one.marker.evaluate()
    }
    assert wanted - parts.keys() == set()
    torch = parts["torch"]
    assert torch["version"].startswith("2.13.0")
    assert torch["licenses"]
