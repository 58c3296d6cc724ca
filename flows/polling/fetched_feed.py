"""What came of one answer of a feed: what was read, what its poll and its next one know; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from articles.model.drafts import Draft
from articles.model.entries import Rejected
from articles.model.poll_rows import FeedState, Schedule
from articles.model.retries import tried, tries_of
from articles.model.seen import SeenEntries
from connectors.feeds.document import VERSION, Document
from connectors.http.messages import FetchResult
from connectors.http.politeness import PollOutcome
from connectors.http.validators import is_tried_again
from flows.polling.document_retries import given_up, tries_of_document, why
from flows.polling.plan import DueFeed
from flows.workers.messages import Processed


@dataclass(frozen=True, slots=True)
class FetchedFeed:
    """What came of one answer."""

    drafts: Sequence[Draft | Rejected] = ()
    pairs: Sequence[tuple[int, int]] = ()
    """Of the entries that need not be read again: hash64 of the key, and the pair's hash."""
    unchanged_pairs: Sequence[tuple[int, int]] = ()
    """The pairs of the entries that the feed carried before."""
    unchanged: int = 0
    """Entries that the feed carried before."""
    new: int = 0
    """Of the drafts, those whose key it did not carry before: others are edited."""
    body_hash: str | None = None
    document: Document | None = None
    """What the document says of itself; None where none was read."""
    error: str | None = None
    detail: str = ""
    tries: int = 0
    """As Schedule.tries."""
    entry_tries: str | None = None
    """As FeedState.tries."""

    @property
    def failed(self) -> bool:
        """Whether the poll failed; an error beside entries says that not all were read."""
        return self.error is not None and not self.drafts and not self.unchanged


def as_before(due: DueFeed) -> FetchedFeed:
    """Return what comes of a document that is the last one; an unread one failed again."""
    unchanged = len(seen_entries(due))
    if due.schedule is None:
        return FetchedFeed(unchanged=unchanged)
    if due.schedule.unread is not None:
        return FetchedFeed(error=due.schedule.unread, detail=given_up())
    return FetchedFeed(unchanged=unchanged, body_hash=due.schedule.body_hash)


def is_same(schedule: Schedule | None, answer: FetchResult, body_hash: str) -> bool:
    """Tell whether an answer is the body that was read last, though no 304."""
    if schedule is None or schedule.parser != VERSION or is_tried_again(schedule):
        return False
    etag = answer.headers.get("etag")
    validated = answer.url == schedule.validated_url and etag is not None
    return schedule.body_hash == body_hash or (validated and etag == schedule.etag)


def is_reread(schedule: Schedule | None, fetched: FetchedFeed) -> bool:
    """Tell whether a document is the last one, which another version of the reading read."""
    if schedule is None or schedule.parser == VERSION or fetched.body_hash is None:
        return False
    return schedule.body_hash == fetched.body_hash


def as_read(due: DueFeed, processed: Processed, body_hash: str) -> FetchedFeed:
    """Return what came of an answer whose document was parsed."""
    document = processed.document or Document([])
    if processed.killed:
        tries = tries_of_document(due.schedule, body_hash)
        detail = why(document.detail, tries)
        return FetchedFeed(error=document.error, detail=detail, body_hash=body_hash, tries=tries)
    seen = seen_entries(due)
    before = tries_of(due.state.tries if due.state else None)
    counted = tried(processed.drafts, processed.pairs, before, seen.without_keys())
    keys = seen.key_hashes()
    return FetchedFeed(
        drafts=counted.drafts,
        pairs=counted.pairs,
        unchanged_pairs=processed.unchanged_pairs,
        unchanged=len(processed.unchanged_pairs),
        new=sum(key not in keys for key, _ in counted.pairs),
        body_hash=body_hash,
        document=document,
        error=document.error,
        detail=document.detail,
        tries=min(tries_of(counted.tries).values(), default=0),
        entry_tries=counted.tries,
    )


def seen_entries(due: DueFeed) -> SeenEntries:
    """Return the entries that a feed's last document held."""
    return SeenEntries.latest([due.state] if due.state else [])


def poll_outcome(answer: FetchResult, fetched: FetchedFeed) -> PollOutcome:
    """Return what decides when the feed is polled next."""
    document = None if fetched.failed else fetched.document
    return PollOutcome(
        url=answer.url,
        status=answer.status,
        error=fetched.error if fetched.failed else None,
        headers=answer.headers,
        body_hash=None if fetched.failed and not fetched.tries else fetched.body_hash,
        asked_seconds=document.asked_seconds if document else None,
        skip_hours=document.skip_hours if document else (),
        skip_days=document.skip_days if document else (),
        new=fetched.new,
        total=len(fetched.drafts) + fetched.unchanged,
        tries=fetched.tries,
    )


def states_after(due: DueFeed, answer: FetchResult, fetched: FetchedFeed) -> tuple[FeedState, ...]:
    """Return what the feed now holds; nothing where no document was read."""
    if fetched.failed or fetched.document is None:
        return ()
    reading = due.state.reading + 1 if due.state else 1
    hashes = SeenEntries.pack([*fetched.pairs, *fetched.unchanged_pairs]).packed
    size = len(answer.body)
    return (
        FeedState(
            due.feed.feed_id, "", reading, size, 0, fetched.body_hash or "", size, complete=True,
            hashes=hashes, tries=fetched.entry_tries,
        ),
    )  # fmt: skip
