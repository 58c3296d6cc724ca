"""Inputs that hang, bloat or crash a worker hurt only themselves."""

import asyncio
import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import psutil
import pytest

from articles.model import Draft, Feed, Rejected, Source
from connectors.payload import Body, Payload
from flows.digesting import NORMALIZING, Digested, Mark, Parcel, Task, digest
from flows.workers import Pool

FEED = Feed("feed", Source("seeds", "seeds"), "files", "seeds")
NOW = datetime(2024, 7, 2, tzinfo=UTC)
GOOD = Payload("good.txt", "txt", b"A storm flooded the harbour of Lindby on Tuesday.")
SECONDS = 1.0


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """Return a pool with a short limit, so that a hanging input does not hang the tests."""
    with Pool(workers=2, timeout=SECONDS, memory=700 << 20) as made:
        yield made


def _digest(pool: Pool, *payloads: Payload) -> list[Digested]:
    parcels = (Parcel(FEED, NOW, payload) for payload in payloads)
    return asyncio.run(pool.digest(Task(tuple(parcels))))


def _reasons(digested: Digested) -> list[str]:
    return [one.reason if isinstance(one, Rejected) else "draft" for one in digested.drafts]


def test_hanging_feed_is_set_aside_and_its_neighbours_are_not(pool: Pool) -> None:
    """An address of 120 KB keeps feedparser's regex busy for longer than a worker may take."""
    address = b"a." * 60_000
    body = b'<rss version="2.0"><channel><item><title>T&nbsp;</title><author>' + address
    hanging = Payload("bad.rss", "feed", body + b"</author></item></channel></rss>")
    before, bad, after = _digest(pool, GOOD, hanging, GOOD)
    assert _reasons(before) == ["draft"]
    assert _reasons(after) == ["draft"]
    assert _reasons(bad) == ["parse_timeout"]
    [rejected] = bad.drafts
    assert isinstance(rejected, Rejected)
    assert rejected.retryable
    assert rejected.raw.startswith(b"<rss")


def _feed(names: str, trap: str = "") -> Body:
    """Return a feed with an entry a letter; the trap's author is for feedparser alone."""
    entries = "".join(f"<item><title>{n}</title><guid>{n}</guid></item>" for n in names)
    author = f"<item><title>T&nbsp;</title><author>{trap}</author></item>" if trap else ""
    return Body(f'<rss version="2.0"><channel>{entries}{author}</channel></rss>'.encode())


def _polled(pool: Pool, *bodies: Body) -> list[Digested]:
    feed = Feed("polled", Source("press", "press"), "rss", "https://press.example/feed")
    return asyncio.run(pool.digest(Task(tuple(Parcel(feed, NOW, body) for body in bodies))))


def test_hanging_document_is_a_failed_poll_and_hurts_only_itself(pool: Pool) -> None:
    """What hangs a worker is a parse_timeout at once; what shared its crossing is all there."""
    before, bad, after = _polled(pool, _feed("ab"), _feed("", "a." * 60_000), _feed("c"))
    assert [len(one.drafts) for one in (before, bad, after)] == [2, 0, 1]
    assert bad.document is not None
    assert (bad.document.error, bad.pairs) == ("parse_timeout", [])
    assert before.document is not None
    assert before.document.error is None


def test_slow_neighbour_takes_no_time_from_a_document(pool: Pool) -> None:
    """Time is counted a document: one that stays within its bound leaves the others theirs."""
    slow = "a." * 3_750  # together more than one bound, each for itself far below
    digested = _polled(pool, *(_feed("a", slow) for _ in range(6)), _feed("b"))
    errors = [one.document and one.document.error for one in digested]
    assert errors == [None] * 7


def test_bloating_document_is_a_failed_poll_and_hurts_only_itself() -> None:
    """A document that a worker has no memory for is a parse_crash; its neighbours are read."""
    bloating = Body(b'{"items": [' + b"[1],[2]," * 5_000_000 + b"[]]}")
    with Pool(workers=1, timeout=60, memory=600 << 20) as small:
        before, bad, after = _polled(small, _feed("a"), bloating, _feed("b"))
    assert (len(before.drafts), len(after.drafts)) == (1, 1)
    assert bad.document is not None
    assert (bad.document.error, bad.drafts) == ("parse_crash", [])


def test_bloating_file_is_set_aside() -> None:
    """What takes more memory than a worker may have is a parse_crash, and the pool goes on."""
    bloating = Payload("bad.json", "json", b"[" + b"[1],[2]," * 5_000_000 + b"[]]")
    with Pool(workers=1, timeout=60, memory=600 << 20) as small:
        bad, good = _digest(small, bloating, GOOD)
    assert _reasons(bad) == ["parse_crash"]
    assert _reasons(good) == ["draft"]


class Killed(Pool):
    """A pool in which normalizing row 7 of a payload kills the worker, as its first marks say."""

    def __init__(self) -> None:
        self.tried: list[Task] = []

    async def _try(self, task: Task) -> tuple[str | None, Mark, list[Digested]]:
        self.tried.append(task)
        if not task.one_by_one:
            return "parse_timeout", Mark(0, NORMALIZING), []
        if 7 not in task.skip:
            return "parse_timeout", Mark(0, 7), []
        return None, Mark(0, 0), pickle.loads(digest(task, 0))  # noqa: S301


def test_one_hanging_entry_of_many_is_found() -> None:
    """Of a block of rows only the row that kills the worker is set aside, after three tries."""
    rows = [{"id": n, "title": f"T{n}", "text": f"Text {n}"} for n in range(20)]
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    pool = Killed()
    [digested] = _digest(pool, Payload("a.jsonl", "jsonl", data))
    expected = ["draft"] * 20
    expected[7] = "parse_timeout"
    assert _reasons(digested) == expected
    assert len(digested.pairs) == 20
    assert [task.skip for task in pool.tried] == [(), (), (7,)]


def test_entries_that_the_state_holds_are_not_normalized(pool: Pool) -> None:
    """A known pair comes back as unchanged, not as a draft."""
    [first] = _digest(pool, GOOD)
    assert isinstance(first.drafts[0], Draft)
    pair = first.pairs[0][1].to_bytes(8, "little", signed=True)
    [second] = asyncio.run(pool.digest(Task((Parcel(FEED, NOW, GOOD, pair),))))
    assert second.drafts == []
    assert second.unchanged_pairs == first.pairs


def test_workers_end_when_their_parent_is_killed() -> None:
    """A run killed with -9 leaves no process behind."""
    code = (
        "import asyncio, time\n"
        "from datetime import UTC, datetime\n"
        "from articles.model import Feed, Source\n"
        "from connectors.files import Payload\n"
        "from flows.digesting import Parcel, Task\n"
        "from flows.workers import Pool\n"
        "if __name__ == '__main__':\n"
        "    pool = Pool(workers=1)\n"
        "    feed = Feed('f', Source('s', 's'), 'files', 's')\n"
        "    payload = Payload('a.txt', 'txt', b'Some text to read.')\n"
        "    now = datetime(2024, 1, 1, tzinfo=UTC)\n"
        "    asyncio.run(pool.digest(Task((Parcel(feed, now, payload),))))\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        workers = psutil.Process(child.pid).children(recursive=True)
        assert workers
        os.kill(child.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert alive == []
