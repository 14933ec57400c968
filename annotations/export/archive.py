"""The export as one downloadable file, and its entry in the log."""

from __future__ import annotations

import hashlib
import io
import tempfile
import zipfile
from pathlib import Path

from django.contrib.auth.models import User

from annotations.export.bundle import SUMS, study_export
from annotations.models import Study
from annotations.services.exporting import export_note

EPOCH = (1980, 1, 1, 0, 0, 0)  # equal files give equal archives


def study_archive(*, study: Study, actor: User) -> io.BytesIO:
    """A ZIP of the bundle, ready to be read; logs who took it and its hash.

    Raises
    ------
    StateError
        If the study is not unblinded.
    """
    archive = io.BytesIO()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as whole:
            for path in sorted(study_export(study, folder)):
                entry = zipfile.ZipInfo(path.name, EPOCH)
                whole.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
        sums = hashlib.sha256((folder / SUMS).read_bytes()).hexdigest()
    export_note(study=study, actor=actor, what="bundle", sha256=sums)
    archive.seek(0)
    return archive
