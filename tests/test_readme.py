"""The README's words are true: its commands parse, its files and pictures are there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).parent.parent
DOCUMENTS = ("README.md", "CONTRIBUTING.md")
README = (ROOT / "README.md").read_text()


def commands() -> list[list[str]]:
    """Every ``manage.py`` line of the README's code blocks, continued lines joined."""
    blocks = re.findall(r"```\n(.*?)```", README, flags=re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [
        shlex.split(line.split("#")[0])[2:]
        for line in lines
        if line.startswith("python manage.py")
    ]


def test_the_readme_shows_the_way_from_import_to_report() -> None:
    named = [words[0] for words in commands()]
    assert named[0] == "migrate"
    assert {"import_clips", "train_biogait", "create_study", "report_study"} <= set(
        named
    )


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_a_command_of_the_readme_takes_its_arguments(words: list[str]) -> None:
    name, *arguments = words
    command = load_command_class(get_commands()[name], name)
    parser = command.create_parser("manage.py", name)
    assert parser.parse_args(arguments)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_that_a_document_names_exists(document: str) -> None:
    text = (ROOT / document).read_text()
    named = re.findall(r"\]\(([\w/.-]+\.png)\)", text)
    named += re.findall(r"`((?:gaitmodel|annotations|tests|templates)/[\w/.]+)`", text)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_no_document_or_module_names_a_machine_or_its_folders() -> None:
    forbidden = re.compile(r"/work/|\.library|/opt/wheels|/root/")
    files = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "Makefile"]
    for package in ("annotations", "evalsite", "gaitmodel", "templates", "static"):
        files += [p for p in (ROOT / package).rglob("*") if p.suffix != ".pyc"]
    assert [
        path.name
        for path in files
        if path.is_file()
        and path.suffix in {".py", ".md", ".html", ".css", ".js", ""}
        and forbidden.search(path.read_text(errors="ignore"))
    ] == []
