"""Log and refuse connections that leave this machine, in a process and its children.

On ``PYTHONPATH`` it is loaded by every Python that starts. ``NO_NETWORK_LOG`` names the
file to which attempts are logged, including those whose error a library swallows.
"""

import os
import sys

LOCAL_NAMES = frozenset({None, "", "localhost", b"localhost", "0.0.0.0", "::"})
CONNECTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
LOOKS_UP = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})


def _is_local(host: object) -> bool:
    text = host.decode() if isinstance(host, bytes) else host
    return text in LOCAL_NAMES or str(text).startswith(("127.", "::1"))


def _hook(event: str, arguments: tuple) -> None:
    if event in CONNECTS:
        address = arguments[1]
        if not isinstance(address, tuple) or _is_local(address[0]):
            return  # a Unix socket, a connected one, or this machine
        host = address[0]
    elif event in LOOKS_UP:
        host = arguments[0]
        if _is_local(host):
            return
    else:
        return
    with open(os.environ["NO_NETWORK_LOG"], "a") as log:  # noqa: PTH123  opened early
        log.write(f"{event} {host!r}: {' '.join(sys.argv)}\n")
    raise OSError(f"this run may not leave the machine: {event} {host!r}")


if os.environ.get("NO_NETWORK_LOG"):
    sys.addaudithook(_hook)
