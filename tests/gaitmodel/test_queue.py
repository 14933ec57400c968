"""The short form of ``benchmarks.queue_hammer`` on SQLite, the database as the broker."""

from pathlib import Path

import pytest

from benchmarks.queue_hammer import hammer


@pytest.mark.slow
def test_every_run_is_done_once_though_workers_are_killed(tmp_path: Path) -> None:
    outcome = hammer(tmp_path, 24, 3)
    assert outcome.holds, outcome
    assert outcome.states == {"done": 24}
    assert sum(outcome.kills.values()) >= 8
