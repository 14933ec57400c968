"""The log verifies, says where it breaks, and survives an erasure."""

from dataclasses import replace

import pytest

from annotations.core.proof.chain import (
    GENESIS,
    WITHDRAWAL,
    Content,
    Link,
    chain_breaks,
    erasure_breaks,
    next_link,
)


@pytest.fixture
def links() -> list[Link]:
    chain: list[Link] = []
    for number in range(1, 7):
        previous = chain[-1].hash if chain else GENESIS
        content = Content(f"{number:032x}", {"value": number})
        at = f"2026-01-01T00:00:0{number}Z"
        chain.append(next_link(previous, number, at, "7", "rating_saved", content))
    return chain


def breaks(links: list[Link], whole: list[Link]) -> list[str]:
    return chain_breaks(links, len(whole), whole[-1].hash)


def test_an_untouched_log_verifies(links: list[Link]) -> None:
    assert breaks(links, links) == []
    assert chain_breaks([], 0, GENESIS) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"content": Content("00" * 16, {"value": 3})}, "content differs"),
        ({"content": Content("zz", {"value": 3})}, "content differs"),
        ({"at": "2027"}, "entry differs"),
        ({"actor": "8"}, "entry differs"),
        ({"kind": "other"}, "entry differs"),
        ({"sequence": 4}, "has sequence number 4"),
        ({"previous": GENESIS}, "does not follow"),
        ({"hash": GENESIS}, "entry differs"),
    ],
)
def test_a_changed_entry_is_found_at_its_place(links, change, problem) -> None:
    changed = [*links[:2], replace(links[2], **change), *links[3:]]
    assert f"event 3: {problem}" in breaks(changed, links)[0].replace("its ", "")


def test_a_removed_entry_is_found(links: list[Link]) -> None:
    assert breaks([*links[:2], *links[3:]], links)[0].startswith("event 3:")


def test_a_cut_off_end_is_found(links: list[Link]) -> None:
    assert breaks(links[:4], links) == [
        "event 4: the log should end at event 6 with the stored head"
    ]


def test_an_erased_payload_leaves_the_chain_whole(links: list[Link]) -> None:
    erased = [*links[:2], replace(links[2], content=None), *links[3:]]
    assert breaks(erased, links) == []


def test_a_withdrawal_erases_all_of_one_person_and_nothing_else_does() -> None:
    chain: list[Link] = []
    acts = [("7", "rating_saved"), ("8", "rating_saved"), ("7", "rating_saved"),
            ("", WITHDRAWAL), ("7", "rating_saved"), ("7", "rating_saved")]  # fmt: skip
    for number, (actor, kind) in enumerate(acts, start=1):
        previous = chain[-1].hash if chain else GENESIS
        content = Content("00" * 16, {"seat": 1})
        chain.append(next_link(previous, number, "", actor, kind, content))

    def missed(*numbers: int) -> list[int]:
        erased = [
            replace(link, content=None) if link.sequence in numbers else link
            for link in chain
        ]
        assert breaks(erased, chain) == []
        found = erasure_breaks(erased)
        return [0 if line[0] == "l" else int(line.split()[1][:-1]) for line in found]

    assert missed() == missed(1, 3) == missed(2) == []
    assert missed(1, 3, 2) == [0]  # two persons' words, and one withdrew
    assert missed(3) == [3]
    assert missed(1, 3, 5) == [5]
    assert missed(1, 3, 5, 6) == [5, 6]
    assert missed(1, 3, 4) == [1, 3, 4]
