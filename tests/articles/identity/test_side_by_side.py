"""Entries of one document: different articles unless listed twice; what they share names none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.fields.normalize import entry_hash, normalize
from articles.identity import identify, last_seen, shared_keys
from articles.identity.side_by_side import Listed, is_same_entry
from articles.model.drafts import Draft
from articles.model.entries import Entry, Feed, Markup, Source
from articles.model.known import Known, Text
from articles.revisions.revise import ReceivedEntry, Revised, revise

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
FEED = Feed("feed", Source("paper", "Paper", ("paper.example",)), "rss", "https://paper.example/f")
SITE = "https://paper.example/"
STORM = (
    "A storm flooded the harbour of Lindby on Tuesday and cut the town off for nine hours."
    " The mayor, Ada Berg, thanked the crews who pumped the main street dry before dawn."
)
FERRY = (
    "Ferry traffic between the islands starts again on Friday after a month of repairs."
    " The company promises two departures a day and cheaper tickets for schoolchildren."
)
GAME = (
    "Vale beat Harrow by three goals to one in the last match of an uneven season."
    " Their young keeper saved a penalty in the first half and another near the end."
)
TEXTS = {"Storm": STORM, "Ferries": FERRY, "Match": GAME}
EDITED = " The council meets on Monday to talk about it."


def entry(
    title: str | None,
    text: str,
    *,
    guid: str | None = None,
    url: str | None = None,
    published: str | None = None,
    publisher: str | None = None,
    former: str | None = None,
) -> Entry:
    """Return an entry of a feed."""
    return Entry(
        key=guid or url or f"{title}{text}", guid=guid, url=url, publisher=publisher,
        title=None if title is None else Markup(title), content=Markup(text),
        published=published, former_guid=former,
    )  # fmt: skip


class Lake:
    """What is known from document to document, as a run would look it up."""

    def __init__(self) -> None:
        self.known = Known()
        self.articles: set[str] = set()
        self.polls = 0

    def read(self, *entries: Entry) -> Revised:
        """Read a document that holds these entries."""
        drafts = normalize([(one, entry_hash(one)) for one in entries], FEED, NOW)
        keys = [hash(one.key) for one in entries]
        drafts = last_seen.with_shared_keys(drafts, keys, ())
        shared = shared_keys.shared_hashes(drafts, self.known)
        apart = shared_keys.without_shared_keys(drafts, shared)
        needed = identify.texts_needed([one for one in apart if isinstance(one, Draft)], self.known)
        texts = {one: text for one, text in self.known.texts.items() if one in needed}
        self.polls += 1
        poll = f"poll {self.polls}"
        received = [ReceivedEntry(one, FEED.feed_id, poll, NOW) for one in apart]
        revised = revise(received, replace(self.known, texts=texts))
        self.known = replace(revised.known, texts={**self.known.texts, **revised.known.texts})
        self.articles.update(revised.heads)
        return revised


def shared_by_all(kind: str, title: str, text: str) -> Entry:
    """Return an entry whose names others have too."""
    guid = None if kind in {"index page", "home page"} else {"slug": "journal"}.get(kind, "N/A")
    url = {"index page": f"{SITE}news", "home page": SITE, "slug": f"{SITE}journal"}.get(kind)
    return entry(title, text, guid=guid, url=f"{SITE}{title}" if kind == "links" else url)


@pytest.mark.parametrize("kind", ["guid alone", "links", "slug", "index page", "home page"])
def test_what_several_entries_share_names_none_ever_after(kind: str) -> None:
    """Re-ordered, edited, one gone, one new, one alone: nothing is doubled, and an edit is one."""
    entries = [shared_by_all(kind, title, text) for title, text in TEXTS.items()]
    lake = Lake()
    assert lake.read(*entries).outcomes == ["new"] * 3
    assert lake.read(*entries[::-1]).outcomes == ["unchanged"] * 3
    edited = shared_by_all(kind, "Storm", STORM + EDITED)
    assert lake.read(entries[2], edited).outcomes == ["unchanged", "changed"]
    new = shared_by_all(kind, "Orchard", "Pickers came early to the orchards of Harrow this year.")
    assert lake.read(new).outcomes == ["new"]
    assert lake.read(shared_by_all(kind, "Ferries", FERRY + EDITED)).outcomes == ["changed"]
    assert len(lake.articles) == 4
    assert all(len(lake.known.heads[one].states) <= 2 for one in lake.articles)


def test_who_had_the_guid_before_others_did_is_found_by_title() -> None:
    """The article that a guid named keeps its edits after the guid is found to be shared."""
    first, second, third = (entry(*one, guid="0") for one in TEXTS.items())
    lake = Lake()
    lake.read(first)
    assert lake.read(second, third).outcomes == ["new", "new"]
    assert lake.read(entry("Storm", STORM + EDITED, guid="0")).outcomes == ["changed"]
    assert len(lake.articles) == 3


def test_a_note_is_a_row() -> None:
    """Which guids and links name nothing can be asked of the table of keys."""
    entries = [entry(*one, guid="0", url=f"{SITE}live") for one in TEXTS.items()]
    rows = [key for key in Lake().read(*entries).keys.values() if key.kind == "shared"]
    assert {(row.scope, row.value, row.article_id) for row in rows} == {
        ("feed", "0", ""), ("feed", f"{SITE}live", ""),
    }  # fmt: skip


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_order_within_a_document_changes_no_article(order: Sequence[int]) -> None:
    """Neither ids nor how many there are."""
    entries = [entry(*one, guid="0", url=SITE) for one in TEXTS.items()]
    one, other = Lake(), Lake()
    one.read(*entries)
    other.read(*[entries[place] for place in order])
    assert one.articles == other.articles


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("Storm", STORM, "7", None), ("Storm", STORM + EDITED, "7", None), True),
        (("Storm", STORM, "7", None), ("Storm", FERRY, "7", None), True),
        (("Storm", STORM, "7", None), ("Flood", STORM + EDITED, "7", None), True),
        ((None, STORM, "7", None), (None, STORM + EDITED, "7", None), True),
        ((None, STORM, "7", None), (None, FERRY, "7", None), False),
        (("Storm", STORM, "7", None), ("Ferries", FERRY, "7", None), False),
        # One filing for two filers; what a site writes under each title.
        (("4 - Ada", STORM, "7", SITE + "a"), ("4 - Bo", STORM, "7", SITE + "b"), False),
        (("Release 1", "Click here to read", "7", None), ("Release 2", "Click here to read", "7",
         None), False),
        # States of one live page.
        (("Storm", STORM, "7", SITE + "a"), ("Flood", EDITED + STORM, "7", SITE + "a"), True),
        # Another guid or link, and a text of its own.
        (("Storm", STORM, "7", SITE + "a"), ("Storm", FERRY, "7", SITE + "b"), False),
        (("Storm", STORM, "7", SITE + "a"), ("Storm", FERRY, "8", SITE + "a"), False),
    ],
)  # fmt: skip
def test_same_entry_twice(
    one: tuple[str | None, str, str, str | None],
    other: tuple[str | None, str, str, str | None],
    *,
    same: bool,
) -> None:
    """One title, or one text that begins with the other; links and guids may say otherwise."""
    pair = [Listed(guid, url, Text(title, text), "full", None)
            for title, text, guid, url in (one, other)]  # fmt: skip
    assert is_same_entry(*pair) is is_same_entry(*pair[::-1]) is same


PARTS = st.tuples(
    st.sampled_from([None, "Storm", "Ferries"]), st.sampled_from([None, "", STORM, FERRY, "A b c"]),
    st.sampled_from([None, "7", "8"]), st.sampled_from([None, SITE + "a", SITE + "b"]),
)  # fmt: skip


@given(PARTS, PARTS)
def test_being_the_same_entry_is_symmetric(
    one: tuple[str | None, str | None, str | None, str | None],
    other: tuple[str | None, str | None, str | None, str | None],
) -> None:
    """Which of two comes first says nothing."""
    pair = [Listed(guid, url, Text(title, text), "full", None)
            for title, text, guid, url in (one, other)]  # fmt: skip
    assert is_same_entry(*pair) == is_same_entry(*pair[::-1])


def story(number: int, **changes: str | None) -> Entry:
    """Return an entry of an aggregator, which has another guid and link at each poll."""
    fields: dict[str, str | None] = {
        "published": "Wed, 25 Nov 2026 01:00:00 GMT", "publisher": "Tageblatt", "text": STORM,
        "title": "Storm", **changes,
    }  # fmt: skip
    return entry(
        fields["title"], fields["text"] or "", guid=f"CBM{number}", published=fields["published"],
        url=f"https://aggregator.example/{number}", publisher=fields["publisher"],
    )  # fmt: skip


def test_a_story_of_an_aggregator_is_unchanged() -> None:
    """Title, publisher and instant name it under each new guid; its edit is a revision."""
    lake = Lake()
    assert lake.read(story(1)).outcomes == ["new"]
    again = lake.read(story(2))
    assert (again.outcomes, again.entries, again.sightings) == (["unchanged"], [], [])
    assert lake.read(story(3, text=STORM + EDITED)).outcomes == ["changed"]
    assert lake.read(story(4, text=STORM + EDITED)).outcomes == ["unchanged"]
    assert len(lake.articles) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"text": FERRY},
        {"title": "Flood"},
        {"publisher": "Abendblatt"},
        {"published": "Wed, 25 Nov 2026 01:00:01 GMT"},
    ],
)
def test_a_story_that_differs_is_another(changes: dict[str, str | None]) -> None:
    """All three have to agree, and the text must not be unrelated."""
    lake = Lake()
    lake.read(story(1))
    assert lake.read(story(2, **changes)).outcomes == ["new"]


@pytest.mark.parametrize("published", ["2026-11-25", "Wed, 25 Nov 2026 00:00:00 GMT", None])
def test_a_day_is_no_instant(published: str | None) -> None:
    """Two stories of one day may have one title."""
    lake = Lake()
    lake.read(story(1, published=published))
    assert lake.read(story(2, published=published)).outcomes == ["new"]


def test_a_story_that_two_entries_claim_is_nobodys() -> None:
    """Two entries of one title and instant, side by side, are two articles."""
    lake = Lake()
    assert lake.read(story(1), story(2)).outcomes == ["new", "new"]


def test_a_guid_of_before_finds_its_article() -> None:
    """An entry that was read with another guid before is unchanged; edited, it is a revision."""
    lake = Lake()
    lake.read(entry("Storm", STORM, guid="7"))
    new = entry("Storm", STORM, guid="urn:7", former="7")
    assert lake.read(new).outcomes == ["unchanged"]
    edited = entry("Storm", STORM + EDITED, guid="urn:7", former="7")
    assert lake.read(edited).outcomes == ["changed"]
    assert lake.read(entry("Storm again", STORM + EDITED, guid="urn:7")).outcomes == ["changed"]
    assert len(lake.articles) == 1
