"""What an entry key carries: unchanged or not, shared or not."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from articles.identity.last_seen import seen_before_needed, with_shared_keys
from articles.model.drafts import Draft
from articles.model.entries import SHARED_KEY, Rejected
from articles.model.known import Known
from articles.revisions.revise import Outcome, ReceivedEntry, revise

MakeDraft = Callable[..., Draft]
TIME = datetime(2024, 7, 2, 12, tzinfo=UTC)
A, B, C = ("The storm is over.", "Ferries sail again.", "Vale beat Harrow.")


class Desk:
    """A lake in memory: polls of one feed, in parts, each a list of texts under one guid."""

    def __init__(self, make_draft: MakeDraft) -> None:
        self.make = make_draft
        self.known = Known()

    def take(
        self, poll: str, *texts: str, marked: bool = False, rejected: Iterable[str] = ()
    ) -> list[Outcome]:
        """Decide a part of a poll; `marked` says that the worker saw the key twice."""
        drafts: list[Draft | Rejected] = [self.make(text, guid="g") for text in texts]
        drafts += [Rejected("g", "empty", entry_hash=hash(text)) for text in rejected]
        if marked:
            drafts = with_shared_keys(drafts, [1] * len(drafts), [1])
        revised = revise([ReceivedEntry(one, "feed", poll, TIME) for one in drafts], self.known)
        self.known = revised.known
        return revised.outcomes


@pytest.fixture
def desk(make_draft: MakeDraft) -> Desk:
    """Return an empty lake in memory."""
    return Desk(make_draft)


def test_twins_of_one_poll_make_the_key_shared(desk: Desk) -> None:
    """Stored together or in two parts of a poll: whatever the key carried is unchanged then."""
    assert desk.take("one", A) == ["new"]
    assert desk.take("one", B) == ["changed"]
    assert desk.take("two", A, B, A) == ["unchanged"] * 3
    assert desk.take("three", C) == ["changed"]
    assert desk.take("four", A, B, C) == ["unchanged"] * 3


def test_an_edit_is_no_twin(desk: Desk) -> None:
    """One entry a poll: each state that follows another is stored, known or not."""
    polls = [(str(number), text) for number, text in enumerate((A, B, A, B))]
    assert [desk.take(poll, text)[0] for poll, text in polls] == ["new", *["changed"] * 3]


def test_a_document_says_that_a_key_is_shared(desk: Desk) -> None:
    """Entries that come one a poll, beside one that is known, are stored once each."""
    polls = [(str(number), text) for number, text in enumerate((A, B, C, A, B, C))]
    drafts_after = [desk.take(poll, text, marked=True)[0] for poll, text in polls]
    assert drafts_after == ["new", "changed", "changed", *["unchanged"] * 3]
    assert desk.take("later", A) == ["unchanged"]


def test_a_mark_counts_for_what_was_stored_before_it(desk: Desk) -> None:
    """Once a document tells that the key is shared, its earlier edits are twins too."""
    for poll, text in (("one", A), ("two", B), ("three", C)):
        desk.take(poll, text)
    assert desk.take("four", A, marked=True) == ["unchanged"]
    assert desk.take("five", A) == ["changed"]


def test_rejected_twins_are_set_aside_once(desk: Desk) -> None:
    """Rejections of one key in one poll come back without a row; apart they are another state."""
    assert desk.take("one", rejected=(A, B)) == ["quarantined"] * 2
    assert desk.take("two", rejected=(A,)) == ["unchanged"]
    assert desk.take("three", C, rejected=(A, B)) == ["new", "unchanged", "unchanged"]


def test_a_rejection_beside_an_entry_of_its_key_is_set_aside_once(desk: Desk) -> None:
    """An entry that was empty, was filled, and is then listed both ways makes no second row."""
    assert desk.take("one", rejected=(A,)) == ["quarantined"]
    assert desk.take("two", B) == ["new"]
    assert desk.take("three", rejected=(A,), marked=True) == ["unchanged"]


def test_only_what_differs_from_the_last_is_asked_for(desk: Desk) -> None:
    """Most entries are new or unchanged: of these nothing more has to be known."""
    desk.take("one", A)
    key = desk.make(A, guid="g").keys.entry_key_hash
    last = desk.known.last_seen[key].entry_hash
    assert seen_before_needed([(key, last), (key, last + 1), (key + 1, 7)], desk.known) == {
        (key, last + 1)
    }


def test_what_stands_twice_in_a_document_is_marked(make_draft: MakeDraft) -> None:
    """All of the same key are marked, once each, and no others; rejections are too."""
    drafts = [make_draft(text, guid="g") for text in (A, B, C, A)]
    rejected = Rejected("g", "empty")
    drafts_after = with_shared_keys([*drafts, rejected], [1, 1, 2, 3, 1], [3, 4])
    marks = [one.repairs for one in drafts_after if isinstance(one, Draft)]
    assert marks == [(SHARED_KEY,), (SHARED_KEY,), (), (SHARED_KEY,)]
    assert drafts_after[-1] == replace(rejected, shares_key=True)
    assert with_shared_keys(drafts_after, [1, 1, 2, 3, 1], [3, 4]) == drafts_after
    assert with_shared_keys(drafts, [1, 2, 3, 4], [5]) == drafts
    assert replace(drafts[0], repairs=("mojibake", SHARED_KEY)).shares_key
