"""Answers to COMMIT that PostgreSQL gave and nobody heard: what the lake is worth afterwards.

Run: python benchmarks/lostanswers.py [--times 20]
A relay on loopback cuts the connection around a batch's COMMIT, in turns after the server has
stored it, before it heard of it, and so that the server can't be asked afterwards. After each the
lake is read whole and the next batch is committed. Bars: no lake that can't be read, no message
that is false. Needs PostgreSQL's programs.
"""

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

import duckdb

from articles.errors import LakeError
from articles.model.batch import Batch
from articles.model.poll_rows import Poll
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing

# The tests' servers, before what is imported from them.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "servers"))
import pgserver
from pgrelay import Loss, Relay

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
LOSSES: tuple[Loss, ...] = ("after", "before", "gone")


def batch(number: int) -> Batch:
    """Return a batch of one poll, which two tables get a file for."""
    poll = Poll(f"poll {number}", "feed", "run", NOW, "unchanged", 304, *(0,) * 8, None, None)
    return Batch(f"batch {number}", "run", polls=(poll,))


def attempt(relay: Relay, lake: Lake, loss: Loss, number: int) -> str | None:
    """Commit a batch with the answer lost; return what the error says, None without one."""
    relay.next = loss
    relay.only_after = lambda: any((Path(lake.location.data) / "held").rglob("*.parquet"))
    try:
        with writing(lake) as writer:
            writer.commit(batch(number), NOW)
    except LakeError as error:
        return f"{error} {error.hint}"
    finally:
        relay.reachable = True
    return None


def batches(lake: Lake) -> list[str] | None:
    """Return the ids of all batches whose poll is there too; None if the lake can't be read."""
    sql = "SELECT batch_id FROM lake.batches JOIN lake.polls USING (batch_no)"
    try:
        stored = lake.connection.execute(sql).fetchall()
    except duckdb.Error:
        return None
    return [batch_id for (batch_id,) in stored]


def is_false(said: str | None, times: int) -> bool:
    """Tell whether what was said of a batch contradicts how often it is stored."""
    if said is None:
        return times != 1
    if "not known" in said:
        return times > 1
    return times != 0


def main() -> None:
    """Lose the answers and print how many lakes could not be read and how many messages lied."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    options = parser.parse_args()
    unread = false = 0
    programs = pgserver.programs()
    if programs is None:
        sys.exit("PostgreSQL's programs are not installed")
    server = pgserver.Server(programs)
    server.start()
    try:
        with tempfile.TemporaryDirectory(prefix="newslake-benchmark-") as name:
            given = server.new_database()
            with Relay(server.socket) as relay:
                root, catalog = Path(name) / "lake", f"postgres:{relay.conninfo(given)}"
                Lake.open(root, catalog=catalog).close()
                for number, loss in zip(range(options.times), cycle(LOSSES), strict=False):
                    with Lake.open(root, catalog=catalog) as lake:
                        said = attempt(relay, lake, loss, number)
                    with Lake.open(root, catalog=catalog, lock_timeout=5) as lake:
                        stored = batches(lake)
                    unread += stored is None
                    false += is_false(said, (stored or []).count(f"batch {number}"))
                print(f"{relay.lost} answers lost: {unread} lakes that can't be read,", end=" ")
                print(f"{false} messages that are false (bars: 0, 0)")
    finally:
        server.stop()


if __name__ == "__main__":
    main()
