"""How tries are counted, and what they come to: one row at the first failure, one at the last."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from articles.model.drafts import Draft
from articles.model.entries import Rejected
from articles.model.known import Known
from articles.model.retries import MOST_TRIES, tried, tries_of
from articles.model.seen import NONE_SEEN, SeenEntries
from articles.revisions.revise import ReceivedEntry, Revised, revise

MakeDraft = Callable[..., Draft]
TIME = datetime(2024, 7, 2, 12, tzinfo=UTC)


def _killed(draft: Draft, tries: int) -> Rejected:
    given_up = tries >= MOST_TRIES
    return Rejected(
        draft.entry.key, "parse_timeout", "It took too long.", None, b"raw", draft.entry_hash,
        retryable=True, tries=tries, given_up=given_up,
    )  # fmt: skip


def _take(known: Known, one: Draft | Rejected) -> Revised:
    return revise([ReceivedEntry(one, "feed", "poll", TIME)], known)


def test_what_fails_is_counted_until_it_is_given_up(make_draft: MakeDraft) -> None:
    """A failure is not seen while it may pass; given up it is, and is not counted any more."""
    good, bad = make_draft("Good."), _killed(make_draft("Bad."), 0)
    pairs = [(1, 11), (2, 22)]
    before: dict[int, int] = {}
    for number in range(1, MOST_TRIES + 1):
        one = tried([good, bad], pairs, before, NONE_SEEN)
        assert isinstance(one.drafts[1], Rejected)
        assert (one.drafts[1].tries, one.drafts[1].given_up) == (number, number == MOST_TRIES)
        before = tries_of(one.tries)
        assert before == ({22: number} if number < MOST_TRIES else {})
        assert one.pairs == (pairs[:1] if number < MOST_TRIES else pairs)
    again = tried([bad], [(2, 22)], {}, SeenEntries.pack([(2, 22)]).without_keys())
    assert isinstance(again.drafts[0], Rejected)
    assert (again.drafts[0].given_up, again.pairs, again.tries) == (True, [(2, 22)], None)


def test_what_will_never_pass_is_not_counted(make_draft: MakeDraft) -> None:
    """An entry that is empty is seen at once, as an article is."""
    empty = Rejected("key", "empty", entry_hash=5)
    one = tried([empty, make_draft("Good.")], [(1, 11), (2, 22)], {}, NONE_SEEN)
    assert (one.drafts[0], one.pairs, one.tries) == (empty, [(1, 11), (2, 22)], None)


def test_two_rows_however_often_it_fails(make_draft: MakeDraft) -> None:
    """The first failure and the last one are rows of quarantine, each with its number of tries."""
    known, rows = Known(), []
    outcomes: list[str] = []
    for number in (*range(1, MOST_TRIES + 1), MOST_TRIES):
        revised = _take(known, _killed(make_draft("Bad.", guid="g"), number))
        known, outcomes = revised.known, [*outcomes, *revised.outcomes]
        rows += [(row.tries, row.given_up) for row in revised.quarantine]
    assert rows == [(1, False), (MOST_TRIES, True)]
    assert outcomes == [
        "quarantined",
        *["unchanged"] * (MOST_TRIES - 2),
        "quarantined",
        "unchanged",
    ]


@pytest.mark.parametrize("tries", [1, MOST_TRIES])
def test_a_success_after_a_failure_is_stored(make_draft: MakeDraft, tries: int) -> None:
    """The same content is an article once it can be read; after that it is unchanged."""
    draft = make_draft("A storm over Lindby.", guid="g")
    failed = _take(Known(), _killed(draft, tries))
    stored = _take(failed.known, draft)
    assert (stored.outcomes, len(stored.revisions)) == (["new"], 1)
    assert _take(stored.known, draft).outcomes == ["unchanged"]


def test_what_is_stored_is_not_set_aside_afterwards(make_draft: MakeDraft) -> None:
    """An entry that is read again and kills its worker then costs nothing: its content is there."""
    draft = make_draft("A storm over Lindby.", guid="g")
    stored = _take(Known(), draft)
    for tries in (1, MOST_TRIES):
        again = _take(stored.known, _killed(draft, tries))
        assert (again.outcomes, again.quarantine) == (["unchanged"], [])
