"""Which id a feed or a folder has: the lake's, by record, URL or path, else a new one."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace

from articles.identity.claims import IdsByName, ProposedId, assigned, with_new_ids
from articles.identity.known_ids import Folder, KnownFeed, KnownIds, Listing
from articles.identity.readable_ids import folder_id_of
from articles.identity.source_ids import SourceIds
from articles.model.entries import Feed, Source
from articles.urls.canonical import comparable_url
from articles.urls.ownership import domain_of, registrable_domain_of


def resolved(listing: Listing, known: KnownIds, ids: SourceIds | None = None) -> Listing:
    """Return what a sources file says, with the ids that the lake has for it.

    `ids` are those of the same lake and file, if they are in use already.
    """
    ids = ids or SourceIds(known, listing.sources)
    polled = [feed for feed in listing.feeds if feed.kind != "files"]
    resolved_feeds = iter(_with_sources(_with_ids(polled, known), known, ids))
    feeds = [feed if feed.kind == "files" else next(resolved_feeds) for feed in listing.feeds]
    return Listing(ids.listed, tuple(feeds))


def _with_ids(feeds: Sequence[Feed], known: KnownIds) -> list[Feed]:
    taken = {known_feed.feed_id for known_feed in known.feeds}
    by_url = IdsByName()
    for known_feed in known.feeds:
        if known_feed.kind != "files":
            by_url.put([comparable_url(url) for url in known_feed.urls], known_feed.feed_id)
    claims: list[list[str | None]] = []
    for feed in feeds:
        own = feed.feed_id if feed.recorded and feed.feed_id in taken else None
        former = [comparable_url(url) for url in feed.former]
        present = [comparable_url(feed.url)] if taken else []
        claims.append([own, *by_url.claims(present, former)])
    proposals = [ProposedId(feed.feed_id, "feed", feed.url, feed.recorded) for feed in feeds]
    feed_ids = with_new_ids(assigned(claims), proposals, taken)
    return [
        feed if feed.feed_id == feed_id else replace(feed, feed_id=feed_id)
        for feed, feed_id in zip(feeds, feed_ids, strict=True)
    ]


def _with_sources(feeds: Sequence[Feed], known: KnownIds, ids: SourceIds) -> list[Feed]:
    """Return the feeds with their sources: those of one id share one, which owns all domains.

    The domains of former URLs stay owned: the articles from there keep their keys.
    """
    before = {known_feed.feed_id: known_feed for known_feed in known.feeds}
    shared = {source.source_id: source for source in ids.listed}
    domains: dict[str, set[str]] = {}
    owners: list[str] = []
    for feed in feeds:
        known_feed = before.get(feed.feed_id)
        owner = _owner(feed, known_feed, ids)
        source = shared.setdefault(owner.source_id, owner)
        owned = domains.setdefault(source.source_id, set(source.domains))
        owned.update(feed.source.domains)
        urls = () if known_feed is None else known_feed.urls
        former = (domain_of(url, feed.customer_hosts) for url in urls if url != feed.url)
        owned.update(filter(None, former))
        owners.append(source.source_id)
    sources = {owner: owning(shared[owner], owned) for owner, owned in domains.items()}
    return [owned_by(feed, sources[owner]) for feed, owner in zip(feeds, owners, strict=True)]


def owning(source: Source, domains: Iterable[str]) -> Source:
    """Return the source with these domains."""
    owned = tuple(sorted(domains))  # a list may have 10,000: what stays as it is is not copied
    return source if source.domains == owned else replace(source, domains=owned)


def owned_by(feed: Feed, source: Source) -> Feed:
    """Return the feed as one of this source."""
    return feed if feed.source is source else replace(feed, source=source)


def _owner(feed: Feed, known_feed: KnownFeed | None, ids: SourceIds) -> Source:
    """Return a feed's source, with its id.

    Where that is the domain of its URL, as it is if nothing is said, a feed that moved keeps the
    source of the domain where it was, and one of a customer that of the host that it belonged to.
    """
    source, hosts = feed.source, feed.customer_hosts
    if known_feed is not None and source.name == domain_of(feed.url, hosts):
        name = ids.name_of(known_feed.source_id)
        former = [url for url in known_feed.urls if url != feed.url]
        before = {domain_of(url, hosts) for url in former}
        if name in before | {registrable_domain_of(url) for url in (*former, feed.url)}:
            return replace(source, source_id=known_feed.source_id, name=name)
    source_id = ids.id_of(source.name, source.source_id)
    return source if source.source_id == source_id else replace(source, source_id=source_id)


def folder_feeds(
    folders: Sequence[Folder], listed: Sequence[Feed], known: KnownIds, ids: SourceIds
) -> list[Feed]:
    """Return the feed of each folder: by its record, absolute path, relative path, former ones.

    Args:
        folders: the folders, in the order of the feeds returned.
        listed: the feeds of the sources file; those of kind `files` record ids of folders.
        known: the ids that the lake has.
        ids: those of its sources, and of the same file's.
    """
    before = {known_feed.feed_id: known_feed for known_feed in known.feeds}
    records = {feed.url: feed for feed in listed if feed.kind == "files"}
    claims = _folder_claims(folders, records, before)
    proposals = []
    for folder in folders:
        record = records.get(folder.absolute)
        recorded = record is not None and record.recorded
        new = record.feed_id if record and recorded else folder_id_of(folder.relative)
        proposals.append(ProposedId(new, "folder", folder.relative, recorded))
    feed_ids = with_new_ids(assigned(claims), proposals, {*before})
    owners = {known_feed.source_id for known_feed in known.feeds if known_feed.kind == "files"}
    feeds = []
    for folder, feed_id in zip(folders, feed_ids, strict=True):
        source = _folder_source(folder, before.get(feed_id), ids, owners)
        feeds.append(Feed(feed_id, source, "files", folder.relative, folder=folder.absolute))
    return feeds


def _folder_claims(
    folders: Sequence[Folder], records: Mapping[str, Feed], before: Mapping[str, KnownFeed]
) -> list[list[str | None]]:
    absolute, relative = IdsByName(), IdsByName()
    for known_feed in before.values():
        if known_feed.kind == "files":
            absolute.put(known_feed.folders, known_feed.feed_id)
            relative.put(known_feed.urls, known_feed.feed_id)
    claims: list[list[str | None]] = []
    for folder in folders:
        record = records.get(folder.absolute)
        own = record.feed_id if record and record.recorded and record.feed_id in before else None
        moved = record.former if record else ()
        now, former, past, _ = absolute.claims([folder.absolute], moved)
        beside, _, once, _ = relative.claims([folder.relative], ())
        claims.append([own, now, former, beside, past, once])
    return claims


def _folder_source(
    folder: Folder, known_feed: KnownFeed | None, ids: SourceIds, owners: Container[str]
) -> Source:
    """Return a folder's source: the one that it had, else one of its own, named by its path.

    `owners` are the sources of other folders: who supplies those is somebody else.
    """
    if known_feed is not None:
        return Source(known_feed.source_id, ids.name_of(known_feed.source_id))
    source_id = ids.id_of(folder.relative)
    if source_id in owners:
        return Source(ids.id_of(folder.absolute), folder.absolute)
    return Source(source_id, folder.relative)
