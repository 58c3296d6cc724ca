"""A small reference model of the written rules: what a lake must hold after what was read.

It is written from DESIGN.md and docs/how-it-works.md, in dicts and lists, and shares no code with
the product. Texts carry their kin, so it needs no measure: texts of two kins are unrelated.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sharing
from delivered import Entry, Feed, Key, is_home
from revised import FUTURE, Article, had, step, unrelated

GROUPED_WORDS = 20
"""Equal texts of so many words make a group."""


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
    nameless: set[Key] = field(default_factory=set)
    """Guids and links that different entries of one document have."""
    claimed: set[tuple[object, ...]] = field(default_factory=set)
    """Titles and dates that two entries of one document have."""


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
    nameless: set[Key] = field(default_factory=set)
    """Guids and links that different entries of one document had: they name no article."""
    rows: list[Stored] = field(default_factory=list)
    readings: int = 0

    def begin(self, feed: Feed, documents: Sequence[Sequence[Entry]], now: datetime) -> Reading:
        """Begin to read a feed's document, or a folder's files."""
        self.readings += 1
        entries = [pair for document in documents for pair in _distinct(document)]
        keys = Counter(entry.key for entry, _ in entries)
        self.shared |= {(feed.name, key) for key, count in keys.items() if count > 1}
        reading = Reading(feed, now, entries, self.readings)
        for document in documents:
            reading.nameless |= sharing.nameless(feed, document)
            reading.claimed |= sharing.claimed(document)
        for entry, is_key in entries:
            if self._is_known(feed, entry) or self._is_echo(reading, entry, is_key=is_key):
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
        names = {("guid", reading.feed.name, entry.guid), ("link", reading.feed.name, entry.link)}
        self.nameless |= names & reading.nameless
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
        article, bind = self._identify(reading, entry, is_key=is_key)
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
        revision_no, moves = step(article, feed, entry, prior, reading.now)
        self.carried[named] = (article, revision_no)
        if is_new:
            outcome = "new"
        elif len(article.revisions) > before or moves:
            outcome = "changed"
        else:
            outcome = "new" if prior is None else "unchanged"
        return Stored(feed, entry, article, revision_no, moves, outcome)

    def _is_echo(self, reading: Reading, entry: Entry, *, is_key: bool) -> bool:
        """Tell whether title and date name an article that had this very content already."""
        if entry.rejected or (reading.feed.name, entry.key) in self.carried:
            return False
        guid, links, _, dated = self._keys(reading, entry, is_key=is_key)
        if dated is None or {guid, *links} & self.names.keys() or dated not in self.names:
            return False
        return had(self.names[dated], entry, reading.now)

    def _keys(
        self, reading: Reading, entry: Entry, *, is_key: bool
    ) -> tuple[Key | None, list[Key], list[Key], Key | None]:
        """Return an entry's guid, links, title and text where these have to do, and date."""
        feed = reading.feed
        nameless = self.nameless | reading.nameless
        own: Key = ("guid", feed.name, entry.guid)
        guid = None if entry.guid is None or own in nameless else own
        links = _link_keys(feed, entry) if is_key else []
        links = [] if ("link", feed.name, entry.link) in nameless else links
        last: list[Key] = []
        if not guid and not links and (entry.guid or entry.link) and entry.title:
            last.append(("title", feed.name, entry.path, entry.title))
        if not links and not (entry.has_own_guid and guid):
            last.append(("text", feed.source, entry.text or entry.title))
        dated: Key | None = None
        is_exact = entry.date is not None and (entry.date.hour, entry.date.minute) != (0, 0)
        if (guid or links) and not feed.files and entry.title and entry.date and is_exact:
            stated = (entry.title, entry.date)
            if stated not in reading.claimed and entry.date <= reading.now + FUTURE:
                dated = ("dated", feed.name, entry.title, str(entry.date))
        return guid, links, last, dated

    def _identify(
        self, reading: Reading, entry: Entry, *, is_key: bool
    ) -> tuple[Article | None, list[Key]]:
        """Return the article that an entry's keys name, and the keys that name it from now on."""
        feed = reading.feed
        guid, links, last, dated = self._keys(reading, entry, is_key=is_key)
        text = next((key for key in last if key[0] == "text"), None)
        last += [dated] if dated else []
        found = None if guid is None else self.names.get(guid)
        if found is not None and not self._guid_refused(found, entry, links):
            return found, self._unbound([*links[:1], *last])
        found = next((self.names[link] for link in links if link in self.names), None)
        if found is not None and not self._link_refused(found, feed, entry, guid):
            return found, [*([guid] if guid else []), *self._unbound([*links[:1], *last])]
        if found is not None:
            links = []
        weaker = self._by_less(reading, entry, guid, links, last)
        if weaker is not None:
            return weaker, [*([guid] if guid else []), *self._unbound([*links[:1], *last])]
        if text is not None and text in self.names:
            article = self.names[text]
            titled = [key for key in last if key[0] == "title"]
            short = len(entry.text.split()) < GROUPED_WORDS
            if not (titled and short and _differ(entry.title, article.now.state[0])):
                return article, self._unbound(titled)
        if guid is not None and guid in self.first and self.first[guid].had(entry.text):
            return self.first[guid], [guid, *self._unbound([*links[:1], *last])]
        bind = [key for key in (guid, *links[:1], *last) if key is not None]
        return None, [key for key in bind if key[0] != "title" or key not in self.names]

    def _by_less(
        self, reading: Reading, entry: Entry, guid: Key | None, links: list[Key], last: list[Key]
    ) -> Article | None:
        """Return the article of title and date, of what others share too, or of the title alone."""
        known = {guid, *links} & self.names.keys()
        dated = [key for key in last if key[0] == "dated" and not known and key in self.names]
        for key in dated:
            article = self.names[key]
            if had(article, entry, reading.now) or not unrelated(entry, article):
                return article
        shared = [("guid", reading.feed.name, entry.guid), *_link_keys(reading.feed, entry)]
        shared = [key for key in shared if key not in {guid, *links}]
        for key in (*shared, *(key for key in last if key[0] == "title")):
            if key not in self.names:
                continue
            article = self.names[key]
            title, _, date = article.now.state
            same = bool(entry.title) and entry.title == title
            certain = (entry.date and entry.date == date) or not unrelated(entry, article)
            if had(article, entry, reading.now) or (same and certain):
                return article
        return None

    def _unbound(self, keys: Sequence[Key | None]) -> list[Key]:
        return [key for key in keys if key is not None and key not in self.names]

    def _guid_refused(self, article: Article, entry: Entry, links: Sequence[Key]) -> bool:
        """Another link, or none on a side but another title and date, and an unrelated text."""
        if not unrelated(entry, article) or any(self.names.get(one) is article for one in links):
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
        if guid is None or self.names.get(guid) is article or not unrelated(entry, article):
            return False
        return any(name[1] == feed.name for name in article.guids)

    def groups(self) -> set[frozenset[int]]:
        """Return the groups: articles whose current texts are equal and long enough."""
        by_text: dict[str, set[int]] = {}
        for article in self.articles:
            if len(article.text.split()) >= GROUPED_WORDS:
                by_text.setdefault(article.text, set()).add(article.number)
        return {frozenset(numbers) for numbers in by_text.values() if len(numbers) > 1}


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
