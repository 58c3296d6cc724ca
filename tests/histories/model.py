"""A small reference model of the written rules: what a lake must hold after what was read.

It is written from DESIGN.md and docs/how-it-works.md, in dicts and lists, and shares no code with
the product. Texts carry their kin, so it needs no measure: texts of two kins are unrelated.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from delivered import Entry, Feed, Key, is_home

GROUPED_WORDS = 20
"""Equal texts of so many words make a group."""
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


@dataclass(frozen=True, slots=True)
class Stored:
    """A row that an entry must leave: a sighting, or one of quarantine."""

    feed: Feed
    entry: Entry
    article: Article | None
    revision_no: int = 0
    moves: bool = False
    outcome: str = "quarantined"


@dataclass(slots=True)
class Reading:
    """A poll under way."""

    feed: Feed
    now: datetime
    entries: list[tuple[Entry, bool]]
    """Distinct ones in their order, each with whether its link is a key in its document."""
    number: int
    fresh: list[tuple[Entry, bool]] = field(default_factory=list)
    """Those that are still to be stored."""
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Model:
    """Everything that a lake must know."""

    articles: list[Article] = field(default_factory=list)
    names: dict[Key, Article] = field(default_factory=dict)
    first: dict[Key, Article] = field(default_factory=dict)
    """The article that each guid named first."""
    held: dict[tuple[str, Key], tuple[int, set[Entry]]] = field(default_factory=dict)
    """By feed and key: the last document that held the key, and what it held under it."""
    stored: dict[tuple[str, Key], list[Entry]] = field(default_factory=dict)
    """By feed and key: what was stored, in its order."""
    shared: set[tuple[str, Key]] = field(default_factory=set)
    """Keys that several entries of one document had: they name none, all they had is known."""
    carried: dict[tuple[str, Key], tuple[Article, int]] = field(default_factory=dict)
    """By feed and key: which revision of which article it carried last."""
    rows: list[Stored] = field(default_factory=list)
    readings: int = 0

    def begin(self, feed: Feed, documents: Sequence[Sequence[Entry]], now: datetime) -> Reading:
        """Begin to read a feed's document, or a folder's files."""
        self.readings += 1
        entries = [pair for document in documents for pair in _distinct(document)]
        keys = Counter(entry.key for entry, _ in entries)
        self.shared |= {(feed.name, key) for key, count in keys.items() if count > 1}
        reading = Reading(feed, now, entries, self.readings)
        for entry, is_key in entries:
            if self._is_known(feed, entry):
                reading.counts["unchanged"] += 1
            else:
                reading.fresh.append((entry, is_key))
        return reading

    def _is_known(self, feed: Feed, entry: Entry) -> bool:
        """Tell whether its key's last document, or the key's last row, is this one already."""
        named = (feed.name, entry.key)
        _, held = self.held.get(named, (0, set()))
        stored = self.stored.get(named, [])
        return entry in held or entry in (stored if named in self.shared else stored[-1:])

    def store(self, reading: Reading, place: int = 0) -> Stored:
        """Store one of the fresh entries of a reading: the next, unless told otherwise."""
        entry, is_key = reading.fresh.pop(place)
        named = (reading.feed.name, entry.key)
        number, held = self.held.get(named, (0, set()))
        self.held[named] = (reading.number, {entry} | (held if number == reading.number else set()))
        self.stored.setdefault(named, []).append(entry)
        row = Stored(reading.feed, entry, None)
        if not entry.rejected:
            row = self._take(reading, entry, is_key=is_key)
        reading.counts[row.outcome] += 1
        self.rows.append(row)
        return row

    def finish(self, reading: Reading) -> None:
        """End a reading: its document is now the last one that held its keys."""
        keys = {entry.key for entry, _ in reading.entries}
        for key in keys:
            self.held[reading.feed.name, key] = (reading.number, set())
        for entry, _ in reading.entries:
            self.held[reading.feed.name, entry.key][1].add(entry)

    def _take(self, reading: Reading, entry: Entry, *, is_key: bool) -> Stored:
        feed, named = reading.feed, (reading.feed.name, entry.key)
        prior = self.carried.get(named)
        article, bind = self._identify(feed, entry, is_key=is_key)
        is_new = article is None
        if article is None:
            article = Article(len(self.articles))
            self.articles.append(article)
        for name in bind:
            self.names[name] = article
            if name[0] == "guid":
                self.first.setdefault(name, article)
                article.guids.add(name)
        before = len(article.revisions)
        revision_no, moves = _step(article, feed, entry, prior, reading.now)
        self.carried[named] = (article, revision_no)
        if is_new:
            outcome = "new"
        elif len(article.revisions) > before or moves:
            outcome = "changed"
        else:
            outcome = "new" if prior is None else "unchanged"
        return Stored(feed, entry, article, revision_no, moves, outcome)

    def _identify(
        self, feed: Feed, entry: Entry, *, is_key: bool
    ) -> tuple[Article | None, list[Key]]:
        """Return the article that an entry's keys name, and the keys that name it from now on."""
        guid: Key | None = None if entry.guid is None else ("guid", feed.name, entry.guid)
        links = _link_keys(feed, entry) if is_key else []
        text: Key | None = None
        if not links and not entry.has_own_guid:
            text = ("text", feed.source, entry.text or entry.title)
        found = None if guid is None else self.names.get(guid)
        if found is not None and not self._guid_refused(found, entry, links):
            return found, self._unbound([*links[:1], text])
        found = next((self.names[link] for link in links if link in self.names), None)
        if found is not None and not self._link_refused(found, feed, entry, guid):
            return found, [*([guid] if guid else []), *self._unbound(links[:1])]
        if found is not None:
            links = []
        if text is not None and text in self.names:
            return self.names[text], []
        if guid is not None and guid in self.first and self.first[guid].had(entry.text):
            return self.first[guid], [guid, *self._unbound(links[:1])]
        return None, [key for key in (guid, *links[:1], text) if key is not None]

    def _unbound(self, keys: Sequence[Key | None]) -> list[Key]:
        return [key for key in keys if key is not None and key not in self.names]

    def _guid_refused(self, article: Article, entry: Entry, links: Sequence[Key]) -> bool:
        """Another link, or none on a side but another title and date, and an unrelated text."""
        if not _unrelated(entry, article) or any(self.names.get(one) is article for one in links):
            return False
        its = _real(article.link)
        if links and its not in {None, entry.link}:
            return True
        title, _, date = article.now.state
        return _differ(entry.date, date) and (
            _differ(entry.title, title) or (entry.title is None and title is None)
        )

    def _link_refused(self, article: Article, feed: Feed, entry: Entry, guid: Key | None) -> bool:
        """Another guid of the same feed and an unrelated text."""
        if guid is None or self.names.get(guid) is article or not _unrelated(entry, article):
            return False
        return any(name[1] == feed.name for name in article.guids)

    def groups(self) -> set[frozenset[int]]:
        """Return the groups: articles whose current texts are equal and long enough."""
        by_text: dict[str, set[int]] = {}
        for article in self.articles:
            if len(article.text.split()) >= GROUPED_WORDS:
                by_text.setdefault(article.text, set()).add(article.number)
        return {frozenset(numbers) for numbers in by_text.values() if len(numbers) > 1}


def _unrelated(entry: Entry, article: Article) -> bool:
    """Tell whether no edit leads from one to the other; a summary under the same title may."""
    title = article.now.state[0]
    summarized = entry.full != article.full and entry.title == title is not None
    return entry.kin != article.kin and not summarized


def _differ(one: object, other: object) -> bool:
    """Tell whether both are stated, and not the same."""
    return None not in {one, other} and one != other


def _real(link: str | None) -> str | None:
    return None if link is None or is_home(link) else link


def _link_keys(feed: Feed, entry: Entry) -> list[Key]:
    """Return the keys that a link is: for everybody if the source owns it, else for the source."""
    if entry.link is None or is_home(entry.link):
        return []
    scoped: Key = ("link", feed.source, entry.link)
    return [("link", "", entry.link), scoped] if feed.owns_link(entry.link) else [scoped]


def _distinct(document: Sequence[Entry]) -> list[tuple[Entry, bool]]:
    """Return each entry once, and whether its link is a key: unrelated entries may share it."""
    kins: dict[str | None, set[int]] = {}
    for entry in document:
        if not entry.rejected:
            kins.setdefault(entry.link, set()).add(entry.kin)
    return [(entry, len(kins.get(entry.link, ())) <= 1) for entry in dict.fromkeys(document)]


def _step(
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
