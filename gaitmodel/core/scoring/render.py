"""Table 1 as plain text, Markdown, CSV and LaTeX.

Percent with one decimal; in brackets the 95 % interval that resamples subjects. A class
that occurs in neither truth nor prediction counts 0 in the macro F1 over eight and is
printed as a dash.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from gaitmodel.core.scoring.comparison import Comparison
from gaitmodel.core.scoring.draws import draws_sentence
from gaitmodel.core.scoring.free_text import free_text_sentence
from gaitmodel.core.scoring.resampling import Interval
from gaitmodel.core.scoring.scores import Scores
from gaitmodel.core.scoring.seen import seen_sentence
from gaitmodel.core.scoring.shortcut import shortcut_sentence
from gaitmodel.core.scoring.table_one import Row, TableOne
from gaitmodel.core.taxonomy import CLASSES

FEW_SUBJECTS = 10  # below this a class's interval means little
ABSENT = "–"

HEAD = [
    "Method",
    "Acc. (%)",
    "Macro F1",
    *(c.short_name for c in CLASSES),
    "ECE",
    "AURC",
]


SCENES = ["Scenes kept", "Scenes swapped"]


def _lines(table: TableOne) -> list[list[str]]:
    """Head and rows; with the shortcut test's columns if any system has taken it."""
    tested = any(row.shortcut for row in table.rows.values())
    return [
        HEAD + (SCENES if tested else []),
        *(
            _cells(row) + (_scenes(row) if tested else [])
            for row in table.rows.values()
        ),
    ]


def _scenes(row: Row) -> list[str]:
    if not row.shortcut:
        return [ABSENT, ABSENT]
    return [f"{100 * row.shortcut.as_trained:.1f}", f"{100 * row.shortcut.swapped:.1f}"]


def _cells(row: Row) -> list[str]:
    return [
        row.title,
        _percent(row.scores.accuracy, row.scores.ci["accuracy"]),
        _percent(row.scores.macro_f1, row.scores.ci["macro_f1"]),
        *_class_cells(row.scores),
        f"{row.calibration.ece:.3f}",
        f"{row.coverage.area:.3f}",
    ]


def _class_cells(scores: Scores) -> list[str]:
    return [
        ABSENT
        if c.value in scores.absent
        else f"{100 * scores.per_class_f1[c.value]:.1f}"
        for c in CLASSES
    ]


def _percent(value: float, interval: Interval) -> str:
    return f"{100 * value:.1f} [{100 * interval.lo:.0f}, {100 * interval.hi:.0f}]"


def _caption(table: TableOne) -> str:
    first = table.first
    return (
        f"Split {table.split}: {first.n} clips of {first.n_subjects} subjects. "
        + draws_sentence(first.subjects_per_class, first.classes_lost)
    )


def _notes(table: TableOne) -> list[str]:
    first = table.first
    notes = [
        seen_sentence(row.title, row.seen) for row in table.rows.values() if row.seen
    ]
    if any(row.scores.absent for row in table.rows.values()):
        notes.append(
            f"{ABSENT}: in neither truth nor prediction; counts 0 in the macro F1 over "
            "eight."
        )
    notes += [_stratified(row) for row in table.rows.values()]
    few = [
        c.short_name
        for c in CLASSES
        if 0 < first.subjects_per_class[c.value] < FEW_SUBJECTS
    ]
    if few:
        notes.append(
            f"Fewer than {FEW_SUBJECTS} subjects: {', '.join(few)}; their F1 rests on "
            "very few people."
        )
    for row in table.rows.values():
        if row.free_text:
            notes.append(free_text_sentence(row.title, row.free_text))
    tested = [row.shortcut.n for row in table.rows.values() if row.shortcut]
    if tested:
        notes.append(shortcut_sentence(tested[0]))
    notes += [
        f"{row.title}: {row.weights}." for row in table.rows.values() if row.weights
    ]
    return notes


def _stratified(row: Row) -> str:
    """The intervals for the same mix of classes, and macro F1 over those that occur."""
    strata, present = row.scores.ci_stratified, sum(map(any, row.scores.confusion))
    bounds = [
        f"{name} [{100 * strata[key].lo:.0f}, {100 * strata[key].hi:.0f}]"
        for name, key in (("accuracy", "accuracy"), ("macro F1", "macro_f1"))
    ]
    return (
        f"{row.title}, resampling within each class: {', '.join(bounds)}. Macro F1 over "
        f"the {present} {'class' if present == 1 else 'classes'} in the truth: "
        f"{100 * row.scores.macro_f1_present:.1f}."
    )


def comparison_sentence(title: str, other: str, found: Comparison) -> str:
    """One sentence on two systems: gain, intervals, both tests by name."""
    return (
        f"{title} against {other}: accuracy {_gain(found.accuracy_gain, found.accuracy_ci)}, "
        f"macro F1 over the classes in the truth {_gain(found.macro_f1_gain, found.macro_f1_ci)} points (95 % interval, "
        f"resampling subjects); sign-flip over {found.n_subjects} subjects "
        f"p {_p(found.sign_flip_p)}; McNemar on clips as if independent "
        f"p {_p(found.mcnemar_naive_p)}."
    )


def _gain(value: float, interval: Interval) -> str:
    return f"{100 * value:+.1f} [{100 * interval.lo:+.1f}, {100 * interval.hi:+.1f}]"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def _sentences(table: TableOne) -> list[str]:
    own = table.rows[table.target].title
    return [
        comparison_sentence(own, table.rows[key].title, found)
        for key, found in table.comparisons.items()
    ]


def as_text(table: TableOne) -> str:
    """For a terminal: columns padded with spaces; confusions of occurring classes."""
    said = [_caption(table), *_padded(_lines(table)), *_notes(table)]
    said += _sentences(table)
    for row in table.rows.values():
        head, *lines = _confusion(row)
        occurring = [line for line in lines if any(cell != "0" for cell in line[1:])]
        said += ["", row.title, *_padded([head, *occurring])]
    return "\n".join(said)


def _padded(lines: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    ]


def _confusion(row: Row) -> list[list[str]]:
    """Head and rows of counts: a row per true class, a column per predicted class."""
    return [
        ["truth \\ prediction", *(c.short_name for c in CLASSES)],
        *(
            [member.short_name, *(str(count) for count in counts)]
            for member, counts in zip(CLASSES, row.scores.confusion, strict=True)
        ),
    ]


def as_markdown(table: TableOne) -> str:
    body = _markdown_table(_lines(table))
    notes = [f"- {note}" for note in [*_notes(table), *_sentences(table)]]
    confusions = [_markdown_confusion(row) for row in table.rows.values()]
    return "\n\n".join([_caption(table), body, "\n".join(notes), *confusions]) + "\n"


def _markdown_confusion(row: Row) -> str:
    return f"**{row.title}**\n\n{_markdown_table(_confusion(row))}"


def _markdown_table(lines: Sequence[Sequence[str]]) -> str:
    head, *rows = lines
    ruler = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, ruler, *rows])


def as_csv(table: TableOne) -> str:
    """One line per system and number: value, interval, stratified interval, mark.

    A class in neither truth nor prediction counts 0 and is marked absent.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    intervals = ("lo", "hi", "stratified_lo", "stratified_hi")
    writer.writerow(["system", "measure", "value", *intervals, "mark"])
    for key, row in table.rows.items():
        measured = {
            "accuracy": row.scores.accuracy,
            "macro_f1": row.scores.macro_f1,
            **row.scores.per_class_f1,
        }
        for name, value in measured.items():
            plain, strata = row.scores.ci[name], row.scores.ci_stratified[name]
            numbers = [value, plain.lo, plain.hi, strata.lo, strata.hi]
            mark = "absent" if name in row.scores.absent else ""
            writer.writerow([key, name, *(f"{n:.6f}" for n in numbers), mark])
        counts = {
            "n": row.scores.n,
            "n_subjects": row.scores.n_subjects,
            "subjects_seen": row.seen,
        }
        for name, count in counts.items():
            writer.writerow([key, name, count, "", "", "", "", ""])
        others = {
            "macro_f1_present": row.scores.macro_f1_present,
            "ece": row.calibration.ece,
            "adaptive_ece": row.calibration.adaptive_ece,
            "brier": row.calibration.brier,
            "aurc": row.coverage.area,
        }
        if row.free_text:
            others["free_text_accuracy"] = row.free_text.accuracy
            others["free_text_macro_f1"] = row.free_text.macro_f1
        if row.shortcut:
            others["scenes_kept_accuracy"] = row.shortcut.as_trained
            others["scenes_swapped_accuracy"] = row.shortcut.swapped
        for name, value in others.items():
            writer.writerow([key, name, f"{value:.6f}", "", "", "", "", ""])
    return out.getvalue()


def as_latex(table: TableOne) -> str:
    """A ``tabular`` for booktabs; its caption and notes as comments."""
    head, *rows = _lines(table)
    lines = [
        f"% {_caption(table)}",
        f"\\begin{{tabular}}{{l{'r' * (len(head) - 1)}}}",
        "\\toprule",
        _latex_line(head),
        "\\midrule",
        *(_latex_line(row) for row in rows),
        "\\bottomrule",
        "\\end{tabular}",
        *(f"% {note}" for note in [*_notes(table), *_sentences(table)]),
    ]
    return "\n".join(lines) + "\n"


def _latex_line(cells: Sequence[str]) -> str:
    escaped = [
        cell.replace("%", "\\%").replace("_", "\\_").replace(ABSENT, "--")
        for cell in cells
    ]
    return " & ".join(escaped) + " \\\\"
