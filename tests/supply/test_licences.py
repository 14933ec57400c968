"""Every dependency has a known licence that MIT can stand beside, and the page says it."""

import pytest

from supply.licences import DOCUMENT, LISTS, compatible, document, licences


@pytest.mark.parametrize("name", LISTS)
def test_every_licence_is_known_and_compatible(name: str) -> None:
    unfit = {one.package: one.expression for one in licences(name) if not one.verdict}
    assert unfit == {}


def test_the_page_is_what_the_packages_say() -> None:
    assert DOCUMENT.read_text() == document()


@pytest.mark.parametrize(
    ("expression", "in_tests", "word"),
    [
        ("MIT", False, "permissive"),
        ("MIT AND PSF-2.0", False, "permissive"),
        ("GPL-3.0-or-later OR MIT", False, "permissive"),
        ("LGPL-3.0-only", False, "its own files"),
        ("Apache-2.0 WITH LLVM-exception", False, "permissive"),
        ("GPL-3.0-or-later", True, "tests only"),
        ("GPL-3.0-or-later", False, ""),
        ("MIT AND GPL-3.0-or-later", False, ""),
        ("AGPL-3.0-only", True, ""),
        ("My own licence", False, ""),
        ("", False, ""),
    ],
)
def test_what_is_compatible(expression: str, in_tests: bool, word: str) -> None:
    assert compatible(expression, in_tests=in_tests) == word
