"""The export checks itself without the site, and says when a byte was moved."""

from __future__ import annotations

import csv
import hashlib
import json
import random
import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import transaction

from annotations.audit import event_append, study_for_update
from annotations.core.proof.canonical import canonical
from annotations.core.proof.seal import merkle_root
from annotations.models import Assignment, Rating, Seat, Study
from annotations.services import (
    assignment_open,
    comment_save,
    rater_seat,
    study_create,
    study_lock,
    study_open,
    study_unblind,
    study_verify,
)
from annotations.services.joining import consent_withdraw
from tests import factories, people
from tests.bundles import offline, summed_anew
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def rehearsed() -> Study:
    clips = factories.clips_with_rationales(12)
    study = study_open(
        study=study_create(
            name="Rehearsal",
            systems=factories.SYSTEMS,
            n_raters=2,
            clips=[clip.name for clip in clips],
            target=factories.SYSTEMS[0],
            is_pilot=True,
        )
    )
    call_command("simulate_study", "Rehearsal", "--kind", "preferring", verbosity=0)
    return study_lock(study=study)


def test_a_bundle_verifies_and_gives_the_same_numbers(
    rehearsed: Study, cleo: User, dora: User, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="not unblinded"):
        call_command("export_study", "Rehearsal", out=tmp_path / "early")
    assert not (tmp_path / "early").exists()
    people.all_sign(rehearsed, cleo, dora)
    folder = tmp_path / "bundle"
    call_command("export_study", "Rehearsal", out=folder, verbosity=0)
    checked = offline(folder, "verify.py")
    verified = study_verify(Study.objects.get(pk=rehearsed.pk))
    assert checked.returncode == 0, checked.stdout
    said = checked.stdout.splitlines()
    assert said[:2] == [f"root {verified.root}", f"head {verified.head}"]
    assert said[-1] == "everything holds"
    with (folder / "ratings.csv").open(newline="") as ratings:
        columns = next(csv.reader(ratings))
    with (folder / "codebook.csv").open(newline="") as codebook:
        explained = [row["column"] for row in csv.DictReader(codebook)]
    assert set(columns) <= set(explained)
    again = offline(folder, "reanalyse.py")
    assert again.returncode == 0, again.stdout
    assert again.stdout.count("same") == 12 + 3 + 6
    ratings = folder / "ratings.csv"
    ratings.write_text(ratings.read_text().replace(",1,", ",2,", 1))
    assert "ratings.csv differs" in offline(folder, "verify.py").stdout
    seal = folder / "seal.json"
    seal.write_text(seal.read_text().replace("two-sided", "one-sided"))
    moved = offline(folder, "verify.py")
    assert "plan differs from what was sealed" in moved.stdout
    assert moved.returncode == 1


@pytest.fixture
def bundle(rehearsed: Study, cleo: User, dora: User, tmp_path: Path) -> Path:
    people.all_sign(rehearsed, cleo, dora)
    folder = tmp_path / "bundle"
    call_command("export_study", "Rehearsal", out=folder, verbosity=0)
    return folder


def test_a_comment_with_a_word_processors_line_ends_still_verifies(
    study: Study, case: Assignment, ada: User, cleo: User, dora: User, tmp_path: Path
) -> None:
    assignment_open(case_id=case.pk, actor=ada)
    words = "=short\u2028steps\u2029and\x85a\x0climp"
    comment_save(case_id=case.pk, text=words, version=0, actor=ada)
    study_lock(study=study)
    people.all_sign(study, cleo, dora)
    call_command("export_study", study.name, out=tmp_path / "bundle", verbosity=0)
    checked = offline(tmp_path / "bundle", "verify.py")
    assert checked.stdout.splitlines()[-1] == "everything holds"


def flipped(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


def test_flipping_any_byte_of_any_file_is_found_and_named(bundle: Path) -> None:
    chance = random.Random(5)
    checking = ("verify.py", "replay.py")
    files = sorted(path for path in bundle.iterdir() if path.name not in checking)
    assert len(files) > 10
    for path in files:
        whole = path.read_bytes()
        for at in {
            0,
            len(whole) - 1,
            *(chance.randrange(len(whole)) for _ in range(3)),
        }:
            flipped(path, at)
            checked = offline(bundle, "verify.py")
            assert checked.returncode == 1, (path.name, at)
            assert path.name in checked.stdout or "SHA256SUMS" in checked.stdout
            assert not checked.stderr
            path.write_bytes(whole)


def test_a_flipped_byte_of_log_and_allocation_is_named_by_its_place(
    bundle: Path,
) -> None:
    log = bundle / "events.jsonl"
    lines = log.read_text().splitlines(keepends=True)
    middle = len(lines) // 2
    place = sum(len(line.encode()) for line in lines[:middle])
    whole = log.read_bytes()
    flipped(log, whole.index(b"sequence", place))
    assert f"event {middle + 1} " in offline(bundle, "verify.py").stdout
    log.write_bytes(b"".join(line.encode() for line in lines[:-1]))
    assert "events.jsonl differs" in offline(bundle, "verify.py").stdout
    log.write_bytes(whole)
    seal = bundle / "seal.json"
    text = seal.read_text()
    name = re.search(r"assignment [0-9a-f-]{36}", text)
    assert name
    seal.write_text(
        text.replace('"letter', '"Letter', 1).replace("letter", "lettre", 1)
    )
    assert re.search("assignment .* differs", offline(bundle, "verify.py").stdout)


def test_a_file_added_or_taken_away_is_noticed(bundle: Path) -> None:
    (bundle / "more.csv").write_text("x")
    assert "more.csv is not named" in offline(bundle, "verify.py").stdout
    (bundle / "more.csv").unlink()
    (bundle / "more").mkdir()
    assert "more is not named" in offline(bundle, "verify.py").stdout
    (bundle / "more").rmdir()
    (bundle / "plan.json").unlink()
    assert "plan.json" in offline(bundle, "verify.py").stdout


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("grounding", "1"),
        ("patient", "another"),
        ("position", "F"),
        ("guess", "1"),
        ("comment", "the best by far"),
        ("correct", "1"),
        ("supported", "9"),
    ],
)
def test_a_cell_forged_with_all_its_sums_is_not_what_seal_and_log_say(
    bundle: Path, column: str, value: str
) -> None:
    ratings = bundle / "ratings.csv"
    with ratings.open(newline="") as file:
        rows = list(csv.DictReader(file))
    row = next(row for row in rows if row[column] != value)
    before, row[column] = row[column], value
    with ratings.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    said = summed_anew(bundle)
    who = ", ".join(row[name] for name in ("case", "evaluator", "model"))
    assert f"ratings.csv: {column} of {who}, 1 is {value}" in said
    assert f"by seal and log {before or 'blank'}" in said


def test_a_second_column_of_one_name_is_noticed(bundle: Path) -> None:
    ratings = bundle / "ratings.csv"
    head, *rows = ratings.read_text().splitlines()
    doubled = [f"grounding,{head}", *(f"1,{row}" for row in rows)]
    ratings.write_text("\n".join(doubled) + "\n")
    assert "ratings.csv has two columns of one name" in summed_anew(bundle)


def test_a_log_that_is_cut_off_or_emptied_does_not_hold(bundle: Path) -> None:
    log = bundle / "events.jsonl"
    lines = log.read_text().splitlines(keepends=True)
    log.write_text("".join(lines[:-1]))
    assert "the log ends before the study was unblinded" in summed_anew(bundle)
    emptied = [json.loads(line) | {"content": None} for line in lines]
    log.write_text("".join(json.dumps(event) + "\n" for event in emptied))
    said = summed_anew(bundle)
    assert f"the content of {len(lines)} erased" in said
    assert "ratings.csv: " in said


def test_a_change_of_mind_taken_out_of_the_log_does_not_hold(bundle: Path) -> None:
    log = bundle / "events.jsonl"
    events = [json.loads(line) for line in log.read_text().splitlines()]
    last = next(e for e in reversed(events) if "rating_saved" in e["canonical"])
    last["content"] = last["salt"] = None
    log.write_text("".join(json.dumps(event) + "\n" for event in events))
    number = json.loads(last["canonical"])["sequence"]
    missing = f"the content of event {number} is missing, and no withdrawal erased it"
    assert missing in summed_anew(bundle).splitlines()


def test_a_seal_made_anew_has_neither_the_logged_root_nor_the_witnesss(
    bundle: Path,
) -> None:
    honest = offline(bundle, "verify.py").stdout.splitlines()
    root, head = (line.partition(" ")[2] for line in honest[:2])
    asked = ("verify.py", "--root", root, "--head", head)
    assert offline(bundle, *asked).returncode == 0
    seal = json.loads((bundle / "seal.json").read_text())
    first = next(leaf for leaf in seal["leaves"] if "assignment " in leaf["name"])
    said = json.loads(first["canonical"])
    one, two = said["payload"]["slots"][:2]
    one["system"], two["system"] = two["system"], one["system"]
    first["canonical"] = canonical(said).decode()
    body = b"\x00" + bytes.fromhex(first["nonce"]) + first["canonical"].encode()
    first["digest"] = hashlib.sha256(body).hexdigest()
    seal["root"] = merkle_root([leaf["digest"] for leaf in seal["leaves"]])
    (bundle / "seal.json").write_text(json.dumps(seal))
    forged = summed_anew(bundle)
    assert "the log opens the study under another root than the seal's" in forged
    assert f"the root is not {root}" in offline(bundle, *asked).stdout


def test_sealed_cases_that_exchange_names_do_not_exchange_choices(bundle: Path) -> None:
    path = bundle / "seal.json"
    seal = json.loads(path.read_text())
    one, two = [leaf for leaf in seal["leaves"] if "assignment " in leaf["name"]][:2]
    one["name"], two["name"] = two["name"], one["name"]
    path.write_text(json.dumps(seal))
    said = summed_anew(bundle)
    for leaf in (one, two):
        assert f"{leaf['name']} is not the name under which that was sealed" in said
    assert "ratings.csv: " not in said


@pytest.mark.parametrize("change", [{"alpha": "0.2"}, {"more": "a sixth criterion"}])
def test_a_plan_written_anew_with_all_its_sums_is_not_the_sealed_one(
    bundle: Path, change: dict[str, str]
) -> None:
    path = bundle / "plan.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    told = f"plan.json: {next(iter(change))} is not what was sealed"
    assert told in summed_anew(bundle).splitlines()


def test_a_head_noted_when_the_study_was_locked_is_one_that_the_log_had(
    bundle: Path,
) -> None:
    entries = [
        json.loads(e) for e in (bundle / "events.jsonl").read_text().split("\n")[:-1]
    ]
    noted = next(e["hash"] for e in entries if "study_locked" in e["canonical"])
    assert offline(bundle, "verify.py", "--head", noted).returncode == 0
    another = offline(bundle, "verify.py", "--head", noted[::-1])
    assert f"the log never had the head {noted[::-1]}" in another.stdout
    assert another.returncode == 1


@transaction.atomic
def appended(study: Study, kind: str, actor: User | None, **payload: object) -> None:
    held = study_for_update(study.pk)
    event_append(study=held, kind=kind, actor=actor, payload=payload)


def test_a_score_given_after_the_lock_is_not_taken_from_an_exports_log(
    rehearsed: Study, cleo: User, dora: User, tmp_path: Path
) -> None:
    people.all_sign(rehearsed, cleo, dora)
    cell = Rating.objects.filter(slot__assignment__seat__study=rehearsed)[0]
    said = {"slot": str(cell.slot_id), "criterion": cell.criterion.key}
    appended(rehearsed, "rating_saved", cleo, **said, value=cell.value)
    call_command("export_study", "Rehearsal", out=tmp_path / "late", verbosity=0)
    number = Study.objects.get(pk=rehearsed.pk).event_count
    told = f"event {number}: rating_saved after the study was locked"
    assert told in offline(tmp_path / "late", "verify.py").stdout.splitlines()


def test_an_export_that_too_few_have_signed_does_not_hold(
    rehearsed: Study, cleo: User, tmp_path: Path
) -> None:
    study_unblind(study=rehearsed, signer=cleo, password=PASSWORD, reason="done")
    appended(rehearsed, "study_unblinded", cleo)
    Study.objects.filter(pk=rehearsed.pk).update(state=Study.State.UNBLINDED)
    call_command("export_study", "Rehearsal", out=tmp_path / "early", verbosity=0)
    told = "1 of 2 have signed the unblinding"
    assert told in offline(tmp_path / "early", "verify.py").stdout.splitlines()


def test_a_rater_taken_out_of_a_log_in_which_another_withdrew_twice_is_missed(
    study: Study, ada: User, ben: User, cleo: User, dora: User, tmp_path: Path
) -> None:
    for _ in range(2):
        consent_withdraw(seat_id=Seat.objects.get(rater=ada).pk, actor=ada)
        rater_seat(study=study, rater=ada)
    study_lock(study=study)
    people.all_sign(study, cleo, dora)
    folder = tmp_path / "bundle"
    call_command("export_study", study.name, out=folder, verbosity=0)
    assert offline(folder, "verify.py").returncode == 0
    log = folder / "events.jsonl"
    events = [json.loads(line) for line in log.read_text().split("\n")[:-1]]
    entries = [json.loads(event["canonical"]) for event in events]
    for event, entry in zip(events, entries, strict=True):
        if entry["actor"] == str(ben.pk):
            event["content"] = event["salt"] = None
    log.write_text("".join(json.dumps(event) + "\n" for event in events))
    assert "is missing, and no withdrawal erased it" in summed_anew(folder)
