"""Table 1 in its forms: one record, five ways to print it."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

from gaitmodel.core.records import Prediction
from gaitmodel.core.scoring.drawing import confusion_svg, reliability_svg
from gaitmodel.core.scoring.render import as_csv, as_latex, as_markdown, as_text
from gaitmodel.core.scoring.shortcut import ShortcutRow
from gaitmodel.core.scoring.table_one import Answers, TableOne, table_json, table_one
from gaitmodel.core.taxonomy import CLASSES

TRUTH = [0, 0, 1, 1, 3, 3, 5, 5, 0, 1]
SUBJECTS = [f"s{i // 2}" for i in range(10)]


def answers(title: str, labels: list[int], sure: float = 0.9) -> Answers:
    shares = np.full((len(labels), 8), (1 - sure) / 7)
    shares[np.arange(len(labels)), labels] = sure
    return Answers(
        title,
        "none",
        "random initialisation",
        "c1",
        tuple(
            Prediction(title, CLASSES[label], tuple(row))
            for label, row in zip(labels, shares.tolist(), strict=True)
        ),
    )


@pytest.fixture
def table() -> TableOne:
    given = {
        "ours": answers("Ours_100%", TRUTH),
        "theirs": answers("Theirs", [0, 1, 1, 1, 3, 0, 5, 0, 0, 0]),
    }
    return table_one("test", TRUTH, SUBJECTS, given, "ours")


def test_the_numbers_are_sklearns(table: TableOne) -> None:
    theirs = table.rows["theirs"].scores
    labels = [0, 1, 1, 1, 3, 0, 5, 0, 0, 0]
    expected = f1_score(TRUTH, labels, labels=range(8), average=None, zero_division=0)
    assert list(theirs.per_class_f1.values()) == pytest.approx(list(expected))
    counts = confusion_matrix(TRUTH, labels, labels=range(8))
    assert [list(row) for row in theirs.confusion] == counts.tolist()


def test_the_json_names_all_eight_classes_and_marks_the_absent(
    table: TableOne,
) -> None:
    stored = json.loads(json.dumps(table_json(table), allow_nan=False))
    ours = stored["systems"]["ours"]
    assert (stored["n"], stored["n_subjects"]) == (10, 5)
    assert set(ours["per_class_f1"]) == {c.value for c in CLASSES}
    assert set(ours["absent"]) == {"style", "parkinsons", "myopathic", "dcm"}
    assert ours["per_class_f1"]["dcm"] == 0
    low, high = ours["ci"]["accuracy"]
    assert low <= ours["accuracy"] <= high
    assert ours["subjects_per_class"]["normal"] == 2
    assert stored["comparisons"]["ours vs theirs"]["only_first"] == 4


def test_text_and_markdown_say_how_they_count(table: TableOne) -> None:
    for form in (as_text, as_markdown):
        page = form(table)
        assert "10 clips of 5 subjects" in page
        assert "resampling subjects" in page
        assert "counts 0 in the macro F1 over eight" in page
        assert "McNemar on clips as if independent" in page
        assert "random initialisation" in page
        assert "resampling within each class: accuracy [" in page
        assert "Macro F1 over the 4 classes in the truth: " in page
        assert "macro F1 over the classes in the truth +" in page
        assert "truth \\ prediction" in page


def test_the_csv_can_be_read_back(table: TableOne) -> None:
    accuracy = next(
        r
        for r in csv_rows(table)
        if (r["system"], r["measure"]) == ("theirs", "accuracy")
    )
    assert float(accuracy["value"]) == pytest.approx(0.6)
    assert float(accuracy["stratified_lo"]) <= 0.6 <= float(accuracy["stratified_hi"])


def test_every_form_says_who_was_trained_on_and_which_class_is_absent() -> None:
    seen = replace(answers("Ours", [*TRUTH[:-1], 2]), seen=3)
    table = table_one(
        "val",
        TRUTH,
        SUBJECTS,
        {"ours": seen, "theirs": answers("Theirs", TRUTH)},
        "ours",
    )
    assert "style" not in table.rows["ours"].scores.absent  # once named, wrongly
    assert "style" in table.rows["theirs"].scores.absent
    for form in (as_text, as_markdown, as_latex):
        assert "Ours was trained or chosen on 3 of these subjects" in form(table)
        assert "counts 0 in the macro F1 over eight" in form(table)
    rows = {(r["system"], r["measure"]): r for r in csv_rows(table)}
    assert rows["ours", "subjects_seen"]["value"] == "3"
    assert rows["ours", "n"]["value"] == "10"
    assert rows["theirs", "style"]["mark"] == "absent"
    assert rows["ours", "style"]["mark"] == rows["theirs", "normal"]["mark"] == ""
    stored = table_json(table)["systems"]
    for (system, measure), row in rows.items():
        if measure in stored[system]:
            assert float(row["value"]) == pytest.approx(
                stored[system][measure], abs=1e-6
            )


def test_a_class_absent_from_a_later_row_alone_is_explained() -> None:
    full = answers("Names all", [*TRUTH[:-4], 2, 4, 6, 7])
    given = {"all": full, "theirs": answers("Theirs", TRUTH)}
    table = table_one("test", TRUTH, SUBJECTS, given, "all")
    assert not table.rows["all"].scores.absent
    assert "counts 0 in the macro F1 over eight" in as_text(table)


def test_the_latex_escapes_what_latex_reads(table: TableOne) -> None:
    page = as_latex(table)
    assert "Ours\\_100\\%" in page
    body = [line for line in page.splitlines() if line.endswith("\\\\")]
    assert {line.count(" & ") for line in body} == {12 - 1 + 1}


SAID = [0, -1, 1, 2, -1, 3, -1, 5, -1, 0]  # positions; -1: named no class


@pytest.fixture
def tested() -> TableOne:
    """Ours went through the shortcut test, and theirs was asked openly."""
    row = ShortcutRow("ours", "Ours", "none", 16, 0.9375, 0.875)
    theirs = answers("Theirs", TRUTH)
    spoken = tuple(
        replace(one, free_label=CLASSES[said].value if said >= 0 else "none")
        for one, said in zip(theirs.predictions, SAID, strict=True)
    )
    given = {
        "ours": replace(answers("Ours", TRUTH), shortcut=row),
        "theirs": replace(theirs, predictions=spoken),
    }
    return table_one("test", TRUTH, SUBJECTS, given, "ours")


def test_an_open_answer_without_a_class_counts_as_wrong(tested: TableOne) -> None:
    found = tested.rows["theirs"].free_text
    assert found is not None
    assert (found.n, found.named) == (10, 6)
    assert found.accuracy == accuracy_score(TRUTH, SAID)
    expected = f1_score(TRUTH, SAID, labels=range(8), average="macro", zero_division=0)
    assert found.macro_f1 == pytest.approx(expected)
    assert tested.rows["ours"].free_text is None


def test_the_shortcut_test_stands_in_the_same_table(tested: TableOne) -> None:
    for form in (as_text, as_markdown, as_latex):
        page = form(tested)
        assert "Scenes swapped" in page
        assert "93.8" in page
        assert "87.5" in page
    assert "names a class for 6 of 10 clips" in as_text(tested)
    assert "16 synthetic walks of people not trained on" in as_markdown(tested)
    rows = {(r["system"], r["measure"]): r["value"] for r in csv_rows(tested)}
    assert rows["ours", "scenes_swapped_accuracy"] == "0.875000"
    assert ("theirs", "scenes_swapped_accuracy") not in rows
    stored = table_json(tested)["systems"]
    assert stored["ours"]["shortcut"]["swapped"] == 0.875
    assert stored["theirs"]["shortcut"] is None


def csv_rows(table: TableOne) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(as_csv(table))))


def test_the_pictures_are_svg_with_a_title(table: TableOne) -> None:
    row = table_json(table)["systems"]["theirs"]
    matrix = ElementTree.fromstring(confusion_svg(row["confusion"], "A & B"))
    plot = ElementTree.fromstring(
        reliability_svg(row["calibration"]["bins"], row["title"])
    )
    space = "{http://www.w3.org/2000/svg}"
    assert matrix.findtext(f"{space}title") == "Confusion matrix of A & B"
    assert len(matrix.findall(f"{space}rect")) == 64
    (dot,) = plot.findall(f"{space}circle")
    assert float(dot.get("cx")) == pytest.approx(76 + 320 * 0.9, abs=0.1)
