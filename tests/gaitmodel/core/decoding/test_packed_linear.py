"""Packed products are the plain ones, and the layers are left as they were."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from gaitmodel.core.decoding.packed_linear import gains, packed


@given(
    rows=st.integers(1, 40),
    inside=st.integers(1, 70),
    outside=st.integers(1, 70),
    has_bias=st.booleans(),
)
def test_a_packed_product_is_the_product(
    rows: int, inside: int, outside: int, has_bias: bool
) -> None:
    layer = nn.Linear(inside, outside, bias=has_bias).requires_grad_(False)
    given_rows = torch.randn(2, rows, inside)
    exact = layer.double()(given_rows.double()).float()
    layer.float()
    with packed(layer):
        ours = layer(given_rows)
    torch.testing.assert_close(ours, exact)


def test_layers_answer_from_the_packed_weight_inside_and_from_their_own_after() -> None:
    model = nn.Sequential(nn.Linear(8, 8), nn.SiLU(), nn.Linear(8, 4))
    model.requires_grad_(False)
    rows, own = torch.randn(3, 8), model[2].bias.expand(3, 4)
    with packed(model):
        before = model(rows)
        model[2].weight.zero_()
        inside = before if gains(model[2].weight) else own
        torch.testing.assert_close(model(rows), inside)
    torch.testing.assert_close(model(rows), own)


def test_an_error_inside_leaves_no_packed_layer_behind() -> None:
    layer = nn.Linear(4, 4).requires_grad_(False)
    with pytest.raises(KeyError), packed(layer):
        raise KeyError
    assert "forward" not in vars(layer)


def test_other_precisions_are_left_alone() -> None:
    layer = nn.Linear(4, 4, dtype=torch.bfloat16)
    with packed(layer):
        assert "forward" not in vars(layer)
