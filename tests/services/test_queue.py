"""The short form of ``benchmarks.queue_hammer`` on PostgreSQL and Redis."""

from pathlib import Path

import pytest

from benchmarks.queue_hammer import hammer


@pytest.mark.services
def test_every_run_is_done_once_though_workers_are_killed(
    postgres: str, redis_url: str, tmp_path: Path
) -> None:
    outcome = hammer(tmp_path, 40, 3, database=postgres, broker=redis_url)
    assert outcome.holds, outcome
    assert outcome.states == {"done": 40}
    assert sum(outcome.kills.values()) >= 10
