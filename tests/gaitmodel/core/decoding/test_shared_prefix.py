"""Attention in two parts is torch's attention over both."""

from __future__ import annotations

from unittest.mock import patch

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from gaitmodel.core.decoding import shared_prefix
from gaitmodel.core.decoding.shared_prefix import SplitStates, shared_prefix_attention

D = 16


def split(seed: int, rows: int, heads: int, prefix: int, rest: int) -> SplitStates:
    made = torch.Generator().manual_seed(seed)
    return SplitStates(
        torch.randn(1, heads, prefix, D, generator=made),
        torch.randn(rows, heads, rest, D, generator=made),
    )


@given(
    rows=st.integers(1, 5),
    heads=st.integers(1, 3),
    group=st.integers(1, 4),
    prefix=st.integers(1, 20),
    rest=st.integers(1, 20),
    queries=st.integers(1, 3),
    is_masked=st.booleans(),
    is_flash=st.booleans(),  # without it: the way of a graphics card
)
def test_it_equals_the_attention_of_torch_over_repeated_states(
    rows: int,
    heads: int,
    group: int,
    prefix: int,
    rest: int,
    queries: int,
    is_masked: bool,
    is_flash: bool,
) -> None:
    queries = min(queries, rest)
    made = torch.Generator().manual_seed(rows * 100 + rest)
    query = torch.randn(rows, heads * group, queries, D, generator=made)
    key, value = (split(s, rows, heads, prefix, rest) for s in (1, 2))
    mask, is_real = None, torch.ones(rows, queries, dtype=torch.bool)
    if is_masked or queries > 1:  # padding behind the prefix, as in a flush-right batch
        mask = torch.ones(rows, 1, queries, prefix + rest, dtype=torch.bool)
        mask = mask.tril(prefix + rest - queries)
        padded = torch.arange(rows) % rest
        for row, n in enumerate(padded):
            mask[row, :, :, prefix : prefix + n] = False
            is_real[row, : max(int(n) - (rest - queries), 0)] = False
    module = nn.Module()
    module.num_key_value_groups, module.is_causal = group, True  # type: ignore[assignment]
    with patch.object(shared_prefix, "is_flash", return_value=is_flash):
        ours, _ = shared_prefix_attention(module, query, key, value, mask)
    expected = scaled_dot_product_attention(
        query, key.joined(), value.joined(), mask, enable_gqa=True
    )
    # What padding itself would say is of no use to anybody.
    torch.testing.assert_close(ours[is_real], expected.transpose(1, 2)[is_real])


@given(length=st.integers(2, 40), prefix=st.integers(1, 20), group=st.integers(1, 4))
def test_a_row_read_alone_sees_the_prefix_and_itself_up_to_each_token(
    length: int, prefix: int, group: int
) -> None:
    query = torch.randn(1, 2 * group, length, D)
    key, value = (split(s, 1, 2, prefix, length) for s in (1, 2))
    ours, _ = shared_prefix_attention(nn.Module(), query, key, value, None)
    causal = torch.ones(length, prefix + length, dtype=torch.bool).tril(prefix)
    expected = scaled_dot_product_attention(
        query, key.joined(), value.joined(), causal, enable_gqa=True
    )
    torch.testing.assert_close(ours.transpose(1, 2), expected)


@pytest.mark.parametrize("is_flash", [True, False])
def test_half_precision_keeps_its_dtype(is_flash: bool) -> None:
    query = torch.randn(2, 4, 1, D, dtype=torch.bfloat16)
    parts = split(1, 2, 2, 5, 3)
    states = SplitStates(parts.prefix.bfloat16(), parts.rest.bfloat16())
    with patch.object(shared_prefix, "is_flash", return_value=is_flash):
        ours, _ = shared_prefix_attention(nn.Module(), query, states, states, None)
    assert ours.dtype == torch.bfloat16
    exact = scaled_dot_product_attention(
        query.float(), parts.joined(), parts.joined(), enable_gqa=True
    )
    assert ours.float().transpose(1, 2) == pytest.approx(exact, abs=0.05)


def test_half_precision_is_about_as_exact_as_torchs_own() -> None:
    torch.manual_seed(0)
    query = 4 * torch.randn(2, 4, 1, D, dtype=torch.bfloat16)
    parts = split(1, 2, 2, 300, 200)
    states = SplitStates(parts.prefix.bfloat16(), parts.rest.bfloat16())
    joined = states.joined()
    exact = scaled_dot_product_attention(
        query.float(), joined.float(), joined.float(), enable_gqa=True
    )
    theirs = scaled_dot_product_attention(query, joined, joined, enable_gqa=True)
    with patch.object(shared_prefix, "is_flash", return_value=False):
        ours, _ = shared_prefix_attention(nn.Module(), query, states, states, None)
    error = (ours.float().transpose(1, 2) - exact).abs().mean()
    assert error <= 2 * (theirs.float() - exact).abs().mean()
