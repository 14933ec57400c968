"""A real Prometheus reads the site's metrics and judges the alert rules by them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.processes import ROOT, Service
from tests.services.production import Site
from tests.waiting import free_port, wait_until

pytestmark = pytest.mark.services


def configuration(site: Site, folder: Path) -> Path:
    """``deploy/prometheus.yml`` with this site as the target, and more haste."""
    shutil.copy(ROOT / "deploy/alerts.yml", folder)
    (folder / "metrics_token").write_text(site.token)
    told = yaml.safe_load((ROOT / "deploy/prometheus.yml").read_text())
    told["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    [job] = told["scrape_configs"]
    job["static_configs"] = [{"targets": [site.origin.removeprefix("https://")]}]
    job["tls_config"] = {"ca_file": str(site.folder / "server.pem")}
    path = folder / "prometheus.yml"
    path.write_text(yaml.safe_dump(told))
    return path


@contextmanager
def watching(site: Site, folder: Path) -> Iterator[Callable[..., Any]]:
    """Run Prometheus; yields what asks its interface for something."""
    program = shutil.which("prometheus")
    assert program, "prometheus is missing: install Debian's prometheus"
    folder.mkdir()
    port = free_port()
    command = [
        program,
        f"--config.file={configuration(site, folder)}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    service = Service(command, os.environ, port, folder / "log")
    session = requests.Session()
    session.trust_env = False
    origin = f"http://127.0.0.1:{port}"

    def is_ready() -> bool:
        """Prometheus listens before its storage is open, and says 503 until then."""
        return session.get(f"{origin}/-/ready").ok

    def ask(what: str, **fields: str) -> Any:
        answer = session.get(f"{origin}/api/v1/{what}", params=fields)
        answer.raise_for_status()
        return answer.json()["data"]

    service.start()
    try:
        wait_until(is_ready, "Prometheus is not ready")
        yield ask
    finally:
        service.end()


def test_prometheus_reads_the_site_and_notices_that_it_is_down(
    site: Site, tmp_path: Path
) -> None:
    with watching(site, tmp_path / "prometheus") as ask:

        def values(query: str) -> list[float]:
            found = ask("query", query=query)["result"]
            return [float(one["value"][1]) for one in found]

        def rules() -> dict[str, dict[str, Any]]:
            [group] = ask("rules")["groups"]
            return {rule["name"]: rule for rule in group["rules"]}

        wait_until(lambda: values('up{job="biogait"}') == [1.0], "it is not read")
        assert values("biogait_ready") == [1.0] * 5
        wait_until(
            lambda: all(rule["health"] == "ok" for rule in rules().values()),
            "a rule was not judged",
        )
        wait_until(  # also for the workers' first sign of life
            lambda: all(rule["state"] == "inactive" for rule in rules().values()),
            "a rule sees trouble where there is none",
        )

        site.web.end()
        wait_until(lambda: values('up{job="biogait"}') == [0.0], "its end is not seen")
        wait_until(lambda: rules()["SiteDown"]["state"] == "pending", "no alert")
