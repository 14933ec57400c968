"""How gunicorn serves the site: in production, in the demo and in the tests.

| variable | meaning | default |
| --- | --- | --- |
| ``WEB_BIND`` | address and port, or ``unix:`` and a socket's path | 127.0.0.1:8000 |
| ``WEB_WORKERS`` | processes; two a core are enough | 2 |
| ``WEB_THREADS`` | threads in each | 4 |
| ``WEB_TRUSTS`` | addresses of the front server, whose headers are believed | 127.0.0.1 |
| ``WEB_LOG_LEVEL`` | what gunicorn tells of itself: ``info`` names every worker | warning |
"""

import os
import tempfile
from pathlib import Path

# Every process adds its latencies to files here; they begin anew with the server.
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="metrics-"))

from prometheus_client import multiprocess

from evalsite.watching.logs import logging_config

bind = os.environ.get("WEB_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
forwarded_allow_ips = os.environ.get("WEB_TRUSTS", "127.0.0.1")
loglevel = os.environ.get("WEB_LOG_LEVEL", "warning")

# A request that takes longer hangs; a worker that is stopped finishes what it began.
timeout = 60
graceful_timeout = 30
keepalive = 5
# Whatever a library leaks goes with its process; the jitter keeps them from going at once.
max_requests = 20_000
max_requests_jitter = 2_000
# Worker heartbeats in memory: a slow disk must not look like a hanging worker.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None

if os.environ.get("LOG_FORMAT") == "json":
    logconfig_dict = logging_config("json")


def child_exit(server, worker):
    """Gauges of a process that has ended count no more; its latencies do."""
    multiprocess.mark_process_dead(worker.pid)
