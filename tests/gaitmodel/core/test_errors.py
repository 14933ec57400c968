"""What is known of an error that says little of itself."""

from __future__ import annotations

import pytest

from gaitmodel.core.errors import out_of_memory


@pytest.mark.parametrize(
    ("error", "place"),
    [
        (MemoryError(), "this machine"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "this machine"),
        (RuntimeError("CUDA error: out of memory"), "the device"),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when ..."), "the device"),
    ],
)
def test_no_memory_is_known_by_whoever_says_so(error: Exception, place: str) -> None:
    assert str(out_of_memory(error)).startswith(f"{place} is out of memory")


def test_another_error_is_left_alone() -> None:
    assert out_of_memory(RuntimeError("shapes do not match")) is None
