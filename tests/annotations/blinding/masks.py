"""What may differ between two visits: form tokens, signatures, times, generated ids."""

from __future__ import annotations

import re

HIDDEN = [
    re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"'),
    re.compile(rb'"x-csrftoken": "[^"]+"'),
    re.compile(rb'"csrf": ?"[^"]+"'),
    re.compile(rb'"at": ?"[^"]+"'),
    re.compile(rb"/film/film:[\w:-]+"),
    re.compile(rb'<time datetime="[^"]+">[^<]+</time>'),
    # Drawn anew on each visit, by design: secrets of second factors, challenges.
    re.compile(rb"(?s)<img[^>]*data:image/svg[^>]*>"),
    re.compile(rb'value="[A-Z2-7]{32}"'),
    re.compile(rb'"challenge": ?"[^"]+"'),
]
UUID = re.compile(
    rb"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)


def masked(content: bytes) -> bytes:
    """The bytes without random or time-dependent parts."""
    for pattern in HIDDEN:
        content = pattern.sub(b"-", content)
    return content


class Renaming:
    """Replaces random ids by order of appearance, to compare two databases."""

    def __init__(self) -> None:
        self.met: dict[bytes, bytes] = {}

    def __call__(self, content: bytes) -> bytes:
        return UUID.sub(
            lambda found: self.met.setdefault(found.group(), b"id-%d" % len(self.met)),
            content,
        )
