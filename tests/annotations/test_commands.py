"""The study's states by command, and refusals with exit code 2."""

import io
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import CommandError, call_command

from annotations.models import Slot, Study
from tests import factories
from tests.factories import SYSTEMS
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def create(*more: str) -> str:
    factories.clips_with_rationales(6)
    return run(
        "create_study", "New", "--systems", ",".join(SYSTEMS), "--raters", "2", *more
    )


def test_a_study_goes_from_draft_to_unblinded(
    ada: User, cleo: User, dora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "6 cases, 2 raters" in create("--target", SYSTEMS[0], "--guess")
    assert "is open; seal " in run("open_study", "New")
    assert "ada has seat 1" in run("invite_raters", "New", "--usernames", "ada")
    assert "holds: " in run("verify_study", "New")
    assert "is locked" in run("lock_study", "New")
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n{PASSWORD}\n"))
    said = run("unblind_study", "New", "--signers", "cleo,dora", "--reason", "done")
    assert "is unblinded" in said
    assert "holds: " in run("verify_study", str(Study.objects.get().pk))


def test_an_invitation_is_mailed_and_says_nothing_of_the_study(
    django_capture_on_commit_callbacks,
) -> None:
    create()
    run("open_study", "New")
    with django_capture_on_commit_callbacks(execute=True):
        said = run("invite_raters", "New", "--emails", "eva@example.org")
    (message,) = mail.outbox
    assert message.to == ["eva@example.org"]
    link = said.split()[-1]
    assert link in message.body
    assert "New" not in message.subject + message.body


def test_a_moved_byte_makes_verification_fail() -> None:
    create()
    run("open_study", "New")
    slot = Slot.objects.all()[0]
    Slot.objects.filter(pk=slot.pk).update(text="another")
    with pytest.raises(CommandError, match="differs from what was sealed") as refusal:
        run("verify_study", "New")
    assert refusal.value.returncode == 1


def test_a_study_is_held_to_a_root_and_a_head_noted_before() -> None:
    create()
    run("open_study", "New")
    opened = Study.objects.get()
    noted = ("--root", opened.seal.root, "--head", opened.event_head)
    run("lock_study", "New")
    assert "holds: " in run("verify_study", "New", *noted)
    for option, said in (("--root", "its root is not"), ("--head", "it never had")):
        with pytest.raises(CommandError, match=said) as refusal:
            run("verify_study", "New", option, "0" * 64)
        assert refusal.value.returncode == 1


def test_a_wrong_password_signs_nothing(
    cleo: User, dora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    create()
    run("open_study", "New")
    run("lock_study", "New")
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\nguessed\n"))
    with pytest.raises(CommandError, match="password is wrong"):
        run("unblind_study", "New", "--signers", "cleo,dora", "--reason", "done")
    assert not Study.objects.get().signatures.exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["open_study", "nothing"], "there is no study 'nothing'"),
        (["lock_study", "New"], "only an open one can be locked"),
        (["verify_study", "New"], "not sealed yet"),
        (["invite_raters", "New"], "name someone to invite"),
        (["invite_raters", "New", "--emails", "nobody"], "not an e-mail address"),
        (["invite_raters", "New", "--usernames", "nobody"], "no account 'nobody'"),
        (
            ["create_study", "X", "--systems", "a,b", "--raters", "9"],
            "no rationale of system",
        ),
        (
            ["create_study", "X", "--systems", ",".join(SYSTEMS), "--raters", "9"],
            r"fewer cases \(6\) than raters \(9\)",
        ),
        (
            ["create_study", "X", "--systems", "a,b", "--raters", "2", "--cases", "4"],
            "no clip to choose from has a rationale of system 'a'",
        ),
        (
            [
                "create_study",
                "X",
                "--systems",
                "a,b",
                "--raters",
                "2",
                "--label",
                "gone",
            ],
            "label 'gone' is not a gait class",
        ),
        (
            ["create_study", "X", "--systems", "a", "--raters", "1", "--tie-rule", "x"],
            "tie rule 'x'",
        ),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(words, sentence) -> None:
    create()
    with pytest.raises(CommandError, match=sentence) as refusal:
        run(*words)
    assert refusal.value.returncode == 2
    assert "\n" not in str(refusal.value)
    assert Study.objects.count() == 1


def test_a_consent_form_that_is_no_utf_8_is_named(tmp_path: Path) -> None:
    form = tmp_path / "consent.txt"
    form.write_bytes(b"1\n\xff\xfe")
    with pytest.raises(CommandError, match=r"consent.txt cannot be read as UTF-8"):
        create("--consent", str(form))
    assert not Study.objects.exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--port", "99999"), "--port must lie between 1 and 65535, not 99999"),
        (("--cases", "3"), "--cases must be at least 4"),
    ],
)
def test_a_demo_that_cannot_be_served_is_not_begun(
    words: tuple[str, str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotations.management.commands.demo.demo_build", pytest.fail)
    with pytest.raises(CommandError, match=sentence) as refusal:
        run("demo", *words)
    assert refusal.value.returncode == 2
