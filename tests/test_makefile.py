"""What make can do is told by make itself."""

import re
import subprocess

from tests.processes import ROOT


def test_make_help_explains_every_target() -> None:
    rules = (ROOT / "Makefile").read_text()
    named = re.search(r"^\.PHONY: (.+)$", rules, re.MULTILINE)
    assert named
    targets = set(named[1].split()) - {"help"}
    told = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert set(re.findall(r"^make (\S+)  +\S", told, re.MULTILINE)) == targets
    for target in targets:
        assert re.search(rf"^{target}:", rules, re.MULTILINE), f"{target} has no rule"
