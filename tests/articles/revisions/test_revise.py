"""Which article and revision an entry comes to: the rules of docs/how-it-works.md, case by case."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.duplicates.equal import circles_of, matches_of, merges, text_key
from articles.duplicates.groups import Carrier, completed, group
from articles.model.drafts import Draft
from articles.model.duplicate_rows import Match, Member
from articles.model.entries import Rejected
from articles.model.known import Head, Known
from articles.revisions.revise import ReceivedEntry, Revised, revise

MakeDraft = Callable[..., Draft]

STORM = (
    "A storm flooded the harbour of Lindby on Tuesday and cut the town off for nine hours. "
    "The mayor, Ada Berg, thanked the crews who pumped the main street dry before dawn. "
    "Insurers expect claims of some four million crowns from the shops along the quay."
)
FERRY = (
    "Ferry traffic between the islands starts again on Friday after a month of repairs. "
    "The company promises two departures a day and cheaper tickets for schoolchildren. "
    "A new pier at Norrvik will be ready by the spring, said its director Olof Lund."
)
GAME = (
    "Vale beat Harrow by three goals to one in the last match of an uneven season. "
    "Their young keeper saved a penalty in the first half and another near the end. "
    "The club now hopes to find money for a new stand before the league begins anew."
)
TIME = datetime(2024, 7, 2, 12, tzinfo=UTC)


@dataclass
class Desk:
    """A lake in memory: knows after each batch what the index would."""

    known: Known = field(default_factory=Known)
    members: dict[str, Member] = field(default_factory=dict)
    matches: list[Match] = field(default_factory=list)
    batches: int = 0
    polls: int = 0

    def take(self, *drafts: Draft | Rejected) -> Revised:
        """Decide a batch and remember what it decided."""
        self.polls += 1
        delivered = [ReceivedEntry(one, _feed(one), f"poll {self.polls}", TIME) for one in drafts]
        revised = revise(delivered, self.known)
        heads = revised.known.heads
        circles = circles_of(revised.revisions, revised.heads, self.known.heads)
        others: dict[int, list[Carrier]] = {}
        for article_id, head in self.known.heads.items():
            if article_id not in revised.heads:
                others.setdefault(_text(head), []).append(_carrier(head))
        circles = completed(circles, others)
        matches = matches_of(circles, revised.sightings, revised.heads)
        self.batches += 1
        used = {one.group_id for one in self.members.values() if one.group_id}
        merging = [circle for text, circle in circles.items() if merges(text)]
        for member in group(merging, used, f"batch {self.batches}"):
            self.members[member.article_id] = member
            heads[member.article_id] = replace(
                heads[member.article_id],
                group_id=member.group_id,
                canonical_article_id=member.canonical_article_id,
            )
        self.matches += matches
        for article_id in revised.heads:
            head, before = heads[article_id], self.known.heads.get(article_id)
            known = () if before is None else before.orders
            fresh = [self.batches << 32] * (len(head.states) - len(known))
            heads[article_id] = replace(head, orders=(*known, *fresh))
        self.known = revised.known
        return revised


def _text(head: Head) -> int:
    return text_key(head.contents[head.revision_no - 1], head.words[head.revision_no - 1])


def _carrier(head: Head) -> Carrier:
    order = head.orders[head.revision_no - 1]
    place = head.group_id, head.canonical_article_id
    return Carrier(head.article_id, head.revision_no, order, *place)


def _feed(draft: Draft | Rejected) -> str:
    return draft.feed_id if isinstance(draft, Draft) else "feed"


def _articles(revised: Revised) -> list[str]:
    return [sighting.article_id for sighting in revised.sightings]


def _moves(revised: Revised) -> list[bool]:
    return [sighting.moves for sighting in revised.sightings]


def test_file_edited_in_place_is_a_revision(make_draft: MakeDraft) -> None:
    """A file whose text changes under its path is revision 2, which says what changed."""
    desk = Desk()
    first = desk.take(make_draft(STORM, guid="a.txt", path="a.txt"))
    second = desk.take(make_draft(STORM + " Schools stay shut.", guid="a.txt", path="a.txt"))
    assert _articles(first) == _articles(second)
    assert [r.revision_no for r in second.revisions] == [2]
    assert second.revisions[0].changed_fields == ("text",)
    assert second.outcomes == ["changed"]


def test_file_rewritten_from_scratch_stays_the_article_of_its_path(make_draft: MakeDraft) -> None:
    """Without a link nothing contradicts a path: another text under it is a revision."""
    desk = Desk()
    first = desk.take(make_draft(STORM, guid="a.txt", path="a.txt"))
    second = desk.take(make_draft(GAME, guid="a.txt", path="a.txt"))
    assert _articles(first) == _articles(second)


def test_same_text_under_another_name_is_another_sighting(make_draft: MakeDraft) -> None:
    """The second file makes no article and no revision; its path is not bound."""
    desk = Desk()
    first = desk.take(make_draft(STORM, guid="a.txt", path="a.txt"))
    second = desk.take(make_draft(STORM, guid="b.txt", path="b.txt"))
    third = desk.take(make_draft(FERRY, guid="b.txt", path="b.txt"))
    assert _articles(second) == _articles(first)
    assert second.revisions == []
    assert _moves(second) == [False]
    assert second.outcomes == ["duplicate"]
    assert _articles(third) != _articles(first)


def test_text_of_an_edit_is_known_under_another_name_too(make_draft: MakeDraft) -> None:
    """Every text that a path held finds its article, the latest as well as the first."""
    desk = Desk()
    first = desk.take(make_draft(STORM, guid="a.txt", path="a.txt"))
    desk.take(make_draft(FERRY, guid="a.txt", path="a.txt"))
    for name, text in (("b.txt", STORM), ("c.txt", FERRY)):
        assert _articles(desk.take(make_draft(text, guid=name, path=name))) == _articles(first)


def test_a_b_a_moves_back_and_makes_no_third_revision(make_draft: MakeDraft) -> None:
    """The third entry carries revision 1 again and makes it the current one."""
    desk = Desk()
    takes = [desk.take(make_draft(t, guid="g", path="g")) for t in (STORM, FERRY, STORM)]
    assert [s.revision_no for r in takes for s in r.sightings] == [1, 2, 1]
    assert [_moves(r) for r in takes] == [[True], [True], [True]]
    assert len({e.entry_id for r in takes for e in r.entries}) == 3
    article_id = takes[0].sightings[0].article_id
    assert desk.known.heads[article_id].revision_no == 1
    assert len(desk.known.heads[article_id].states) == 2


def test_unchanged_entry_makes_no_row(make_draft: MakeDraft) -> None:
    """What a key carried last, it may carry again without a row."""
    desk = Desk()
    desk.take(make_draft(STORM, guid="g", path="g"))
    again = desk.take(make_draft(STORM, guid="g", path="g"))
    assert again.outcomes == ["unchanged"]
    assert [again.entries, again.sightings, again.revisions, again.keys] == [[], [], [], {}]


def test_same_text_from_two_sources_is_two_articles_in_a_group(make_draft: MakeDraft) -> None:
    """Two folders with one text: a same_text match, and the first stored is canonical."""
    desk = Desk()
    first = desk.take(make_draft(STORM, guid="a", path="a", source="one", feed="f1"))
    second = desk.take(make_draft(STORM, guid="a", path="a", source="two", feed="f2"))
    one, two = _articles(first)[0], _articles(second)[0]
    assert one != two
    assert [(m.method, m.decision) for m in desk.matches] == [("same_text", "same")]
    assert {m.canonical_article_id for m in desk.members.values()} == {one}
    assert {m.group_id for m in desk.members.values()} == {min(one, two)}


def test_twenty_words_in_two_batches_or_one_group_alike(make_draft: MakeDraft) -> None:
    """Articles of one batch are compared with each other too, each with the canonical one."""
    desk = Desk()
    drafts = [make_draft(STORM, guid="a", path="a", source=f"s{n}", feed=f"f{n}") for n in range(4)]
    revised = desk.take(*drafts)
    assert len(set(_articles(revised))) == 4
    assert len(desk.members) == 4
    assert {m.other_article_id for m in desk.matches} == {_articles(revised)[0]}


def test_short_equal_texts_are_unsure(make_draft: MakeDraft) -> None:
    """Below 20 words equal texts are recorded as unsure and not grouped."""
    desk = Desk()
    desk.take(make_draft("No comment, said the club.", guid="a", source="one", feed="f1"))
    desk.take(make_draft("No comment, said the club.", guid="b", source="two", feed="f2"))
    assert [m.decision for m in desk.matches] == ["unsure"]
    assert desk.members == {}


def test_guid_reused_for_other_content_is_another_article(make_draft: MakeDraft) -> None:
    """A guid with another link and unrelated text is refused; it belongs to the new article."""
    desk = Desk()
    first = desk.take(make_draft(STORM, guid="1", url="https://paper.example/storm"))
    second = desk.take(make_draft(FERRY, guid="1", url="https://paper.example/ferry"))
    third = desk.take(
        make_draft(FERRY + " Pets go free.", guid="1", url="https://paper.example/ferry")
    )
    assert _articles(first) != _articles(second)
    assert _articles(second) == _articles(third)


def test_guid_with_another_link_but_the_same_text_is_the_article(make_draft: MakeDraft) -> None:
    """A moved article keeps its identity: only the link changed."""
    desk = Desk()
    first = desk.take(make_draft(STORM, guid="1", url="https://paper.example/storm"))
    second = desk.take(
        make_draft(STORM + " More soon.", guid="1", url="https://paper.example/news/storm")
    )
    assert _articles(first) == _articles(second)
    third = desk.take(make_draft(STORM, guid="9", url="https://paper.example/news/storm"))
    assert _articles(third) == _articles(first)


def test_guid_that_changed_on_the_same_url_is_the_article(make_draft: MakeDraft) -> None:
    """A publisher that renames its guids keeps its articles: the URL and a related text say so."""
    desk = Desk()
    first = desk.take(make_draft(STORM, guid="old", url="https://paper.example/storm"))
    second = desk.take(make_draft(STORM + " More.", guid="new", url="https://paper.example/storm"))
    third = desk.take(make_draft(STORM + " Still more.", guid="new"))
    assert _articles(first) == _articles(second) == _articles(third)


@pytest.mark.parametrize(
    "url",
    [
        "http://paper.example/storm",
        "https://www.paper.example/storm",
        "https://m.paper.example/storm",
        "https://paper.example/storm?utm_source=x&fbclid=1",
        "https://paper.example/storm/amp/",
        "https://paper.example/storm#comments",
    ],
)
def test_spellings_of_one_url_are_one_article(make_draft: MakeDraft, url: str) -> None:
    """http, www., m., AMP, tracking parameters and fragments do not make another article."""
    desk = Desk()
    first = desk.take(make_draft(STORM, guid="1", url="https://paper.example/storm"))
    second = desk.take(make_draft(STORM + " More.", guid="1b", url=url))
    assert _articles(first) == _articles(second)


@pytest.mark.parametrize("aggregator_first", [True, False])
def test_aggregator_cannot_write_somebody_elses_revision(
    make_draft: MakeDraft, *, aggregator_first: bool
) -> None:
    """Another source that carries a publisher's link has an article of its own."""
    desk = Desk()
    url = "https://paper.example/storm"
    own = make_draft(STORM, guid="1", url=url)
    copied = make_draft(
        STORM + " Read more at Hub.", guid="h1", url=url, source="hub", feed="hub",
        domains=("hub.example",),
    )  # fmt: skip
    pair = (copied, own) if aggregator_first else (own, copied)
    articles = [_articles(desk.take(draft))[0] for draft in pair]
    assert articles[0] != articles[1]
    later = make_draft(STORM + " Update.", guid="1", url=url)
    assert _articles(desk.take(later)) == [articles[pair.index(own)]]


@pytest.mark.parametrize("dump_first", [True, False])
def test_dump_row_joins_the_live_feed(make_draft: MakeDraft, *, dump_first: bool) -> None:
    """A row of the operator's files and the owner's feed meet at the URL, whichever came first."""
    desk = Desk()
    url = "https://paper.example/storm"
    row = make_draft(STORM, guid="d.jsonl#7", url=url, path="d.jsonl", source="dump", feed="dump")
    live = make_draft(STORM, guid="g", url=url)
    pair = (row, live) if dump_first else (live, row)
    articles = [_articles(desk.take(draft))[0] for draft in pair]
    assert articles[0] == articles[1]


def test_files_never_move_what_a_polled_feed_carries(make_draft: MakeDraft) -> None:
    """An old state from a dump becomes a revision, not the current one."""
    desk = Desk()
    url = "https://paper.example/storm"
    live = desk.take(make_draft(STORM, guid="g", url=url))
    old = make_draft(STORM[:180], guid="d#7", url=url, path="d", source="dump", feed="dump")
    dump = desk.take(old)
    assert _moves(dump) == [False]
    assert [r.revision_no for r in dump.revisions] == [2]
    assert desk.known.heads[_articles(live)[0]].revision_no == 1


def test_full_text_of_a_file_replaces_a_polled_summary(make_draft: MakeDraft) -> None:
    """Full over summary is the one case in which a file moves a polled article."""
    desk = Desk()
    url = "https://paper.example/storm"
    desk.take(make_draft(STORM[:80], guid="g", url=url, kind="summary"))
    dump = desk.take(make_draft(STORM, guid="d#7", url=url, path="d", source="dump", feed="dump"))
    assert _moves(dump) == [True]


def test_summary_never_replaces_a_full_text(make_draft: MakeDraft) -> None:
    """Two feeds of one source, one with summaries: one article, which keeps its full text."""
    desk = Desk()
    url = "https://paper.example/storm"
    full = desk.take(make_draft(STORM, guid="g", url=url))
    brief = make_draft(STORM[:80], guid="s", url=url, feed="briefs", kind="summary")
    summary = desk.take(brief)
    assert _articles(full) == _articles(summary)
    assert _moves(summary) == [False]
    other = desk.take(make_draft(STORM[:70], guid="s", url=url, feed="briefs", kind="summary"))
    assert _moves(other) == [False]
    assert desk.known.heads[_articles(full)[0]].body_kind == "full"


def test_full_text_replaces_a_summary(make_draft: MakeDraft) -> None:
    """The other order: the summary came first, the full text becomes current."""
    desk = Desk()
    url = "https://paper.example/storm"
    desk.take(make_draft(STORM[:80], guid="s", url=url, feed="briefs", kind="summary"))
    full = desk.take(make_draft(STORM, guid="g", url=url))
    assert _moves(full) == [True]


def test_entries_that_link_to_the_home_page_stay_apart(make_draft: MakeDraft) -> None:
    """A site's root is no key: ten entries that link to it are ten articles, guid or not."""
    desk = Desk()
    texts = [f"{text} Number {n}." for n in range(5) for text in (STORM, FERRY)]
    with_guid = [
        make_draft(t, guid=str(n), url="https://paper.example/") for n, t in enumerate(texts)
    ]
    assert len(set(_articles(desk.take(*with_guid)))) == 10
    desk = Desk()
    without = [make_draft(t, url="https://www.paper.example") for t in texts]
    assert len(set(_articles(desk.take(*without)))) == 10


def test_live_page_with_new_guids_is_new_articles(make_draft: MakeDraft) -> None:
    """A /live URL that comes with another guid and unrelated text is no key."""
    desk = Desk()
    url = "https://paper.example/live"
    days = [
        desk.take(make_draft(t, guid=g, url=url))
        for g, t in (("1", STORM), ("2", FERRY), ("3", GAME))
    ]
    assert len({_articles(day)[0] for day in days}) == 3
    again = desk.take(make_draft(STORM + " Evening update.", guid="1", url=url))
    assert _articles(again) == _articles(days[0])


def test_article_listed_twice_under_two_guids_is_one(make_draft: MakeDraft) -> None:
    """One document, two guids, one URL and text: one article with two sightings."""
    desk = Desk()
    url = "https://paper.example/storm"
    revised = desk.take(make_draft(STORM, guid="1", url=url), make_draft(STORM, guid="2", url=url))
    assert len(set(_articles(revised))) == 1
    assert len(revised.sightings) == 2
    assert len(revised.revisions) == 1


def test_flapping_page_stops_making_revisions(make_draft: MakeDraft) -> None:
    """After 24 revisions without a newer date a state makes none, until a newer date comes."""
    desk = Desk()
    last: Revised | None = None
    for minute in range(30):
        last = desk.take(make_draft(f"{STORM} Now {minute}.", guid="g", published=TIME))
    assert last is not None
    article_id = _articles(last)[0]
    assert len(desk.known.heads[article_id].states) == 24
    assert [(s.flapping, s.moves, s.revision_no) for s in last.sightings] == [(True, False, 24)]
    newer = make_draft(f"{STORM} Next.", guid="g", published=TIME + timedelta(hours=1))
    assert [s.revision_no for s in desk.take(newer).sightings] == [25]


def test_date_that_moves_alone_stops_making_revisions(make_draft: MakeDraft) -> None:
    """A date that is another at each poll makes three revisions; an edit makes one again."""
    desk = Desk()
    last: Revised | None = None
    for hour in range(10):
        draft = make_draft(STORM, guid="g", published=TIME + timedelta(hours=hour))
        last = desk.take(draft)
    assert last is not None
    assert [(s.flapping, s.moves, s.revision_no) for s in last.sightings] == [(True, False, 3)]
    edited = make_draft(f"{STORM} Next.", guid="g", published=TIME + timedelta(hours=11))
    assert [s.revision_no for s in desk.take(edited).sightings] == [4]
    corrected = make_draft(f"{STORM} Next.", guid="g", published=TIME)
    assert [s.revision_no for s in desk.take(corrected).sightings] == [5]


def test_date_from_updated_and_derived_title_make_no_revision(make_draft: MakeDraft) -> None:
    """Derived titles and dates taken from `updated` are not part of the content state."""
    desk = Desk()
    first = make_draft(STORM, guid="g", published=TIME, published_from="updated")
    later = make_draft(
        STORM, guid="g", published=TIME + timedelta(hours=5), published_from="updated"
    )
    desk.take(first)
    second = desk.take(later)
    assert second.revisions == []
    assert second.outcomes == ["unchanged"]


def test_first_sighting_of_an_old_revision_moves_nothing(make_draft: MakeDraft) -> None:
    """A second feed that still carries revision 1 does not take the article back."""
    desk = Desk()
    url = "https://paper.example/storm"
    desk.take(make_draft(STORM, guid="g", url=url))
    desk.take(make_draft(STORM + " More.", guid="g", url=url))
    other = desk.take(make_draft(STORM, guid="o", url=url, feed="other"))
    assert [(s.revision_no, s.moves) for s in other.sightings] == [(1, False)]


def test_rejection_is_set_aside_once(make_draft: MakeDraft) -> None:
    """The same rejection again makes no row; between two drafts it does not break the chain."""
    desk = Desk()
    broken = Rejected("g", "bad_json", "Line 3", entry_hash=7)
    first = desk.take(make_draft(STORM, guid="g"))
    assert desk.take(broken).outcomes == ["quarantined"]
    assert desk.take(broken).outcomes == ["unchanged"]
    back = desk.take(make_draft(STORM, guid="g"))
    assert _articles(back) == _articles(first)
    assert back.revisions == []


def test_same_text_again_in_an_edit_matches_once(make_draft: MakeDraft) -> None:
    """A title edit of a copy does not record the match of its text a second time."""
    desk = Desk()
    desk.take(make_draft(STORM, guid="a", source="one", feed="f1"))
    desk.take(make_draft(STORM, guid="b", source="two", feed="f2", title="Storm"))
    desk.take(make_draft(STORM, guid="b", source="two", feed="f2", title="Storm!"))
    assert len(desk.matches) == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.permutations(range(5)),
    texts=st.lists(st.sampled_from([STORM, FERRY]), min_size=5, max_size=5),
)
def test_order_changes_no_group(make_draft: MakeDraft, order: list[int], texts: list[str]) -> None:
    """Whatever the order of arrival, the same articles stand together."""

    def grouped(numbers: list[int]) -> set[frozenset[str]]:
        desk = Desk()
        for n in numbers:
            desk.take(make_draft(texts[n], guid=str(n), feed=f"f{n}", source=f"s{n}"))
        together: dict[str, set[str]] = {}
        for member in desk.members.values():
            assert member.group_id
            together.setdefault(member.group_id, set()).add(member.article_id)
        return {frozenset(group_) for group_ in together.values()}

    assert grouped(list(range(5))) == grouped(order)
