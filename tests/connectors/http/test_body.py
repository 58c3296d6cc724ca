"""Bodies in chunks: their bounds, and gzip as servers send it."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.http.body import BodyReader
from connectors.http.faults import Fault
from connectors.limits import BODY_LIMIT

TEXT = b"<rss>" + b"news " * 200 + b"</rss>"


def read(data: bytes, encoding: str = "gzip", *, step: int = 7, limit: int = 10_000) -> bytes:
    """Return what a body gives that arrives in chunks of so many bytes."""
    body = BodyReader(encoding, None, limit)
    for start in range(0, len(data), step):
        body.add(data[start : start + step])
    return body.whole()


def kind(data: bytes, encoding: str = "gzip", *, step: int = 7, limit: int = 10_000) -> str:
    """Return the kind of fault that a body ends with."""
    with pytest.raises(Fault) as caught:
        read(data, encoding, step=step, limit=limit)
    return caught.value.kind


@pytest.mark.parametrize("encoding", ["", "identity", " Identity "])
def test_a_plain_body_is_taken_as_it_is(encoding: str) -> None:
    """Without an encoding the bytes are the body, unless they begin as gzip does."""
    assert read(TEXT, encoding) == TEXT
    assert read(gzip.compress(TEXT), encoding) == TEXT


@pytest.mark.parametrize(
    "encoding",
    ["UTF-8", "none", "binary", "8bit", "text/xml", "iso-8859-1", "chunked", "utf-8, identity"],
)
@pytest.mark.parametrize("step", [1, 100_000])
def test_a_word_that_is_no_coding_is_ignored(encoding: str, step: int) -> None:
    """A charset, a media type or nothing in Content-Encoding: the body says what it is."""
    assert read(TEXT, encoding, step=step) == TEXT
    assert read(gzip.compress(TEXT), encoding, step=step) == TEXT


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "gzip, gzip", "deflate"])
@pytest.mark.parametrize("text", [TEXT, b"\n\n" + TEXT, b"\xef\xbb\xbf" + TEXT, b'{"items":[]}'])
def test_a_body_that_was_never_packed_is_read(encoding: str, text: bytes) -> None:
    """A coding is declared, and the body is a text all the same."""
    assert read(text, encoding, step=1) == read(text, encoding, step=99_999) == text


@pytest.mark.parametrize("encoding", ["", "gzip", "gzip, gzip"])
@pytest.mark.parametrize("step", [1, 100_000])
def test_gzip_of_gzip_is_unpacked(encoding: str, step: int) -> None:
    """A packed file that was packed on the way again, however often the header says so."""
    assert read(gzip.compress(gzip.compress(TEXT)), encoding, step=step) == TEXT


@pytest.mark.parametrize("step", [1, 100_000])
def test_deflate_is_unpacked_with_and_without_its_header(step: int) -> None:
    """Deflate is a zlib stream (RFC 9110 8.4.1.2); some servers send it without the header."""
    raw = zlib.compressobj(wbits=-15)
    assert read(zlib.compress(TEXT), "deflate", step=step) == TEXT
    assert read(raw.compress(TEXT) + raw.flush(), "deflate", step=step) == TEXT
    assert kind(zlib.compress(TEXT)[:-5], "deflate", step=step) == "bad_encoding"


def test_a_bomb_in_a_bomb_is_never_unfolded() -> None:
    """Each layer is unfolded in small parts: what is in it counts, and nothing more is held."""
    bomb = gzip.compress(gzip.compress(b"\0" * 8 * BODY_LIMIT))
    body = BodyReader("gzip", None)
    with pytest.raises(Fault) as caught:
        body.add(bomb)
    assert caught.value.kind == "too_large"
    assert sum(map(len, body._parts)) <= BODY_LIMIT
    nested = TEXT
    for _ in range(9):
        nested = gzip.compress(nested)
    assert kind(nested) == "bad_encoding"


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP", " gzip "])
def test_gzip_is_unpacked(encoding: str) -> None:
    """Gzip is unpacked under each of its names."""
    assert read(gzip.compress(TEXT), encoding) == TEXT


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(TEXT[:9]) + gzip.compress(b"") + gzip.compress(TEXT[9:]),
        gzip.compress(TEXT[:9]) + b"\0" * 20 + gzip.compress(TEXT[9:]),
        gzip.compress(TEXT) + b"\0" * 20,
        gzip.compress(TEXT) + b"<!-- cached -->",
        gzip.compress(TEXT) + b"\x1f",
        gzip.compress(TEXT) + b"<" + gzip.compress(b"no part of it"),
        zlib.compress(TEXT),
    ],
    ids=["members", "padding between", "padding", "comment", "half a mark", "later", "zlib"],
)
@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_gzip_is_read_as_browsers_read_it(data: bytes, step: int) -> None:
    """Members follow each other, padding and what follows the last one is ignored."""
    assert read(data, step=step) == TEXT


@given(st.lists(st.binary(max_size=300), max_size=5), st.integers(1, 400))
def test_members_in_any_chunks_give_the_whole(members: list[bytes], step: int) -> None:
    """However a stream of members is cut into chunks, their texts follow each other."""
    assert read(b"".join(map(gzip.compress, members)), step=step) == b"".join(members)


@given(st.binary(max_size=200), st.sampled_from(["gzip", "", "br"]), st.integers(1, 50))
def test_any_bytes_are_a_body_or_a_fault(data: bytes, encoding: str, step: int) -> None:
    """Whatever arrives, it is a body within the bounds or a fault of a known kind."""
    try:
        outcome: bytes | str = read(data, encoding, step=step, limit=150)
    except Fault as fault:
        outcome = fault.kind
    assert (
        len(outcome) <= 150
        if isinstance(outcome, bytes)
        else outcome in {"bad_encoding", "too_large"}
    )


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, br", "br, utf-8"])
def test_another_encoding_is_refused(encoding: str) -> None:
    """An encoding that was not asked for is refused, and the sentence names it."""
    with pytest.raises(Fault) as caught:
        read(b"\x8b\x02\x80" * 20, encoding)
    assert caught.value.kind == "bad_encoding"
    assert encoding in caught.value.detail


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(TEXT)[:-1],
        gzip.compress(TEXT)[:20],
        gzip.compress(TEXT) + gzip.compress(TEXT)[:20],
        gzip.compress(TEXT)[:-8] + b"\0" * 8,
        b"\x1f\x8b",
        b"\x01" + gzip.compress(TEXT),
    ],
    ids=["cut", "cut early", "second cut", "checksum", "mark", "no gzip"],
)
@pytest.mark.parametrize("step", [1, 100_000])
def test_broken_gzip_is_told(data: bytes, step: int) -> None:
    """Gzip that breaks off or does not fit its checksum is no body."""
    assert kind(data, step=step) == "bad_encoding"


def test_nothing_is_an_empty_body() -> None:
    """A body without a byte is empty, encoded or not."""
    assert read(b"") == read(b"", "") == b""


@pytest.mark.parametrize("step", [1, 999, 100_000])
def test_the_limit_is_met_to_the_byte(step: int) -> None:
    """A body of just the limit is read, one byte more is too large; packed or not."""
    assert len(read(b"x" * 1000, "", step=step, limit=1000)) == 1000
    assert len(read(gzip.compress(b"x" * 1000), step=step, limit=1000)) == 1000
    assert kind(b"x" * 1001, "", step=step, limit=1000) == "too_large"
    assert kind(gzip.compress(b"x" * 1001), step=step, limit=1000) == "too_large"


def test_a_bomb_is_never_unfolded() -> None:
    """What unfolds to a thousand times the limit is refused while it is still small."""
    bomb = gzip.compress(b"\0" * 64 * BODY_LIMIT)
    body = BodyReader("gzip", None)
    with pytest.raises(Fault) as caught:
        body.add(bomb)
    assert caught.value.kind == "too_large"
    assert sum(map(len, body._parts)) <= BODY_LIMIT


def test_members_without_a_text_are_bounded_too() -> None:
    """Members that unfold to nothing count by what they take on the wire."""
    assert kind(gzip.compress(b"") * 600, step=100_000) == "too_large"


def test_a_length_that_is_too_large_is_refused_unread() -> None:
    """A Content-Length beyond the limit ends it before a byte is read."""
    with pytest.raises(Fault) as caught:
        BodyReader("", str(BODY_LIMIT + 1))
    assert caught.value.kind == "too_large"
    assert BodyReader("", str(BODY_LIMIT)).received == 0
