"""De-identify a film: cover every head, look again, and fail closed.

1. Find faces (score from 0.2) in the source: in the whole of every second frame, and
   enlarged around the heads of all poses in the frames between; a frame in which no
   head is known is always searched as a whole.
2. Cover them in solid grey and re-encode the film: no audio, no metadata, and no larger
   than the detector sees it, so that it holds no face too small to be found.
3. Find faces in the result. One at 0.5 or more outside the mask fails the film; a
   weaker one needs a person's review, unless it is on the body, below the shoulders,
   of somebody whose head is covered (in masked films hands look like faces); a film
   with nobody in it fails too. A film that does not pass is covered again, with the
   doubts included and every region widened, and only the doubtful frames are searched
   again: elsewhere a larger mask can only hide more.

Only a film that passed is moved into place; any other is deleted. If it did not pass,
crops of the doubtful places are kept for a person, who may accept weak detections
(exactly these: the film is remade and must show no others) or ask for a wider mask.
Detections at 0.5 or more cannot be accepted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from gaitmodel.core.media.encode import write_video
from gaitmodel.core.media.frames import decoded_ahead, every_frame
from gaitmodel.core.pose.blazepose_files import blazepose_files
from gaitmodel.core.pose.blazepose_model import BlazePose
from gaitmodel.core.pose.blazepose_people import PeopleInFilm, follow_people
from gaitmodel.core.privacy.cut_outs import Doubt, write_cut_outs
from gaitmodel.core.privacy.decision import PrivacyDecision, doubts_sha256
from gaitmodel.core.privacy.faces import LONGEST_PX, STRONG, CenterFace, Face
from gaitmodel.core.privacy.head_mask import (
    Circle,
    FilmRegions,
    cover,
    heads_of,
    share_inside,
)
from gaitmodel.core.records import ByteArray
from gaitmodel.core.store import file_sha256, scratch_folder

WIDER: Final = (1.0, 1.2, 1.4)
"""Factors on every covered region, attempt by attempt."""

UNDECIDED: Final = PrivacyDecision()

_WHOLE_EVERY: Final = 2
"""Interval of whole-frame searches; a face is covered five frames either way."""

_CLOSER: Final = 2.5
"""How many head radii around a head are searched enlarged."""

_INSIDE: Final = 0.8
"""Share of a detection under the mask above which the mask explains it."""


class Status(StrEnum):
    PASSED = "passed"
    REVIEW = "review"
    FAILED = "failed"


@dataclass(frozen=True)
class Deidentified:
    """The outcome for a film: status, reason, covered regions and doubts."""

    status: Status
    reason: str
    regions: FilmRegions
    doubts: tuple[Doubt, ...]
    detector: str
    source_sha256: str
    film_sha256: str

    @property
    def doubt_rows(self) -> list[list[float]]:
        """Frame, box and score of each doubt, as stored."""
        return _doubt_rows(self.doubts)

    def to_json(self) -> dict[str, Any]:
        """For the clip's provenance: regions per frame, hashes and versions."""
        return {
            "status": self.status.value,
            "reason": self.reason,
            "detector": self.detector,
            "source_sha256": self.source_sha256,
            "film_sha256": self.film_sha256,
            "wider": self.regions.wider,
            "doubts": self.doubt_rows,
            "doubts_sha256": doubts_sha256(self.doubt_rows),
            "frames": [
                {
                    "faces": [_face(face) for face in faces],
                    "heads": [
                        [round(h.x, 1), round(h.y, 1), round(h.radius, 1)]
                        for h in heads
                    ],
                }
                for faces, heads in zip(
                    self.regions.faces, self.regions.heads, strict=True
                )
            ],
        }


def _face(face: Face) -> list[float]:
    return [*(round(value, 1) for value in face.box), round(face.score, 3)]


def deidentify(
    source: Path,
    target: Path,
    fps: float,
    *,
    span: tuple[int, int | None] = (0, None),
    decision: PrivacyDecision = UNDECIDED,
    cut_outs: Path | None = None,
) -> Deidentified:
    """Write ``source`` (``span``: first frame and count) to ``target`` without faces.

    ``target`` exists afterwards if and only if the status is ``passed``. A film that
    does not pass is tried again with its doubts covered and every region widened. If it
    never passes, its doubtful places go into the folder ``cut_outs`` as PNG.

    Raises
    ------
    VideoError
        If the film does not decode.
    WeightsError
        If a network's file is missing.
    """
    target.unlink(missing_ok=True)
    detector = CenterFace()
    regions, people = _regions(source, span, detector)
    with scratch_folder(target.parent) as folder:
        part = folder / target.name
        doubtful: frozenset[int] | None = None
        doubts: tuple[Doubt, ...] = ()
        for wider in WIDER:
            factor = wider * decision.wider
            regions = _with_doubts(replace(regions, wider=factor), doubts)
            write_video(part, _covered(source, span, regions), fps)
            doubts = tuple(_doubts(part, regions, people, detector, doubtful))
            doubtful = frozenset(doubt.frame for doubt in doubts)
            status, reason = verdict(regions, doubts)
            if status is Status.PASSED or not any(regions.heads):
                break
        if status is Status.REVIEW and _is_accepted(doubts, decision):
            status, reason = Status.PASSED, "a person accepted what was in doubt"
        result = Deidentified(
            status=status,
            reason=reason,
            regions=regions,
            doubts=doubts,
            detector=detector.version,
            source_sha256=file_sha256(source),
            film_sha256=file_sha256(part),
        )
        if status is Status.PASSED:
            part.replace(target)
        elif cut_outs is not None:
            write_cut_outs(part, doubts, cut_outs)
    return result


def _is_accepted(doubts: Sequence[Doubt], decision: PrivacyDecision) -> bool:
    return doubts_sha256(_doubt_rows(doubts)) == decision.accepted_sha256


def _doubt_rows(doubts: Sequence[Doubt]) -> list[list[float]]:
    return [[d.frame, *_face(d.face)] for d in doubts]


def _with_doubts(regions: FilmRegions, doubts: Sequence[Doubt]) -> FilmRegions:
    """The regions plus the possible faces found in the written film."""
    faces = list(regions.faces)
    for doubt in doubts:
        faces[doubt.frame] = (*faces[doubt.frame], doubt.face)
    return replace(regions, faces=tuple(faces))


def verdict(regions: FilmRegions, doubts: Sequence[Doubt]) -> tuple[Status, str]:
    """The status of a written film and, unless it passed, the reason in words."""
    if not any(regions.heads):
        return Status.FAILED, "nobody was found in the film, so nobody was covered"
    strong = sorted({d.frame for d in doubts if d.face.score >= STRONG})
    if strong:
        return Status.FAILED, f"a face is left uncovered in frames {_listed(strong)}"
    weak = sorted({d.frame for d in doubts})
    if weak:
        return Status.REVIEW, f"what may be a face is left in frames {_listed(weak)}"
    return Status.PASSED, ""


def _listed(frames: Sequence[int]) -> str:
    shown = ", ".join(str(frame) for frame in frames[:8])
    return shown if len(frames) <= 8 else f"{shown} and {len(frames) - 8} more"


def _as_stored(rgb: ByteArray) -> ByteArray:
    """Shrunk to the detector's resolution, without an odd last row or column."""
    height, width = rgb.shape[:2]
    if (scale := LONGEST_PX / max(height, width)) < 1:
        size = max(2, round(width * scale)), max(2, round(height * scale))
        shrunk = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
        rgb, (width, height) = np.asarray(shrunk, dtype=np.uint8), size
    return rgb[: height - height % 2, : width - width % 2]


def _regions(
    source: Path, span: tuple[int, int | None], detector: CenterFace
) -> tuple[FilmRegions, PeopleInFilm]:
    faces: list[tuple[Face, ...]] = []

    def looked_at() -> Iterator[ByteArray]:
        for number, rgb in enumerate(every_frame(source, *span)):
            frame = np.ascontiguousarray(_as_stored(rgb))
            whole = number % _WHOLE_EVERY == 0
            faces.append(tuple(detector.faces(frame)) if whole else ())
            yield frame

    model = BlazePose(blazepose_files())
    people = follow_people(model, decoded_ahead(looked_at()))
    heads = heads_of(people)
    for number, rgb in enumerate(every_frame(source, *span)):
        if number % _WHOLE_EVERY:
            frame = np.ascontiguousarray(_as_stored(rgb))
            faces[number] = tuple(_looked_closer(detector, frame, heads[number]))
    return FilmRegions(tuple(faces), heads), people


def _looked_closer(
    detector: CenterFace, frame: ByteArray, heads: Sequence[Circle]
) -> Iterator[Face]:
    """Faces around the known heads; without any, in the whole frame."""
    if not heads:
        yield from detector.faces(frame)
    for head in heads:
        yield from detector.faces_near(frame, (head.x, head.y), _CLOSER * head.radius)


def _covered(
    source: Path, span: tuple[int, int | None], regions: FilmRegions
) -> Iterator[ByteArray]:
    for number, rgb in enumerate(every_frame(source, *span)):
        frame = _as_stored(rgb)
        yield cover(frame, regions.mask(number, (frame.shape[1], frame.shape[0])))


def _doubts(
    film: Path,
    regions: FilmRegions,
    people: PeopleInFilm,
    detector: CenterFace,
    only: frozenset[int] | None,
) -> Iterator[Doubt]:
    """Detections that the mask does not explain, in the frames ``only`` or in all."""
    for number, rgb in enumerate(every_frame(film)):
        if only is not None and number not in only:
            continue
        mask = regions.mask(number, (rgb.shape[1], rgb.shape[0]))
        for face in detector.faces(rgb):
            if share_inside(face, mask) >= _INSIDE:
                continue
            if face.score < STRONG and _on_a_body(face, number, people):
                continue
            yield Doubt(number, face)


def _on_a_body(face: Face, number: int, people: PeopleInFilm) -> bool:
    """Whether a detection is on a tracked person, below their shoulders."""
    x, y = face.centre
    for track in people.tracks:
        person = track.people.get(number)
        if person is None:
            continue
        body = person.image[11:]
        room = 0.1 * float(np.ptp(body[:, 1]))
        low, high = body.min(axis=0) - (room, 0), body.max(axis=0) + room
        if low[0] <= x <= high[0] and low[1] <= y <= high[1]:
            return True
    return False
