"""What the shortcut test found, from file to Table 1."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gaitmodel.core.errors import InputError
from gaitmodel.core.scoring.shortcut import FILE, ShortcutRow, read_rows, write_rows

TSN = ShortcutRow("tsn", "TSN", "tiny", 16, 1.0, 0.0)
PLUS = ShortcutRow("biogait_plus", "BioGait+ (ours)", "none", 16, 0.9, 0.9)


def test_rows_come_back_and_a_second_test_of_a_system_replaces_its_first(
    tmp_path: Path,
) -> None:
    write_rows(tmp_path, [TSN, PLUS])
    again = ShortcutRow("tsn", "TSN", "tiny", 16, 0.8, 0.1)
    write_rows(tmp_path, [again])
    assert read_rows(tmp_path) == [again, PLUS]


def test_a_missing_or_broken_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="shortcut.json is missing: run shortcut_test"):
        read_rows(tmp_path)
    (tmp_path / FILE).write_text("{")
    with pytest.raises(InputError, match="is no JSON"):
        read_rows(tmp_path)
    (tmp_path / FILE).write_text(json.dumps([{"system": "tsn"}]))
    with pytest.raises(InputError, match="row 1: must hold exactly as_trained"):
        read_rows(tmp_path)
