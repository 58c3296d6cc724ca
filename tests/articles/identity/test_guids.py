"""A guid that comes again: an edit of its article, or another article; which texts that takes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from articles.fields.normalize import without_shared_keys
from articles.identity import identify
from articles.model.drafts import Draft
from articles.model.known import Known
from articles.revisions.revise import ReceivedEntry, revise

MakeDraft = Callable[..., Draft]

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
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
WEATHER = "High {} and low {}, wind from {} to {} km/h, {} mm of rain and {} hours of sun for you."
HOME = "https://paper.example/"
CASES = [
    line.split("\t")
    for line in (Path(__file__).parents[1] / "cases" / "related.tsv")
    .read_text("utf-8")
    .splitlines()
    if not line.startswith("#")
]


def articles(*drafts: Draft, together: bool = False) -> list[str]:
    """Return the article of each draft, decided in batches of one or in one batch."""
    known, found = Known(), []
    for batch in [drafts] if together else [[draft] for draft in drafts]:
        delivered = [ReceivedEntry(draft, draft.feed_id, "poll", MONDAY) for draft in batch]
        # What a run fetches of the lake: no text that was not asked for.
        needed = identify.texts_needed(batch, known)
        texts = {one: text for one, text in known.texts.items() if one in needed}
        revised = revise(delivered, Known(known.keys, known.heads, known.last_seen, texts))
        kept = {**known.texts, **revised.known.texts}
        after = revised.known
        known = Known(after.keys, after.heads, after.last_seen, kept)
        found += [sighting.article_id for sighting in revised.sightings]
    return found


@pytest.mark.parametrize(("code", "text", "edited", "other"), CASES, ids=[c[0] for c in CASES])
def test_feed_without_links(
    make_draft: MakeDraft, code: str, text: str, edited: str, other: str
) -> None:
    """Another title, date and text under a guid are another article; an edit stays a revision."""
    make = partial(make_draft, guid="7", language=code)
    first, edit, again = articles(
        make(text, title="One", published=MONDAY),
        make(edited, title="Two", published=TUESDAY),
        make(other, title="Three", published=TUESDAY + timedelta(days=1)),
    )
    assert first == edit
    assert again != first


@pytest.mark.parametrize(("code", "text", "edited", "other"), CASES, ids=[c[0] for c in CASES])
def test_link_that_entries_of_one_document_share(
    make_draft: MakeDraft, code: str, text: str, edited: str, other: str
) -> None:
    """It is a key if their texts are those of one article, however their titles differ."""
    make = partial(make_draft, url=HOME + "live", language=code)
    for second, is_key in ((edited, True), (other, False)):
        drafts = [make(text, guid="1", title="One"), make(second, guid="2", title="Two")]
        found = without_shared_keys(drafts)
        assert [isinstance(one, Draft) and one.url_is_key for one in found] == [is_key] * 2


@pytest.mark.parametrize(
    ("title", "published"), [("One", TUESDAY), ("Two", MONDAY), ("Two", None), (None, TUESDAY)]
)
def test_without_links_one_sign_is_not_enough(
    make_draft: MakeDraft, title: str | None, published: datetime | None
) -> None:
    """With its title, its date, or without one, a text that was rewritten is a revision."""
    first = make_draft(STORM, guid="7", title="One", published=MONDAY)
    second = make_draft(FERRY, guid="7", title=title, published=published)
    assert len(set(articles(first, second))) == 1


def test_posts_without_titles(make_draft: MakeDraft) -> None:
    """Where a feed has neither links nor titles, text and date decide."""
    first = make_draft(STORM, guid="7", published=MONDAY)
    second = make_draft(FERRY, guid="7", published=TUESDAY)
    assert len(set(articles(first, second))) == 2


@pytest.mark.parametrize(
    ("urls", "count"),
    [
        (("/a", "/a"), 1),
        (("/a", "/b"), 2),
        (("/a", None), 1),
        ((None, "/b"), 1),
        (("", "/b"), 1),
        (("/a", ""), 1),
    ],
)
def test_link_decides_with_the_text(
    make_draft: MakeDraft, urls: tuple[str | None, str | None], count: int
) -> None:
    """Another link and text are another article, whatever the date; a home page is no link."""
    drafts = [
        make_draft(text, guid="7", url=None if url is None else HOME + url.lstrip("/"), title=title)
        for url, text, title in zip(urls, (STORM, FERRY), ("One", "Two"), strict=True)
    ]
    assert len(set(articles(*drafts))) == count


@pytest.mark.parametrize("urls", [("", "/b"), ("/a", ""), ("/a", None), ("", "")])
def test_home_page_is_no_link(make_draft: MakeDraft, urls: tuple[str, str | None]) -> None:
    """With another title and date too, it is told apart as in a feed without links."""
    one, other = (None if url is None else HOME + url.lstrip("/") for url in urls)
    first = make_draft(STORM, guid="7", url=one, title="One", published=MONDAY)
    second = make_draft(FERRY, guid="7", url=other, title="Two", published=TUESDAY)
    assert len(set(articles(first, second))) == 2


@pytest.mark.parametrize(
    ("title", "published", "count"),
    [("Weather", MONDAY, 1), ("Weather", TUESDAY, 2), ("Tuesday's weather", TUESDAY, 2)],
)
def test_automated_news_of_another_day(
    make_draft: MakeDraft, title: str, published: datetime, count: int
) -> None:
    """The same words with other figures, another link and date: another day's weather."""
    first = make_draft(
        WEATHER.format(21, 9, 14, 33, 2, 7), guid="7", url=HOME + "a", title="Weather",
        published=MONDAY,
    )  # fmt: skip
    second = make_draft(
        WEATHER.format(25, 13, 8, 20, 0, 11), guid="7", url=HOME + "b", title=title,
        published=published,
    )  # fmt: skip
    assert len(set(articles(first, second))) == count


@pytest.mark.parametrize("has_links", [True, False])
@pytest.mark.parametrize("together", [True, False])
def test_first_text_that_returns_is_its_article_again(
    make_draft: MakeDraft, *, has_links: bool, together: bool
) -> None:
    """A, B, A makes two articles; so does B between texts of A, the first or a later one."""
    texts = (STORM, STORM + " More soon.", FERRY, STORM + " More soon.", FERRY, GAME, STORM)
    drafts = [
        make_draft(
            text, guid="7", url=f"{HOME}{text[:5]}" if has_links else None, title=text[:9],
            published=MONDAY + timedelta(hours=n),
        )
        for n, text in enumerate(texts)
    ]  # fmt: skip
    a, edited, b, again, b_again, c, first = articles(*drafts, together=together)
    assert a == edited == again == first
    assert b == b_again
    assert len({a, b, c}) == 3


def test_texts_are_asked_for_only_where_they_decide(make_draft: MakeDraft) -> None:
    """An edit at its link, or without links under its title or date, needs no known text."""
    links = [HOME + "a", None]
    for url in links:
        known = revise(
            [ReceivedEntry(make_draft(STORM, guid="7", url=url, title="One", published=MONDAY),
                       "feed", "poll", MONDAY)], Known(),
        ).known  # fmt: skip
        [article_id] = known.heads
        known.texts.clear()
        for title, published, other in (
            ("One", TUESDAY, None), ("Two", MONDAY, None), ("Two", TUESDAY, None),
            ("One", MONDAY, HOME + "b"),
        ):  # fmt: skip
            draft = make_draft(FERRY, guid="7", url=other or url, title=title, published=published)
            decides = (title == "Two" and published == TUESDAY and url is None) or (
                url is not None and other is not None
            )
            assert identify.texts_needed([draft], known) == ({article_id} if decides else set())
