"""The shortcut test's results, kept in a file that Table 1 reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from gaitmodel.core.errors import InputError
from gaitmodel.core.store import atomic_path

FILE = "shortcut.json"


@dataclass(frozen=True)
class ShortcutRow:
    """Accuracy of one system on n test walks, scenes as trained and swapped."""

    system: str
    title: str
    backbone: str
    n: int
    as_trained: float
    swapped: float


def write_rows(folder: Path, rows: Sequence[ShortcutRow]) -> None:
    """Save rows in ``folder``; a system's earlier row is replaced, others stay."""
    path = folder / FILE
    known = {row.system: row for row in (read_rows(folder) if path.exists() else ())}
    known |= {row.system: row for row in rows}
    with atomic_path(path) as part:
        part.write_text(
            json.dumps([asdict(row) for row in known.values()], indent=1) + "\n"
        )


def read_rows(folder: Path) -> list[ShortcutRow]:
    """The rows of a folder.

    Raises
    ------
    InputError
        If the file is missing or not JSON, or a row has missing or extra fields.
    """
    path = folder / FILE
    try:
        stored = json.loads(path.read_text())
    except FileNotFoundError as error:
        raise InputError(
            f"{path} is missing: run shortcut_test --out {folder} first"
        ) from error
    except ValueError as error:
        raise InputError(f"{path} is no JSON: {error}") from error
    wanted = {one.name for one in fields(ShortcutRow)}
    for number, row in enumerate(stored, start=1):
        if not isinstance(row, dict) or set(row) != wanted:
            raise InputError(
                f"{path}, row {number}: must hold exactly {', '.join(sorted(wanted))}"
            )
    return [ShortcutRow(**row) for row in stored]


def shortcut_sentence(n: int) -> str:
    """Explains Table 1's two columns of scenes, in every format of it."""
    return (
        f"Scenes: accuracy (%) on {n} synthetic walks of people not trained on. Room, "
        "clothes and camera side told the class in training; at test time they are "
        "kept, or swapped between the classes."
    )
