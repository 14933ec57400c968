"""The deployment's files hold before the tools that read them."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.processes import ROOT
from tests.services.front import front_server, site_conf
from tests.waiting import free_port

DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def run(*command: str | Path) -> None:
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_image_passes_hadolint() -> None:
    run(BIN / "hadolint", DEPLOY / "Containerfile")


def test_every_yaml_file_passes_yamllint() -> None:
    run(BIN / "yamllint", "--strict", "-c", DEPLOY / ".yamllint", DEPLOY)


def test_the_compose_file_follows_its_schema() -> None:
    schema = "vendor.compose-spec"
    run(BIN / "check-jsonschema", "--builtin-schema", schema, DEPLOY / "compose.yml")


def test_every_setting_of_the_deployment_is_one_that_somebody_reads() -> None:
    """A misspelt variable would be left out in silence."""
    named = set(re.findall(r"^([A-Z_]+)=", (DEPLOY / "site.env").read_text(), re.M))
    compose = (DEPLOY / "compose.yml").read_text()
    named |= set(re.findall(r"^    ([A-Z_]+): ", compose.split("services:")[0], re.M))
    readers = (ROOT / "evalsite/settings.py", DEPLOY / "gunicorn.conf.py")
    text = "".join(path.read_text() for path in readers)
    assert len(named) > 12
    assert {name for name in named if name.removesuffix("_FILE") not in text} == set()


@pytest.mark.slow
def test_a_command_on_a_host_reads_the_settings_of_the_units(tmp_path: Path) -> None:
    """Without them it would make a database of its own and say nothing."""
    (tmp_path / "site.env").write_text(
        f"DATABASE_URL=sqlite:///{tmp_path}/named.sqlite3\nBIOGAIT_VAR={tmp_path}/var\n"
    )
    environment = {
        "PATH": os.environ["PATH"],
        "SITE_ENV": str(tmp_path / "site.env"),
        "SITE_USER": pwd.getpwuid(os.getuid()).pw_name,
    }
    command = [DEPLOY / "manage", "migrate", "-v0"]
    subprocess.run(command, env=environment, cwd=tmp_path, check=True)
    assert (tmp_path / "named.sqlite3").stat().st_size > 0
    environment["SITE_ENV"] = str(tmp_path / "none.env")
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert done.returncode != 0
    assert b"none.env" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_a_command_takes_the_values_that_the_units_take(
    tmp_path: Path, quote: str
) -> None:
    """A shell would cut the first at its "&", and run the second's words."""
    values = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/a&b$HOME.sqlite3",
        "EMAIL_FROM": "Gait study <study@example.org>",
        "ALLOWED_HOSTS": "a.example.org,b.example.org",
        "BIOGAIT_VAR": f"{tmp_path}/var",
    }
    lines = [f"{name}={quote}{value}{quote}" for name, value in values.items()]
    (tmp_path / "site.env").write_text("\n".join(["# ours", "", *lines]))
    environment = {
        "PATH": os.environ["PATH"],
        "SITE_ENV": str(tmp_path / "site.env"),
        "SITE_USER": pwd.getpwuid(os.getuid()).pw_name,
    }
    asked = f"import os; print([os.environ[n] for n in {list(values)}])"
    done = subprocess.run(
        [DEPLOY / "manage", "shell", "-v0", "-c", asked],
        env=environment, cwd=tmp_path, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.strip() == str(list(values.values()))


@pytest.mark.services
@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_takes_every_unit(unit: Path, tmp_path: Path) -> None:
    """With this checkout where the unit expects one, as the paths must exist."""
    text = unit.read_text().replace("/opt/biogait", str(ROOT))
    copy = tmp_path / unit.name.replace("@", "@0")
    copy.write_text(text)
    run("systemd-analyze", "verify", "--man=no", copy)


@pytest.mark.services
@pytest.mark.parametrize("bucket", ["", "http://127.0.0.1:9000"])
def test_nginx_takes_its_file(tmp_path: Path, bucket: str) -> None:
    conf = site_conf(tmp_path, http=8081, https=8444, web=8001, bucket=bucket)
    assert ("proxy_hide_header x-amz-id-2" in conf.read_text()) == bool(bucket)
    run("nginx", "-t", "-c", conf, "-e", tmp_path / "error.log")


@pytest.mark.services
def test_nginx_writes_no_token_down_while_the_site_is_restarted(tmp_path: Path) -> None:
    http, https, web = free_port(), free_port(), free_port()  # nobody answers at web
    front = front_server(tmp_path, http=http, https=https, web=web)
    front.start()
    try:
        page = f"https://127.0.0.1:{https}/invitations/one-time-token/"
        pem = str(tmp_path / "server.pem")
        assert requests.get(page, verify=pem, timeout=10).status_code == 502
    finally:
        front.end(20)
    assert '"status":502' in (tmp_path / "access.log").read_text()
    for log in tmp_path.glob("*.log"):
        assert "one-time-token" not in log.read_text(), log.name


@pytest.mark.services
def test_prometheus_takes_its_files() -> None:
    promtool = shutil.which("promtool")
    assert promtool, "promtool is missing: install Debian's prometheus"
    run(promtool, "check", "rules", DEPLOY / "alerts.yml")
    run(promtool, "check", "config", "--syntax-only", DEPLOY / "prometheus.yml")


TOLD = """
rule_files: [{rules}]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - {{series: 'biogait_runs{{state="failed"}}', values: '{failed}'}}
      {worker}
    alert_rule_test:
      - {{eval_time: 20m, alertname: RunFailed, exp_alerts: [{run_failed}]}}
      - {{eval_time: 20m, alertname: NoWorker, exp_alerts: [{no_worker}]}}
"""
RUN_FAILED = """{exp_labels: {severity: ticket, state: failed},
 exp_annotations: {summary: A Run has failed; its reason is on the Runs page.}}"""
NO_WORKER = """{exp_labels: {severity: ticket},
 exp_annotations: {summary: No worker has given a sign of life for three minutes.}}"""
SEEN = "- {series: biogait_worker_seen_age_seconds, values: '5x30'}"


@pytest.mark.services
@pytest.mark.parametrize(
    ("failed", "worker", "run_failed", "no_worker"),
    [
        ("3x10 2x20", SEEN, "", ""),
        ("2x10 3x20", SEEN, RUN_FAILED, ""),
        ("3x30", "", "", NO_WORKER),
    ],
)
def test_alerts_tell_of_a_failed_run_not_of_a_retry_and_of_a_worker_that_never_was(
    tmp_path: Path, failed: str, worker: str, run_failed: str, no_worker: str
) -> None:
    promtool = shutil.which("promtool")
    assert promtool, "promtool is missing: install Debian's prometheus"
    told = TOLD.format(
        rules=DEPLOY / "alerts.yml",
        failed=failed,
        worker=worker,
        run_failed=run_failed,
        no_worker=no_worker,
    )
    (tmp_path / "told.yml").write_text(told)
    run(promtool, "test", "rules", tmp_path / "told.yml")
