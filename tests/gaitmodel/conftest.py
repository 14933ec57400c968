"""The tiny backbone, made once for all tests that read with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from gaitmodel.core.systems.internvl import InternVLBackbone
    from gaitmodel.core.training.workplace import Workplace


@pytest.fixture(scope="session")
def backbones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("backbones")


@pytest.fixture
def workplace(backbones: Path, tmp_path: Path) -> Workplace:
    # Imported here: torch would slow down every test that needs no model.
    from gaitmodel.core.training.workplace import Workplace

    return Workplace(backbones, tmp_path / "checkpoints", tmp_path / "cache")


@pytest.fixture
def tiny(workplace: Workplace) -> InternVLBackbone:
    return workplace.backbone("tiny")
