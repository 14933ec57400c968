"""System checks of the model room."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gaitmodel.checks import torchvision_fits_torch


def install(folder: Path, package: str, version: str) -> None:
    (folder / package).mkdir()
    (folder / package / "__init__.py").write_text(
        "raise ImportError('not to be loaded')"
    )
    (folder / package / "version.py").write_text(version)


@pytest.mark.parametrize(
    ("torchvision", "broken"), [("'13.0'", True), ("None", False), (None, False)]
)
def test_a_torchvision_of_another_build_is_named_without_loading_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    torchvision: str | None,
    broken: bool,
) -> None:
    for name in ("torch", "torchvision"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    install(tmp_path, "torch", "cuda = None")
    if torchvision:
        install(tmp_path, "torchvision", f"cuda = {torchvision}")
    found = torchvision_fits_torch(None)
    assert [one.id for one in found] == (["gaitmodel.E003"] if broken else [])
    if broken:
        assert (
            "torch is built for the CPU and torchvision for CUDA 13.0" in found[0].msg
        )
