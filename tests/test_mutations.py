"""The quick part of the mutation check; ``make check-all`` runs the whole."""

import pytest

from tests.mutations import MUTATIONS, QUICK, ROOT, survives


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_every_defence_stands_where_the_list_says(mutation) -> None:
    assert mutation.spoiled(ROOT) != (ROOT / mutation.file).read_text()
    for name in mutation.tests.split():
        assert (ROOT / name).exists(), name


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_without_a_defence_the_suite_fails(name) -> None:
    (mutation,) = [one for one in MUTATIONS if one.name == name]
    assert not survives(mutation)
