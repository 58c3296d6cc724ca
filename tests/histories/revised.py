"""The articles of the model: their revisions, and what an entry does to them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from delivered import Entry, Feed, Key

MOST_UNDATED = 24
"""Revisions of an article without a newer date."""
MOST_REDATED = 3
"""Revisions of one text in a row, after which another date alone makes none."""
FUTURE = timedelta(hours=48)
"""A date further ahead is no date."""

State = tuple[str | None, str, datetime | None]
"""Title, text and date: what makes a revision."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A content state of an article, and who brought it first."""

    state: State
    feed: Feed
    link: str | None
    guid: str | None


@dataclass(slots=True)
class Article:
    """An article with its revisions."""

    number: int
    revisions: list[Revision] = field(default_factory=list)
    current: int = 0
    """Its current revision, from 1."""
    kin: int = 0
    """Of the current revision."""
    full: bool = True
    link: str | None = None
    polled: bool = False
    guids: set[Key] = field(default_factory=set)
    """Every guid that ever named it."""
    undated: int = 0
    newest: datetime | None = None
    flapping: bool = False

    @property
    def now(self) -> Revision:
        """Return its current revision."""
        return self.revisions[self.current - 1]

    @property
    def text(self) -> str:
        """Return its current text."""
        return self.now.state[1]

    def had(self, text: str) -> bool:
        """Tell whether it ever had a text."""
        return any(revision.state[1] == text for revision in self.revisions)


def had(article: Article, entry: Entry, now: datetime) -> bool:
    """Tell whether a state of an article is an entry's."""
    date = entry.date if entry.date is None or entry.date <= now + FUTURE else None
    states = [revision.state for revision in article.revisions]
    return (entry.title, entry.text, date) in states


def unrelated(entry: Entry, article: Article) -> bool:
    """Tell whether no edit leads from one to the other; a summary under the same title may."""
    title = article.now.state[0]
    summarized = entry.full != article.full and entry.title == title is not None
    return entry.kin != article.kin and not summarized


def step(
    article: Article, feed: Feed, entry: Entry, prior: tuple[Article, int] | None, now: datetime
) -> tuple[int, bool]:
    """Let an entry carry its article; return the revision's number and whether it moves."""
    date = entry.date if entry.date is None or entry.date <= now + FUTURE else None
    state = (entry.title, entry.text, date)
    states = [revision.state for revision in article.revisions]
    newer = date is not None and (article.newest is None or date > article.newest)
    allowed = not states or _may_move(article, feed, entry)
    if state in states:
        number = states.index(state) + 1
        changed = prior is not None and prior[0] is article and prior[1] != number
        moves = changed and number != article.current and allowed
    elif (article.undated >= MOST_UNDATED and not newer) or _is_redated(article, state):
        article.flapping = True
        number, moves = article.current, False
    else:
        article.revisions.append(Revision(state, feed, entry.link, entry.guid))
        article.undated = 1 if newer else article.undated + 1
        article.newest = date if newer else article.newest
        number, moves = len(article.revisions), allowed
    if moves:
        article.current, article.kin, article.full = number, entry.kin, entry.full
        article.link = article.link if entry.link is None else entry.link
    article.polled |= not feed.files
    return number, moves


def _is_redated(article: Article, state: State) -> bool:
    """The last revisions have this text, and nothing but the date differs from the current one."""
    texts = [text or title for title, text, _ in (each.state for each in article.revisions)]
    is_old = texts[-MOST_REDATED:] == [state[1] or state[0]] * MOST_REDATED
    return is_old and article.now.state[:2] == state[:2]


def _may_move(article: Article, feed: Feed, entry: Entry) -> bool:
    """A summary never replaces a full text, nor a file what a polled feed has carried."""
    if article.full and not entry.full:
        return False
    return not feed.files or not article.polled or (entry.full and not article.full)
