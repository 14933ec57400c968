"""Remove each defence of the blinding in turn, and see the suite fail.

``python -m tests.mutations [--only NAME]``: every mutation is made in a copy of the
tree, and the tests that must notice it are run there. A mutation that survives is a
failure: a defence that no test holds up. ``make check-all`` runs all of them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
COPIED = ("annotations", "evalsite", "gaitmodel", "static", "templates", "tests")
FILES = ("manage.py", "pyproject.toml")
BLINDING = "tests/annotations/blinding"


@dataclass(frozen=True)
class Mutation:
    """One defence: its place, the code without it, and the tests that must notice."""

    name: str
    file: str
    old: str
    new: str
    tests: str

    def spoiled(self, root: Path) -> str:
        """The file's text without the defence.

        Raises
        ------
        AssertionError
            If the defence does not stand there exactly once: the list is out of date.
        """
        text = (root / self.file).read_text()
        found = text.count(self.old)
        if found != 1:
            raise AssertionError(f"{self.name}: found {found} times in {self.file}")
        return text.replace(self.old, self.new)


MUTATIONS = (
    Mutation(
        "the guard lets identities through",
        "annotations/vault.py",
        '            raise BlindingError(f"blind code touched {table}")',
        "            break",
        f"tests/annotations/test_vault.py {BLINDING}/test_guard.py",
    ),
    Mutation(
        "the guard is not in the middleware",
        "evalsite/settings.py",
        '    "annotations.middleware.BlindingMiddleware",\n',
        "",
        f"{BLINDING}/test_guard.py",
    ),
    Mutation(
        "browsers keep pages",
        "evalsite/settings.py",
        '    "evalsite.browsers.NothingKept",\n',
        "",
        "tests/annotations/views/test_permissions.py",
    ),
    Mutation(
        "one identity table is forgotten",
        "annotations/vault.py",
        "(SlotIdentity, StudySecret, IdentifiabilityAudit)",
        "(StudySecret, IdentifiabilityAudit)",
        "tests/annotations/test_vault.py",
    ),
    Mutation(
        "a stranger is taken for a lead",
        "annotations/middleware.py",
        "return Sight.LEAD if is_lead else Sight.RATER",
        "return Sight.LEAD",
        f"{BLINDING}/test_guard.py {BLINDING}/test_sight.py",
    ),
    Mutation(
        "leads see the texts by system",
        "annotations/vault.py",
        "return (*IDENTITY_TABLES, *AUTHORSHIP_TABLES)",
        "return IDENTITY_TABLES",
        "tests/annotations/test_vault.py",
    ),
    Mutation(
        "cases are found without their rater",
        "annotations/selectors/cases.py",
        "return Assignment.objects.filter(seat__rater=rater).exclude(",
        "return Assignment.objects.exclude(",
        "tests/annotations/views/test_permissions.py",
    ),
    Mutation(
        "writes find a case without its rater",
        "annotations/services/writing.py",
        "filter(seats__assignments=case_id, seats__rater=rater)",
        "filter(seats__assignments=case_id)",
        "tests/annotations/services/test_rating.py",
    ),
    Mutation(
        "the systems are not shuffled before allocation",
        "annotations/core/allocation/design.py",
        'systems=tuple(Drbg(seed, "systems").shuffled(range(n_systems))),',
        "systems=tuple(range(n_systems)),",
        "tests/annotations/core/allocation/test_design.py",
    ),
    Mutation(
        "every case has the same letters",
        "annotations/core/allocation/orders.py",
        "            orders += drbg.shuffled([order for square in named for order in square])",
        "            orders += [squares[0][0]] * block",
        "tests/annotations/core/allocation/test_design.py",
    ),
    Mutation(
        "the film's address is not bound to the session",
        "annotations/media.py",
        "{request.user.pk} {request.session.session_key} {case_id}",
        "{case_id}",
        "tests/annotations/test_media.py",
    ),
    Mutation(
        "the film's address does not expire",
        "annotations/media.py",
        ".unsign(token, max_age=VALID_S)",
        ".unsign(token)",
        "tests/annotations/test_media.py",
    ),
    Mutation(
        "the film's tag is its plain hash",
        "annotations/media.py",
        "    digest = hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256)",
        "    digest = hashlib.sha256(assignment.case.film_sha256.encode())",
        "tests/annotations/test_media.py",
    ),
    Mutation(
        "slots have serial ids",
        "annotations/models/study.py",
        '''    """One lettered text of one assignment; its system is recorded in the vault only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)''',
        '''    """One lettered text of one assignment; its system is recorded in the vault only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid1, editable=False)''',
        f"{BLINDING}/test_side_channels.py",
    ),
    Mutation(
        "answers are written after the lock",
        "annotations/migrations/_triggers.py",
        '"the study is locked")',
        '"the study is locked") if False else (table, operation, "1 = 0", "")',
        "tests/annotations/test_models.py tests/annotations/services/test_closing.py",
    ),
    Mutation(
        "the log may be changed",
        "annotations/migrations/_triggers.py",
        '            "1 = 1",\n',
        '            "1 = 0",\n',
        "tests/annotations/test_models.py tests/annotations/services/test_closing.py",
    ),
    Mutation(
        "what was logged may be erased after the lock",
        "annotations/migrations/_triggers.py",
        '        _is_closed(_OF_EVENT, "OLD"),\n',
        '        "1 = 0",\n',
        "tests/annotations/test_models.py",
    ),
    Mutation(
        "results can be read before unblinding",
        "annotations/selectors/unblinded.py",
        "    if not Study.objects.filter(pk=study.pk, state=Study.State.UNBLINDED).exists():",
        "    if not Study.objects.filter(pk=study.pk).exists():",
        "tests/annotations/commands/test_export_study.py tests/annotations/views",
    ),
    Mutation(
        "the export leaves without the password",
        "annotations/views/studies.py",
        "        check_password_again(user_of(request), _password(PasswordForm(request.POST)))\n",
        "        _password(PasswordForm(request.POST))\n",
        "tests/annotations/export",
    ),
    Mutation(
        "an open browser session can fetch the ratings",
        "annotations/api/leading.py",
        "    authentication_classes = [TokenAuthentication]\n",
        "",
        "tests/annotations/api/test_api.py",
    ),
    Mutation(
        "one lead can sign twice",
        "annotations/services/closing.py",
        "        if study.signatures.filter(signer=signer).exists():",
        "        if False:",
        "tests/annotations/services/test_closing.py",
    ),
    Mutation(
        "the log's payloads are hashed without salt",
        "annotations/core/proof/chain.py",
        "    body = bytes.fromhex(content.salt) + canonical(content.payload)",
        "    body = canonical(content.payload)",
        "tests/annotations/core/proof/test_chain.py tests/annotations/commands",
    ),
    Mutation(
        "one nonce opens every leaf",
        "annotations/services/sealing.py",
        "make_seal(items, [secrets.token_bytes(SEED_BYTES) for _ in items])",
        "make_seal(items, [secrets.token_bytes(SEED_BYTES)] * len(items))",
        "tests/annotations/services/test_sealing.py",
    ),
    Mutation(
        "answers are not compared with the log",
        "annotations/services/comparing.py",
        "        *answer_breaks(study),\n",
        "",
        "tests/annotations/services/test_replaying.py",
    ),
    Mutation(
        "a study in use is compared as of two moments",
        "annotations/services/comparing.py",
        "return held, _breaks(held)",
        "return held, breaks",
        "tests/annotations/services/test_comparing.py",
    ),
    Mutation(
        "a rater who has withdrawn leaves entries",
        "annotations/services/cases.py",
        'check_still_seated(seat.values_list("rater", flat=True).get(), actor)',
        "pass",
        "tests/annotations/test_media.py",
    ),
    Mutation(
        "a link signs in to an account that another has made",
        "annotations/views/invitation.py",
        "is_new=is_own and not has_account",
        "is_new=not has_account",
        "tests/annotations/services/test_two_invitations.py",
    ),
    Mutation(
        "a link that was taken back works again",
        "annotations/services/reissuing.py",
        "waiting.update(expires_at=TAKEN_BACK)",
        "pass",
        "tests/annotations/services/test_inviting.py",
    ),
    Mutation(
        "a content may be missing without a withdrawal",
        "annotations/audit.py",
        "return breaks + erasure_breaks(links)",
        "return breaks",
        "tests/annotations/services/test_replaying.py",
    ),
    Mutation(
        "the seal may be made anew",
        "annotations/services/sealing.py",
        "            *_root_breaks(study, seal.root),\n",
        "",
        "tests/annotations/services/test_sealing.py",
    ),
    Mutation(
        "a study may be further than its log",
        "annotations/services/comparing.py",
        "        *closing_breaks(study),\n",
        "",
        "tests/annotations/services/test_sealing.py",
    ),
    Mutation(
        "the unblinding is signed under whatever protocol stands there",
        "annotations/services/closing.py",
        "if breaks := protocol_breaks(study):",
        "if breaks := list[str]():",
        "tests/annotations/services/test_closing.py",
    ),
    Mutation(
        "who rated may sign",
        "annotations/services/closing.py",
        "    if study.events.filter(seated | withdrawn).exists():",
        "    if False:",
        "tests/annotations/services/test_closing.py",
    ),
    Mutation(
        "texts may be exchanged after the lock",
        "annotations/migrations/_triggers.py",
        '    "annotations_slot": _OF_ASSIGNMENT,\n',
        "",
        "tests/annotations/services/test_closing.py",
    ),
    Mutation(
        "a seat may change hands after the lock",
        "annotations/migrations/_triggers.py",
        """        f" AND ({_is_closed(_OF_STUDY, 'OLD', 'NEW')})",""",
        '        " AND 1 = 0",',
        "tests/annotations/services/test_closing.py",
    ),
    Mutation(
        "an export's scores are not held to its log",
        "annotations/export/offline/verify.py",
        '        "ratings.csv": replay.ratings_problems,\n',
        "",
        "tests/annotations/commands/test_export_study.py",
    ),
    Mutation(
        "an export's plan may be written anew",
        "annotations/export/offline/verify.py",
        '        "plan.json": replay.plan_problems,\n',
        "",
        "tests/annotations/commands/test_export_study.py",
    ),
    Mutation(
        "an export's log may be another than was witnessed",
        "annotations/export/offline/verify.py",
        "if head is not None and head not in heads:",
        "if False:",
        "tests/annotations/commands/test_export_study.py",
    ),
    Mutation(
        "signatures and steps may be backdated",
        "annotations/services/retracing.py",
        "return moment is not None and abs(logged - moment) <= NEAR",
        "return True",
        "tests/annotations/services/test_sealing.py tests/annotations/services/test_retracing.py",
    ),
    Mutation(
        "raters may be shown a text of no system",
        "annotations/services/sealing.py",
        "found = [*_decoy_breaks(study), *_allocation_breaks(study)]",
        "found = [*_allocation_breaks(study)]",
        "tests/annotations/services/test_sealing.py",
    ),
    Mutation(
        "a withdrawal may erase another person",
        "annotations/services/joining.py",
        'payload={"seat": seat.number, "rater": actor.pk, "erased": erased},',
        'payload={"seat": seat.number},',
        "tests/annotations/services/test_replaying.py",
    ),
    Mutation(
        "a withdrawal may erase what a lead did",
        "annotations/services/erasing.py",
        "erased, _ = acts.exclude(as_lead).delete()",
        "erased, _ = acts.delete()",
        "tests/annotations/services/test_replaying.py",
    ),
    Mutation(
        "a choice may name another case's text",
        "annotations/services/replaying.py",
        'return letters.get((case, slot), "?") if slot else ""',
        'return dict(slots.values_list("pk", "letter"))[slot] if slot else ""',
        "tests/annotations/services/test_replaying.py",
    ),
    Mutation(
        "a consent may be invented",
        "annotations/core/proof/replay.py",
        "if replay.consents.get(seat) != consents.get(seat)",
        "if False",
        "tests/annotations/services/test_replaying.py",
    ),
    Mutation(
        "diagnoses and claims are not sealed",
        "annotations/services/sealing.py",
        "        *(item for item in taken if item),\n",
        "",
        "tests/annotations/services/test_sealing.py",
    ),
    Mutation(
        "a walk may go to another patient",
        "annotations/services/sealing.py",
        "return moved + patient_breaks(study)",
        "return moved",
        "tests/annotations/services/test_sealing.py",
    ),
    Mutation(
        "the log may take answers after the lock",
        "annotations/core/proof/course.py",
        "elif is_locked and kind not in AFTER_LOCK:",
        "elif False:",
        "tests/annotations/core/proof/test_course.py tests/annotations/services/test_retracing.py",
    ),
    Mutation(
        "the log may unblind with too few signatures",
        "annotations/core/proof/course.py",
        'if kind == "study_unblinded" and len(signers) < signatories:',
        "if False:",
        "tests/annotations/core/proof/test_course.py tests/annotations/services/test_retracing.py",
    ),
    Mutation(
        "an export's log may run past the lock",
        "annotations/export/offline/verify.py",
        '        "the course in events.jsonl": replay.course_problems,\n',
        "",
        "tests/annotations/commands/test_export_study.py",
    ),
    Mutation(
        "an export's readings may go to another patient",
        "annotations/export/offline/replay.py",
        '                "patient": safe(patients[clip]),\n',
        "",
        "tests/annotations/commands/test_export_study.py",
    ),
    Mutation(
        "an export's sealed facts may exchange their names",
        "annotations/export/offline/verify.py",
        'if json.loads(leaf["canonical"])["name"] != leaf["name"]',
        "if False",
        "tests/annotations/commands/test_export_study.py",
    ),
    Mutation(
        "an export's log may have lost contents",
        "annotations/export/offline/verify.py",
        '        "what is missing from events.jsonl": erasure_problems,\n',
        "",
        "tests/annotations/commands/test_export_study.py",
    ),
    Mutation(
        "codes are not compared with the log",
        "annotations/services/comparing.py",
        "        *coding_breaks(study),\n",
        "",
        "tests/annotations/services/test_coding.py",
    ),
    Mutation(
        "comments may be coded before the first coding is logged",
        "annotations/services/recoding.py",
        "return bool(books) and not any(books)",
        "return True",
        "tests/annotations/services/test_coding.py",
    ),
    Mutation(
        "an export's verification imports what lies beside it",
        "annotations/export/offline/verify.py",
        "    del sys.path[0]",
        "    pass",
        "tests/annotations/export/test_forgeries.py",
    ),
    Mutation(
        "a system is tested on whom it has seen",
        "gaitmodel/runner/inputs.py",
        "if clip.split == Split.TEST and system.has_seen(clip.subject.name):",
        "if False:",
        "tests/gaitmodel/test_evaluate_systems.py",
    ),
    Mutation(
        "a blinded study does not say that a draft shares its texts",
        "annotations/services/composing.py",
        "        sharing.composed(draft, actor)\n",
        "",
        "tests/annotations/services/test_sharing.py",
    ),
    Mutation(
        "an opened study does not say which others have its texts",
        "annotations/services/sealing.py",
        "        sharing.opened(study, actor)\n",
        "",
        "tests/annotations/services/test_sharing.py",
    ),
    Mutation(
        "the admin makes leads and tokens",
        "evalsite/settings.py",
        '    "evalsite.admin_site.SiteAdminConfig",\n',
        '    "django.contrib.admin",\n',
        "tests/evalsite/test_admin.py",
    ),
    Mutation(
        "an export may bring a replay of its own",
        "annotations/export/offline/verify.py",
        'replay = SimpleNamespace(**runpy.run_path(str(HERE / "replay.py")))',
        "sys.path.append(str(HERE))\nimport replay",
        "tests/annotations/export/test_forgeries.py",
    ),
    Mutation(
        "an export's codebook may turn the scale",
        "annotations/export/offline/verify.py",
        '        "codebook.csv": replay.codebook_problems,\n',
        "",
        "tests/annotations/export/test_forgeries.py",
    ),
    Mutation(
        "an export's scores for iMRMC may be others",
        "annotations/export/offline/verify.py",
        '        "imrmc.csv": replay.imrmc_problems,\n',
        "",
        "tests/annotations/export/test_forgeries.py",
    ),
    Mutation(
        "a withdrawal may cover what a lead did",
        "annotations/core/proof/chain.py",
        "return breaks + _count_breaks(links, erased)",
        "return breaks",
        "tests/annotations/services/test_replaying.py",
    ),
    Mutation(
        "an export's withdrawal may cover what a lead did",
        "annotations/export/offline/verify.py",
        "return problems + count_problems(Counter(actor for _, actor in erased))",
        "return problems",
        "tests/annotations/export/test_forgeries.py",
    ),
    Mutation(
        "a report may name another checkpoint",
        "annotations/services/sealing.py",
        "taken = (material_item(study), versions_item(study))",
        "taken = (material_item(study),)",
        "tests/annotations/services/test_sealing.py",
    ),
    Mutation(
        "a consent without a time may be invented",
        "annotations/services/replaying.py",
        'consented_at=None, consent_version=""',
        "consented_at=None",
        "tests/annotations/services/test_replaying.py",
    ),
)
# Run with every suite: quick, and each of another kind.
QUICK = (
    "one identity table is forgotten",
    "the systems are not shuffled before allocation",
)


def survives(mutation: Mutation, root: Path = ROOT) -> bool:
    """Whether the tests stay green without the defence."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        for name in COPIED:
            shutil.copytree(
                root / name, tree / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        for name in FILES:
            shutil.copy(root / name, tree / name)
        (tree / mutation.file).write_text(mutation.spoiled(root))
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-m", "not browser",
             *mutation.tests.split()],
            cwd=tree,
            env=os.environ | {"BIOGAIT_VAR": str(tree / "var"), "DATABASE_URL": ""},
            capture_output=True,
            check=False,
        )  # fmt: skip
    # 1: tests failed. 2: the tree cannot even be loaded, which no user would miss.
    return done.returncode not in (1, 2)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="names that contain this")
    wanted = parser.parse_args().only
    chosen = [mutation for mutation in MUTATIONS if wanted in mutation.name]
    alive = []
    for mutation in chosen:
        dead = not survives(mutation)
        sys.stdout.write(f"{'noticed' if dead else 'SURVIVED'}: {mutation.name}\n")
        sys.stdout.flush()
        alive += [] if dead else [mutation.name]
    sys.stdout.write(f"{len(chosen) - len(alive)} passed, {len(alive)} failed\n")
    return bool(alive)


if __name__ == "__main__":
    sys.exit(main())
