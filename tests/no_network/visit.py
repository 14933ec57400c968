"""Build, serve and visit the demo in a network namespace that has only loopback.

``unshare -n python -m tests.no_network.visit FOLDER [DEMO OPTIONS]`` prints one line of
JSON: what was done, and which attempts to leave the machine were logged. Native code
cannot leave it either: the namespace has no other interface.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import socket
import struct
import subprocess
import sys
from pathlib import Path

from tests.annotations.test_crash import Browser
from tests.processes import ROOT, manage, queue_worker, site_environment, web_server

SIOCSIFFLAGS, UP = 0x8914, 0x1
SHORT = """
import json
from annotations.management.demo import DemoPlan, demo_build, demo_summary
plan = DemoPlan(
    "tiny", cases=4, subjects_per_class=2, seconds=2.0, epochs=2, new_tokens=16
)
print(json.dumps(demo_summary(plan, demo_build(plan), "")))
"""
HOOK = Path(__file__).parent / "hook"


def loopback_up() -> None:
    """Bring up the loopback interface, which is down in a new namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", UP)
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, request)


def is_cut_off() -> bool:
    """Whether external addresses are unreachable."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        return any_socket.connect_ex(("192.0.2.1", 53)) != 0


def visited(site: dict[str, str], account: dict[str, str]) -> dict[str, object]:
    """One rater's first case over HTTP: page, one cell, a range of the film."""
    server, worker = web_server(site), queue_worker(site)
    server.start()
    worker.start()
    try:
        browser = Browser(f"http://127.0.0.1:{server.port}")
        browser.get("/login/")
        names = {name: account[name] for name in ("username", "password")}
        browser.post("/login/", names)
        consent = re.search(r'href="(/seats/[^"]+/consent/)"', browser.get("/cases/"))
        if consent:
            browser.get(consent[1])
            browser.post(consent[1], {"agree": "on"})
        path = re.findall(r'href="(/cases/[0-9a-f-]{36}/)"', browser.get("/cases/"))[0]
        page = browser.get(path)
        cell = {"A-grounding-value": "4", "A-grounding-version": "0"}
        saved = browser.post(f"{path}cells/A/grounding/", cell)
        film = re.findall(rf'"({path}film/[^"]+)"', page)[0]
        sent = browser.opener.open(browser.origin + film).read()
        return {"saved": saved, "film_bytes": len(sent)}
    finally:
        server.end()
        worker.end()


def demonstrated(site: dict[str, str], *options: str) -> str:
    """``manage.py demo`` with its options; without any, a smaller plan of the same."""
    if options:
        return manage(site, "demo", "--no-serve", "--json", *options)
    return manage(site, "shell", "-v0", "-c", SHORT)


def main(folder: str, *options: str) -> None:
    loopback_up()
    log = Path(folder) / "attempts.txt"
    site = site_environment(Path(folder) / "var") | {
        "NO_NETWORK_LOG": str(log),
        "PYTHONPATH": os.pathsep.join([str(HOOK), str(ROOT)]),
    }
    probe = subprocess.run(
        [sys.executable, "-c", "import socket; socket.create_connection(('192.0.2.1', 9))"],
        env=site, capture_output=True, text=True, check=False,
    )  # fmt: skip
    seen = log.read_text() if log.exists() else ""
    log.unlink(missing_ok=True)
    done = json.loads(demonstrated(site, *options).splitlines()[-1])
    rater = next(one for one in done["accounts"] if one["role"] == "rater")
    result = {
        "cut_off": is_cut_off(),
        "hook_works": probe.returncode != 0 and "192.0.2.1" in seen,
        "study": done["study"],
        **visited(site, rater),
        "attempts": log.read_text().splitlines() if log.exists() else [],
    }
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
