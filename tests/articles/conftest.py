"""A maker of drafts, so that identity and revisions are tested without parsing anything."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from articles.identity.keys import keys_of
from articles.identity.readable_ids import source_id_of
from articles.model.drafts import Draft, Evidence
from articles.model.entries import Entry, Markup, Source
from articles.model.ids import hash64, hash128
from articles.revisions.states import content_fields, state_hash
from articles.text.normal_form import squash, word_count
from articles.urls.canonical import canonical, is_root
from articles.urls.ownership import owns

MakeDraft = Callable[..., Draft]


@pytest.fixture
def make_draft() -> MakeDraft:
    """Return a function that makes a draft of a polled feed (or of a file, with `path`)."""

    def make(
        body: str | None = "",
        *,
        guid: str | None = None,
        url: str | None = None,
        path: str | None = None,
        title: str | None = None,
        authors: tuple[str, ...] = (),
        published: datetime | None = None,
        published_from: str = "feed",
        feed: str = "feed",
        source: str = "paper",
        domains: tuple[str, ...] = ("paper.example",),
        kind: str = "full",
        language: str | None = "en",
    ) -> Draft:
        key = guid or url or hash128(title or "", body or "")
        entry = Entry(
            key=key, guid=guid, url=url, path=path,
            title=None if title is None else Markup(title), content=Markup(body or ""),
        )  # fmt: skip
        canonical_url = canonical(url)
        owned = path is not None or (canonical_url is not None and owns(domains, canonical_url))
        content_hash = hash128(squash(body or title or ""))
        title_from = "text" if title is None else "feed"
        fields = content_fields(
            title, title_from, content_hash if body else None, authors, published,
            published_from, language,
        )  # fmt: skip
        return Draft(
            entry=entry,
            entry_hash=hash64(str(title), str(body), str(url), str(published), str(authors)),
            feed_id=feed,
            source=Source(source_id_of(source), source, domains),
            title=Evidence(title, title_from, 1.0),  # type: ignore[arg-type]
            body=body or None,
            body_kind=kind,  # type: ignore[arg-type]
            summary=None,
            authors=Evidence(authors, "feed", 1.0),
            published_at=Evidence(published, published_from, 1.0),  # type: ignore[arg-type]
            language=Evidence(language, "text", 0.9),
            url=Evidence(url, "feed", 1.0),
            canonical_url=canonical_url,
            url_is_key=canonical_url is not None and not is_root(canonical_url),
            owned=owned,
            polled=path is None,
            word_count=word_count(body or title or ""),
            content_hash=content_hash,
            fields=fields,
            state_hash=state_hash(fields),
            keys=keys_of(
                feed, entry, source_id_of(source), canonical_url, content_hash,
                url_is_key=canonical_url is not None and not is_root(canonical_url), owned=owned,
            ),
        )  # fmt: skip

    return make


@pytest.fixture
def now() -> datetime:
    """Return the time of the tests."""
    return datetime(2024, 7, 2, 12, tzinfo=UTC)
