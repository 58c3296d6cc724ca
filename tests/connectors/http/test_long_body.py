"""Bodies beyond the limit: both ends of a feed, whatever the chunks; nothing of anything else."""

import gzip
from typing import Any

import pytest
from httpanswers import answer

from connectors.feeds.document import read_document
from connectors.http.faults import Fault
from connectors.http.long_body import LongBody
from connectors.limits import BODY_LIMIT, LONG_BODY_LIMIT


def feed(entries: int, size: int = 60) -> bytes:
    """Return a feed of so many entries."""
    filling = "x" * size
    items = (f"<item><guid>{n}</guid><title>{filling}</title></item>" for n in range(entries))
    return f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>".encode()


def read(data: bytes, *, step: int, limit: int, packed: bool = False) -> LongBody:
    """Return a body that came in chunks of so many bytes."""
    sent = gzip.compress(data) if packed else data
    body = LongBody("gzip" if packed else "", None, limit)
    for start in range(0, len(sent), step):
        body.add(sent[start : start + step])
    return body


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("step", [1, 7, 1_000, 100_000])
@pytest.mark.parametrize("limit", [2_000, 2_001, 2_050, 5_000])
def test_both_ends_of_a_feed_are_kept(step: int, limit: int, packed: bool) -> None:  # noqa: FBT001 - a parameter
    """The ends are joined between two entries, and what stood between is counted."""
    body = read(feed(100), step=step, limit=limit, packed=packed)
    data = body.whole()
    document = read_document(data, left_out=body.left_out)
    guids = [int(getattr(entry, "guid", "") or -1) for entry in document.entries]
    assert len(data) <= limit
    assert guids[0] == 0
    assert guids[-1] == 99
    assert guids == sorted(guids)
    assert len(guids) + body.left_out == 100
    assert document.error == "too_large"
    assert document.detail == (
        f"it is too long, with 100 entries; {len(guids)} at its two ends were read"
    )


def test_a_body_within_the_limit_is_whole() -> None:
    """Nothing is cut of a body of just the limit."""
    data = feed(100)
    body = read(data, step=99, limit=len(data) + len(data) % 2)
    assert (body.whole(), body.left_out) == (data, 0)


@pytest.mark.parametrize(
    "data", [b"x" * 3_000, b"<rss>" + b"x" * 3_000, b'{"items":[' + b"[]," * 999]
)
def test_another_long_body_is_too_large(data: bytes) -> None:
    """What is no feed, or one without an entry to cut at, is refused."""
    with pytest.raises(Fault) as caught:
        read(data, step=100, limit=2_000).whole()
    assert caught.value.kind == "too_large"


def test_a_bomb_of_a_feed_is_bounded() -> None:
    """What unfolds to more than eight times the limit is refused, and never held."""
    bomb = gzip.compress(b"<rss version='2.0'>" + b"<item></item>" * (LONG_BODY_LIMIT // 13 + 9))
    body = LongBody("gzip", None)
    with pytest.raises(Fault) as caught:
        body.add(bomb)
    assert caught.value.kind == "too_large"
    assert body._head_size + body._tail_size <= BODY_LIMIT


def test_a_long_feed_is_fetched(web: Any) -> None:
    """A feed over the limit arrives with its first and its last entry."""
    data = feed(2_500, 5_000)
    assert len(data) > BODY_LIMIT
    result, _ = web.fetch(answer(data))
    assert (result.error, result.bytes) == (None, len(data))
    assert b"<guid>0</guid>" in result.body
    assert b"<guid>2499</guid>" in result.body
    assert len(result.body) <= BODY_LIMIT
    assert result.left_out > 0
