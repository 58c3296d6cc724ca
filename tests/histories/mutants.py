"""Small changes of the product that a history must notice: each breaks one written rule."""

import pkgutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from unittest import mock

from articles.model.batch import Batch
from articles.model.drafts import Draft
from articles.model.known import Head, LastSeen
from articles.model.poll_rows import FeedState
from articles.revisions.states import RevisionDecision
from flows.pipeline.polls import PollPart
from flows.polling.batch_buffer import BatchBuffer
from warehouse.index.keys import KeyIndex, KeyRow
from warehouse.index.last_seen import LastSeenRow
from warehouse.lake.lake import Lake

Mutant = Callable[[], AbstractContextManager[object]]


def _patched(target: str, make: Callable[[Any], object]) -> AbstractContextManager[object]:
    return mock.patch(target, make(pkgutil.resolve_name(target)))


def a_key_is_skipped() -> AbstractContextManager[object]:
    """The index forgets which article a guid names, or a title with its date."""

    def make(real: Callable[[Batch], Iterator[KeyRow]]) -> Callable[[Batch], Iterator[KeyRow]]:
        def key_rows(batch: Batch) -> Iterator[KeyRow]:
            names = {"guid", "dateline"}
            return real(replace(batch, keys=tuple(k for k in batch.keys if k.kind not in names)))

        return key_rows

    return _patched("warehouse.index.keys.key_rows", make)


def a_watermark_moves_early() -> AbstractContextManager[object]:
    """The index says that it holds a batch before it does: of every third it gets no row."""

    def make(real: Callable[..., None]) -> Callable[..., None]:
        def apply(index: KeyIndex, batch: Batch, batch_no: int, gap: int | None = None) -> None:
            if batch_no % 3:
                real(index, batch, batch_no, gap)
                return
            with index._transaction():
                index._advance(batch.batch_id, batch_no)

        return apply

    return _patched("warehouse.index.keys.KeyIndex.apply", make)


def a_sighting_never_moves() -> AbstractContextManager[object]:
    """A to B to A leaves the article at B."""

    def make(real: Callable[..., RevisionDecision]) -> Callable[..., RevisionDecision]:
        def decide(draft: Draft, head: Head | None, prior: LastSeen | None) -> RevisionDecision:
            decision = real(draft, head, prior)
            return decision if decision.is_new else replace(decision, moves=False)

        return decide

    return _patched("articles.revisions.revise.decide_revision", make)


class _Early:
    """A buffer that gives each part the state that only the last should bring."""

    def __init__(self, buffer: BatchBuffer, states: tuple[FeedState, ...]) -> None:
        self._buffer, self._states = buffer, states

    async def add(self, part: PollPart, size: int) -> None:
        await self._buffer.add(replace(part, states=self._states), size)


def a_state_comes_before_its_entries() -> AbstractContextManager[object]:
    """The first part of a poll says what the whole document holds: a kill then loses the rest."""

    def make(real: Callable[..., Any]) -> Callable[..., Any]:
        async def add(poller: Any, poll: Any, fetched: Any, states: Any, *rest: Any) -> None:
            early = replace(poller, buffer=_Early(poller.buffer, states))
            await real(early, poll, fetched, states, *rest)

        return add

    return _patched("flows.polling.feed_poller.FeedPoller._add", make)


def what_was_carried_is_forgotten() -> AbstractContextManager[object]:
    """The index does not remember what an entry key carried last."""

    def make(_: Callable[[Batch], Iterator[LastSeenRow]]) -> Callable[..., Iterator[LastSeenRow]]:
        return lambda batch: iter(())

    return _patched("warehouse.index.last_seen.last_seen_rows", make)


def an_old_index_is_believed() -> AbstractContextManager[object]:
    """An index that was put back takes itself for the present one."""

    def make(real: Callable[[KeyIndex, Lake], None]) -> Callable[[KeyIndex, Lake], None]:
        def catch_up(index: KeyIndex, lake: Lake) -> None:
            row = lake.connection.execute(
                "SELECT batch_id, batch_no FROM lake.batches ORDER BY batch_no DESC LIMIT 1"
            ).fetchone()
            if row is None or index.watermark().lake_id != lake.id:
                real(index, lake)
                return
            with index._transaction():
                index._advance(*row)
            index.set_snapshot(*lake.newest_snapshot())

        return catch_up

    return _patched("warehouse.index.session.catch_up", make)


def a_group_takes_short_texts() -> AbstractContextManager[object]:
    """Texts of five words make a group."""
    return mock.patch("articles.duplicates.equal.SAME_TEXT_WORDS", 5)


def a_file_moves_what_a_feed_carries() -> AbstractContextManager[object]:
    """A dump of old states replaces what a live feed shows."""
    return mock.patch("articles.revisions.states._may_move", return_value=True)


def another_guid_takes_a_link() -> AbstractContextManager[object]:
    """A link keeps its article, whatever stands there now."""
    return mock.patch("articles.identity.identify._other_guid", return_value=False)
