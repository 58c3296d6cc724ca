"""The index as the writer lock's holder asks it: caught up first, made anew if it is broken."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol, TypeVar

import duckdb

from articles.errors import LakeError
from articles.model.batch import Batch
from warehouse.database.errors import is_passing
from warehouse.index.catch_up import catch_up
from warehouse.index.keys import KeyIndex, Watermark
from warehouse.index.lake_rows import ReadableLake

T = TypeVar("T")


class IndexedLake(ReadableLake, Protocol):
    """What the index asks of its lake, beside what catching up reads."""

    def settle(self) -> None:
        """Settle the commits whose answer was lost."""

    def error(self, error: Exception, doing: str) -> LakeError:
        """Return the LakeError for an error."""


class IndexSession:
    """The index of an open lake; only for the holder of the writer lock."""

    def __init__(self, lake: IndexedLake, path: Path) -> None:
        self.path = path
        self._lake = lake
        self._opened: KeyIndex | None = None
        self._watermark: Watermark | None = None

    def close(self) -> None:
        """Close the file; doing so twice is harmless."""
        if self._opened is not None:
            self._opened.close()

    def ask(self, question: Callable[[KeyIndex], T]) -> T:
        """Ask the index, caught up first if need be; one that proves broken is made again once.

        Raises DiskFull, LakeError.
        """
        try:
            try:
                return question(self._caught_up())
            except sqlite3.DatabaseError as error:
                if is_passing(error):
                    raise
            self.reset()
            return question(self._caught_up())
        except (OSError, sqlite3.Error, duckdb.Error) as error:
            self._watermark = None
            raise self._lake.error(error, "asking the index") from error

    @property
    def index(self) -> KeyIndex:
        """The index as it is, caught up or not."""
        if self._opened is None:
            self._opened = KeyIndex(self.path)
        return self._opened

    def _caught_up(self) -> KeyIndex:
        index = self.index
        if self._watermark is None:
            self._lake.settle()
            catch_up(index, self._lake)
            self._watermark = index.watermark()
        return index

    def watermark(self) -> Watermark:
        """Return how far the holder of the writer lock knows the lake, caught up if need be."""
        self.ask(KeyIndex.watermark)
        return self._watermark or Watermark(self._lake.id, 0, "", -1)

    def reset(self) -> None:
        """Empty the index; the next question fills it from the lake."""
        self.index.reset(self._lake.id)
        self.invalidate()

    def invalidate(self) -> None:
        """Let the next question catch the index up first: a commit may or may not have happened."""
        self._watermark = None

    def apply(self, batch: Batch, batch_no: int, gap_from: int | None = None) -> None:
        """Take a batch that was just committed into the index.

        May fail in silence: the index is a cache, and the next question catches it up.
        """
        self._watermark = None
        with suppress(OSError, ValueError, sqlite3.Error, duckdb.Error):
            index = self.index
            index.apply(batch, batch_no, gap_from)
            index.set_snapshot(*self._lake.newest_snapshot())
            self._watermark = index.watermark()
