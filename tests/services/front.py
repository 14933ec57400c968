"""Production's nginx on free ports, with its own certificate."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.certificates import certificate_written
from tests.processes import ROOT, Service

WRAPPED = """
user root;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  include /etc/nginx/mime.types;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  {site}
}}
"""


BLOCK = re.compile(r"  location /_films/ \{.*?\n  \}\n", re.DOTALL)


def site_conf(
    folder: Path, *, http: int, https: int, web: int, bucket: str = ""
) -> Path:
    """``deploy/nginx.conf.template``, filled in, within a complete configuration."""
    written = certificate_written(folder, datetime.now(UTC) + timedelta(days=30))
    values = {
        "SERVER_NAME": "127.0.0.1",
        "HTTP_PORT": f"127.0.0.1:{http}",
        "HTTPS_PORT": f"127.0.0.1:{https}",
        "WEB_UPSTREAM": f"127.0.0.1:{web}",
        "TLS_CERTIFICATE": str(written.certificate),
        "TLS_KEY": str(written.key),
        "CLIP_STORE": str(folder / "clips"),
        "INNER_NETWORK": "127.0.0.1",
        "ACCESS_LOG": str(folder / "access.log"),
    }
    template = (ROOT / "deploy/nginx.conf.template").read_text()
    named = {line.split("=")[0] for line in (ROOT / "deploy/nginx.env").open()}
    assert named == set(values), "nginx.env names what the template needs"
    if bucket:
        block = (ROOT / "deploy/nginx-bucket.conf.template").read_text()
        template = BLOCK.sub(lambda found: block, template)
        values["BUCKET_ADDRESS"] = bucket
    for name, value in values.items():
        template = template.replace(f"${{{name}}}", value)
    path = folder / "nginx.conf"
    path.write_text(WRAPPED.format(folder=folder, site=template))
    return path


def front_server(folder: Path, *, http: int, https: int, web: int) -> Service:
    """nginx in the foreground, as a service manager runs it."""
    conf = site_conf(folder, http=http, https=https, web=web)
    command = ["nginx", "-c", str(conf), "-e", str(folder / "error.log")]
    return Service(command, os.environ, https)
