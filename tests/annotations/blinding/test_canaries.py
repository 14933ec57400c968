"""No canary sings, in any disguise, anywhere that the blind can look."""

import codecs
import hashlib
import html
import logging
import zlib
from base64 import b32encode, b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings as site
from django.contrib.sessions.models import Session

from tests import factories
from tests.annotations.blinding.crawl import LEADS_EXCEPTIONS, crawl

pytestmark = pytest.mark.django_db

IDENTITIES = [*factories.SYSTEMS]
WALKS = [factories.CLIP_CANARY, factories.PATIENT_CANARY, "zqxsource", '"dcm"']
PAPERS_SYSTEMS = ("biogait", "internvl", "qwen3", "slowfast", "timesformer", "st_gcn")
HASHES = (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512)


def _encoded(word: str) -> Iterator[bytes]:
    raw = word.encode()
    yield from (raw, raw[::-1], raw.upper(), word.title().encode())
    for shift in range(3):  # a word starts at any of three places of a base64 block
        yield b64encode(b"-" * shift + raw)[4 if shift else 0 : -4]
    yield b32encode(raw).rstrip(b"=")
    yield raw.hex().encode()
    yield raw.hex(":").encode()
    yield codecs.encode(word, "rot13").encode()
    yield quote(word).encode()
    yield "".join(f"%{byte:02X}" for byte in raw).encode()
    yield "".join(f"&#{byte};" for byte in raw).encode()
    yield "".join(f"\\u{ord(letter):04x}" for letter in word).encode()
    yield html.escape(word).encode()
    yield word.encode("utf-16-le")
    yield zlib.compress(raw)[2:-4]


def disguises(word: str) -> set[bytes]:
    """The word as it is and in the encodings and hashes in which it might slip out."""
    hashed = {hash_(word.encode()).hexdigest().encode() for hash_ in HASHES}
    return {*_encoded(word), *hashed} - {b""}


def test_a_disguise_is_seen_through() -> None:
    word = factories.SYSTEMS[0]
    for shift in range(3):
        hidden = b64encode(b"x" * shift + word.encode() + b"y")
        assert any(disguise in hidden for disguise in disguises(word))
    assert len(disguises(word)) > 18


@pytest.mark.parametrize("who", ["ada", "nobody", "cleo"])
def test_no_canary_in_pages_headers_mails_or_logs(
    who, small_study, client_of, ada, cleo, caplog
) -> None:
    caplog.set_level(logging.DEBUG)
    person = {"ada": ada, "cleo": cleo, "nobody": None}[who]
    left_out = LEADS_EXCEPTIONS if who == "cleo" else ()
    # A lead may know whose walk a case is; nobody may know whose text.
    words = IDENTITIES + ([] if who == "cleo" else WALKS)
    seen = crawl(client_of(person), leave_out=left_out)
    whole = [(step, one.content + one.headers.encode()) for step, one in seen.items()]
    logged = "\n".join(
        record.getMessage()
        for record in caplog.records
        if record.name != "django.db.backends"
    )
    whole.append(("log", logged.encode()))
    film = factories.tiny_film().read_bytes()
    for step, content in whole:
        for word in words:
            for disguise in disguises(word):
                assert disguise not in content.replace(film, b""), (step, word)


def test_no_canary_in_sessions_or_in_what_the_browser_loads(
    small_study, client_of, ada
) -> None:
    client = client_of(ada)
    client.get("/cases/")
    kept = [str(one.get_decoded()).encode() for one in Session.objects.all()]
    folder = Path(site.BASE_DIR) / "static"
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert len(kept) == 1
    assert len(files) > 5
    for content in kept + files:
        for word in IDENTITIES + WALKS[:3]:
            assert not any(disguise in content for disguise in disguises(word))


def test_no_file_that_the_browser_loads_names_a_system() -> None:
    folder = Path(site.BASE_DIR) / "static"
    text = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert not [key for key in PAPERS_SYSTEMS if key.encode() in text]


def test_the_films_metadata_say_nothing(small_study) -> None:
    film = factories.tiny_film().read_bytes()
    for word in IDENTITIES + WALKS[:3]:
        assert word.encode() not in film
    assert b"udta" not in film or b"\xa9nam" not in film
