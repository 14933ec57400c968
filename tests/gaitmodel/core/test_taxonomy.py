"""The eight classes and their spellings."""

import pytest

from gaitmodel.core.errors import InputError
from gaitmodel.core.taxonomy import CLASSES, GaitClass, gait_class


def test_the_eight_classes_keep_the_papers_order_and_stable_keys() -> None:
    assert [one.value for one in CLASSES] == [
        "abnormal",
        "normal",
        "style",
        "exercise",
        "parkinsons",
        "cerebral_palsy",
        "myopathic",
        "dcm",
    ]
    assert [one.position for one in CLASSES] == list(range(8))


@pytest.mark.parametrize("one", CLASSES)
def test_every_class_is_read_back_from_its_own_names(one: GaitClass) -> None:
    for spelling in (one.value, one.display_name, one.value.upper(), f" {one.value} "):
        assert gait_class(spelling) is one


@pytest.mark.parametrize(
    ("spelling", "one"),
    [
        ("cerebral palsy", GaitClass.CEREBRAL_PALSY),
        ("Parkinson’s", GaitClass.PARKINSONS),
        ("parkinson's disease", GaitClass.PARKINSONS),
        ("Degenerative Cervical Myelopathy (DCM)", GaitClass.DCM),
        ("abnormal gait", GaitClass.ABNORMAL),
    ],
)
def test_spellings_in_use_are_accepted(spelling: str, one: GaitClass) -> None:
    assert gait_class(spelling) is one


def test_an_unknown_label_is_named_beside_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"'limping'.*abnormal.*dcm"):
        gait_class("limping")
