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

from articles.model.drafts import Draft
from articles.model.entries import Feed, Rejected, Source
from articles.model.seen import SeenEntries
from connectors.feeds.body import Body
from connectors.parsing.chunk import FileChunk
from flows.workers.limits import NORMALIZING, Position
from flows.workers.messages import Processed, WorkBatch, WorkItem
from flows.workers.pool import Pool
from flows.workers.process import process

FEED = Feed("feed", Source("seeds", "seeds"), "files", "seeds")
NOW = datetime(2024, 7, 2, tzinfo=UTC)
GOOD = FileChunk("good.txt", "txt", b"A storm flooded the harbour of Lindby on Tuesday.")
SECONDS = 1.0


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """Return a pool with a short limit, so that a hanging input does not hang the tests."""
    with Pool(workers=2, timeout=SECONDS, memory=700 << 20) as made:
        yield made


def _process(pool: Pool, *chunks: FileChunk) -> list[Processed]:
    work_items = (WorkItem(FEED, NOW, chunk) for chunk in chunks)
    return asyncio.run(pool.process(WorkBatch(tuple(work_items))))


def _reasons(processed: Processed) -> list[str]:
    return [draft.reason if isinstance(draft, Rejected) else "draft" for draft in processed.drafts]


def test_hanging_feed_is_rejected_and_its_neighbours_are_not(pool: Pool) -> None:
    """An element of 30,000 attributes keeps xml.sax busy for longer than a worker may take."""
    hanging = FileChunk("bad.rss", "feed", _feed("", 30_000).data)
    before, bad, after = _process(pool, GOOD, hanging, GOOD)
    assert _reasons(before) == ["draft"]
    assert _reasons(after) == ["draft"]
    assert _reasons(bad) == ["parse_timeout"]
    [rejected] = bad.drafts
    assert isinstance(rejected, Rejected)
    assert rejected.retryable
    assert rejected.raw.startswith(b"<rss")


def _feed(names: str, trap: int = 0) -> Body:
    """Return a feed with an entry a letter; so many attributes are a trap for feedparser alone."""
    entries = "".join(f"<item><title>{n}</title><guid>{n}</guid></item>" for n in names)
    attributes = " ".join(f"a{number}=''" for number in range(trap))
    item = f'<item xml:base="https://a.example/"><title {attributes}>T</title></item>'
    entries += item if trap else ""
    return Body(f'<rss version="2.0"><channel>{entries}</channel></rss>'.encode())


def _polled(pool: Pool, *bodies: Body) -> list[Processed]:
    feed = Feed("polled", Source("press", "press"), "rss", "https://press.example/feed")
    return asyncio.run(pool.process(WorkBatch(tuple(WorkItem(feed, NOW, body) for body in bodies))))


def test_hanging_document_is_a_failed_poll_and_hurts_only_itself(pool: Pool) -> None:
    """What hangs a worker is a parse_timeout at once; what shared its call is all there."""
    before, bad, after = _polled(pool, _feed("ab"), _feed("", 30_000), _feed("c"))
    assert [len(one.drafts) for one in (before, bad, after)] == [2, 0, 1]
    assert bad.document is not None
    assert (bad.document.error, bad.pairs) == ("parse_timeout", [])
    assert before.document is not None
    assert before.document.error is None


def test_slow_neighbour_takes_no_time_from_a_document(pool: Pool) -> None:
    """Time is counted a document: one that stays within its bound leaves the others theirs."""
    slow = 4_000  # attributes: together more than one bound, each for itself far below
    processed = _polled(pool, *(_feed("a", slow) for _ in range(6)), _feed("b"))
    errors = [one.document and one.document.error for one in processed]
    assert errors == [None] * 7


def test_bloating_document_is_a_failed_poll_and_hurts_only_itself() -> None:
    """A document that a worker has no memory for is a parse_crash; its neighbours are read."""
    bloating = Body(b'{"items": [' + b"[1],[2]," * 5_000_000 + b"[]]}")
    with Pool(workers=1, timeout=60, memory=600 << 20) as small:
        before, bad, after = _polled(small, _feed("a"), bloating, _feed("b"))
    assert (len(before.drafts), len(after.drafts)) == (1, 1)
    assert bad.document is not None
    assert (bad.document.error, bad.drafts) == ("parse_crash", [])


def test_bloating_file_is_rejected() -> None:
    """What takes more memory than a worker may have is a parse_crash, and the pool goes on."""
    bloating = FileChunk("bad.json", "json", b"[" + b"[1],[2]," * 5_000_000 + b"[]]")
    with Pool(workers=1, timeout=60, memory=600 << 20) as small:
        bad, good = _process(small, bloating, GOOD)
    assert _reasons(bad) == ["parse_crash"]
    assert _reasons(good) == ["draft"]


class Killed(Pool):
    """A pool in which normalizing row 7 of a chunk kills the worker, as its first position says."""

    def __init__(self) -> None:
        self.tried: list[WorkBatch] = []

    async def _try(self, work: WorkBatch) -> tuple[str | None, Position, list[Processed]]:
        self.tried.append(work)
        if not work.one_by_one:
            return "parse_timeout", Position(0, NORMALIZING), []
        if 7 not in work.skip:
            return "parse_timeout", Position(0, 7), []
        return None, Position(0, 0), pickle.loads(process(work, 0))  # noqa: S301


def test_one_hanging_entry_of_many_is_found() -> None:
    """Of a block of rows only the row that kills the worker is rejected, after three tries."""
    rows = [{"id": n, "title": f"T{n}", "text": f"Text {n}"} for n in range(20)]
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    pool = Killed()
    [processed] = _process(pool, FileChunk("a.jsonl", "jsonl", data))
    expected = ["draft"] * 20
    expected[7] = "parse_timeout"
    assert _reasons(processed) == expected
    assert len(processed.pairs) == 20
    assert [work.skip for work in pool.tried] == [(), (), (7,)]


def test_entries_that_the_state_holds_are_not_normalized(pool: Pool) -> None:
    """A known pair comes back as unchanged, not as a draft."""
    [first] = _process(pool, GOOD)
    assert isinstance(first.drafts[0], Draft)
    seen = SeenEntries.pack(first.pairs).without_keys()
    [second] = asyncio.run(pool.process(WorkBatch((WorkItem(FEED, NOW, GOOD, seen),))))
    assert second.drafts == []
    assert second.unchanged_pairs == first.pairs


def test_workers_end_when_their_parent_is_killed() -> None:
    """A run killed with -9 leaves no process behind."""
    code = (
        "import asyncio, time\n"
        "from datetime import UTC, datetime\n"
        "from articles.model.entries import Feed, Source\n"
        "from connectors.parsing.chunk import FileChunk\n"
        "from flows.workers.messages import WorkBatch, WorkItem\n"
        "from flows.workers.pool import Pool\n"
        "if __name__ == '__main__':\n"
        "    pool = Pool(workers=1)\n"
        "    feed = Feed('f', Source('s', 's'), 'files', 's')\n"
        "    chunk = FileChunk('a.txt', 'txt', b'Some text to read.')\n"
        "    now = datetime(2024, 1, 1, tzinfo=UTC)\n"
        "    asyncio.run(pool.process(WorkBatch((WorkItem(feed, now, chunk),))))\n"
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
