"""A small disk (tmpfs) for a test, which can really be filled and made read-only."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp


class SmallDisk:
    """Mounted at ``root``. Only root may mount, and CI runs as root."""

    def __init__(self, megabytes: int) -> None:
        self.root = Path(mkdtemp(prefix="biogait-disk-"))
        self._mount("-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "biogait")

    def _mount(self, *arguments: str) -> None:
        subprocess.run(["mount", *arguments, str(self.root)], check=True)

    def unmount(self) -> None:
        subprocess.run(["umount", "--lazy", str(self.root)], check=True)
        self.root.rmdir()

    def writable(self, yes: bool) -> None:
        """Remount; no file may be open for writing when it becomes read-only."""
        self._mount("-o", f"remount,{'rw' if yes else 'ro'}")

    @contextmanager
    def full(self) -> Iterator[None]:
        """Leave no free disk block while the with-block runs."""
        filler = self.root / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(os.urandom(4096))
            except OSError:
                pass
        try:
            yield
        finally:
            filler.unlink()


@contextmanager
def small_disk(megabytes: int) -> Iterator[SmallDisk]:
    disk = SmallDisk(megabytes)
    try:
        yield disk
    finally:
        disk.unmount()
