"""BioGait+ from poses alone on real walks: python -m benchmarks.pose_model FOLDER.

FOLDER holds ``manifest.csv`` (``clip,subject,label,pose,fps``) and ``folds.csv``, whose
columns ``fold_X`` give one subject-grouped partition each and ``baseline_X`` the
predictions of another system under it. For each partition every fold is predicted by a
model fitted without its subjects; its temperature comes from training subjects held out
within the training folds. Predictions are pooled within a partition.
"""

import csv
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from gaitmodel.core.pose.load import read_pose
from gaitmodel.core.scoring.calibration import calibration
from gaitmodel.core.scoring.comparison import Comparison, compare
from gaitmodel.core.scoring.coverage import risk_coverage
from gaitmodel.core.scoring.scores import score
from gaitmodel.core.sources.manifest import read_manifest
from gaitmodel.core.systems.biogait_plus import PoseClassifier
from gaitmodel.core.systems.descriptor import MAX_WINDOWS, NUMBERS, walk_descriptors
from gaitmodel.core.taxonomy import CLASSES, gait_class

COVERAGES = (1.0, 0.8, 0.6, 0.4)


def main() -> None:
    results = judged(Path(sys.argv[1]))
    means = np.mean(list(results.values()), axis=0)
    print(
        f"mean of {len(results)}: accuracy {means[0]:.3f}, macro F1 {means[1]:.3f}, "
        f"ECE {means[2]:.3f}"
    )


def judged(
    folder: Path, only: Sequence[str] = ()
) -> dict[str, tuple[float, float, float]]:
    """Accuracy, macro F1 and ECE of each partition (or of those named), printed."""
    clips = read_manifest(folder / "manifest.csv").clips
    with (folder / "folds.csv").open(newline="") as file:
        rows = {row["clip"]: row for row in csv.DictReader(file)}
    start = time.perf_counter()
    walks = torch.full((len(clips), MAX_WINDOWS, NUMBERS), torch.nan)
    for i, clip in enumerate(clips):
        windows = walk_descriptors(read_pose(clip.pose, clip.fps))
        walks[i, : len(windows)] = torch.from_numpy(windows)
    print(f"{len(clips)} walks described: {time.perf_counter() - start:.0f} s")
    labels = torch.tensor([clip.label.position for clip in clips])
    subjects = [clip.subject for clip in clips]
    counted = _classes_of_several_subjects(labels.tolist(), subjects)
    print("macro F1 over", ", ".join(CLASSES[c].value for c in counted))
    results = {}
    every = sorted(c[5:] for c in rows[clips[0].clip] if c.startswith("fold_"))
    for name in only or every:
        start = time.perf_counter()
        folds = [rows[clip.clip][f"fold_{name}"] for clip in clips]
        shares = _pooled(walks, labels, subjects, folds)
        baseline = [
            gait_class(rows[c.clip][f"baseline_{name}"]).position for c in clips
        ]
        results[name] = _report(
            name, labels.tolist(), shares, baseline, subjects, counted
        )
        print(f"  {time.perf_counter() - start:.0f} s")
    return results


def _classes_of_several_subjects(
    labels: Sequence[int], subjects: Sequence[str]
) -> list[int]:
    """Classes with several subjects: others cannot be predicted with it held out."""
    own = {(label, subject) for label, subject in zip(labels, subjects, strict=True)}
    counts = np.bincount([label for label, _ in own], minlength=len(CLASSES))
    return np.flatnonzero(counts > 1).tolist()


def _pooled(
    walks: torch.Tensor,
    labels: torch.Tensor,
    subjects: Sequence[str],
    folds: Sequence[str],
) -> np.ndarray:
    """(N, K) probabilities, each clip's from the model fitted without its fold."""
    shares = torch.zeros(len(walks), len(CLASSES))
    for fold in sorted(set(folds)):
        out = torch.tensor([one == fold for one in folds])
        model = PoseClassifier()
        model.fit_closed_form(
            {"walk": walks[~out]},
            labels[~out],
            [s for s, held in zip(subjects, out.tolist(), strict=True) if not held],
        )
        shares[out] = model(walks[out]).softmax(dim=1)
    return shares.double().numpy()


def _report(
    name: str,
    labels: list[int],
    shares: np.ndarray,
    baseline: list[int],
    subjects: Sequence[str],
    counted: Sequence[int],
) -> tuple[float, float, float]:
    predicted = shares.argmax(axis=1).tolist()
    scores = score(labels, predicted, subjects)
    macro = float(np.mean([scores.per_class_f1[CLASSES[c].value] for c in counted]))
    kept = calibration(labels, shares)
    risks = risk_coverage(labels, shares)
    low, high = scores.ci["accuracy"].lo, scores.ci["accuracy"].hi
    print(
        f"partition {name}: accuracy {scores.accuracy:.3f} [{low:.3f}, {high:.3f}], "
        f"macro F1 {macro:.3f}, ECE {kept.ece:.3f} (adaptive {kept.adaptive_ece:.3f})"
    )
    each = [
        f"{CLASSES[c].value} {scores.per_class_f1[CLASSES[c].value]:.2f}"
        for c in counted
    ]
    print("  F1:", ", ".join(each))
    at = ", ".join(f"{100 * c:.0f} %: {risks.at(c):.3f}" for c in COVERAGES)
    print(
        f"  risk at coverage {at}; area {risks.area:.3f} (random {risks.chance_area:.3f})"
    )
    print("  " + _gain(compare(labels, predicted, baseline, subjects, counted)))
    return scores.accuracy, macro, kept.ece


def _gain(found: Comparison) -> str:
    return (
        f"gain over the baseline: accuracy {found.accuracy_gain:+.3f} "
        f"[{found.accuracy_ci.lo:+.3f}, {found.accuracy_ci.hi:+.3f}], "
        f"macro F1 {found.macro_f1_gain:+.3f} "
        f"[{found.macro_f1_ci.lo:+.3f}, {found.macro_f1_ci.hi:+.3f}], "
        f"sign-flip over {found.n_subjects} subjects p = {found.sign_flip_p:.3f}"
    )


if __name__ == "__main__":
    main()
