"""What rows do to the heads of their articles; pure, the same for one batch and for all."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from articles.duplicates.equal import text_key
from articles.model.article_rows import Revision, Sighting
from articles.model.batch import IndexHint
from articles.model.drafts import CONTENT_FIELDS
from articles.model.duplicate_rows import Member
from articles.model.entries import BodyKind
from articles.model.ids import hash64, short_hash
from articles.model.known import Head
from articles.revisions.states import content_fields, state_hash
from articles.urls.canonical import canonical
from warehouse.database.tables import from_micros, to_micros

_WIDTH = 4 + len(CONTENT_FIELDS)
"""How many numbers a revision takes: state, content, order, words, then its content fields."""
_BATCH = 1 << 32
"""What a batch's number is multiplied by in an order; the position in the batch is added."""

HeadRow = tuple[
    str, int, bytes, str, int, int | None, int, bool, str | None, str | None, int, int
]  # fmt: skip
"""A head as the index stores it; the columns of its table `heads`, in their order."""


@dataclass(slots=True)
class HeadBuilder:
    """An article's head as it grows: revisions first, then what carried and moved it."""

    article_id: str
    revision_no: int = 0
    revisions: "array[int]" = field(default_factory=lambda: array("q"))
    body_kind: BodyKind = "summary"
    url: int = 0
    """The hash64 of the canonical URL, 0 for none."""
    newest: int | None = None
    """The newest date of publication of its revisions, in microseconds since 1970 (UTC)."""
    undated: int = 0
    """How many revisions came since that date, the one that brought it included."""
    polled: bool = False
    """Whether a polled feed has carried the article."""
    group_id: str | None = None
    canonical_article_id: str | None = None

    @classmethod
    def of_row(cls, row: HeadRow) -> "HeadBuilder":
        """Return the head that a row of the index stands for, to grow further."""
        kind: BodyKind = "full" if row[3] == "full" else "summary"
        revisions = array("q")
        revisions.frombytes(row[2])
        return cls(row[0], row[1], revisions, kind, *row[4:7], bool(row[7]), *row[8:10])

    def row(self) -> HeadRow:
        """Return the head as the index stores it."""
        return (
            self.article_id, self.revision_no, self.revisions.tobytes(), self.body_kind, self.url,
            self.newest, self.undated, self.polled, self.group_id, self.canonical_article_id,
            *self._carries(),
        )  # fmt: skip

    def _carries(self) -> tuple[int, int]:
        """Return the text of the current revision, and the order of the first that held it."""
        contents, words = self.revisions[1::_WIDTH], self.revisions[3::_WIDTH]
        texts = [text_key(*pair) for pair in zip(contents, words, strict=True)]
        text = texts[self.revision_no - 1]
        return text, self.revisions[texts.index(text) * _WIDTH + 2]

    def revise(
        self, revision: Revision, batch_no: int, position: int, hint: IndexHint | None = None
    ) -> None:
        """Add a revision; the first is the current one until a sighting moves the article.

        `position` is that of the sighting which brought it, within its batch.
        """
        hashes = short_hash(revision.state_hash), short_hash(revision.content_hash)
        fields = _fields(revision) if hint is None else hint.fields
        order = batch_no * _BATCH + position
        self.revisions.extend((*hashes, order, revision.word_count, *fields))
        if self.revision_no == 0:
            self.revision_no, self.body_kind = 1, revision.body_kind
        newest = None if revision.published_from == "updated" else to_micros(revision.published_at)
        if newest is not None and (self.newest is None or newest > self.newest):
            self.newest, self.undated = newest, 1
        else:
            self.undated += 1

    def sight(self, sighting: Sighting, hint: IndexHint | None = None) -> None:
        """Take a sighting into account: it may make its revision the current one."""
        self.polled = self.polled or sighting.path is None
        if not sighting.moves:
            return
        # An entry without a link leaves the article the one that it had.
        url = _url_hash(sighting.url) if hint is None else hint.url_hash
        self.url = url or self.url
        self.revision_no, self.body_kind = sighting.revision_no, sighting.body_kind

    def join(self, member: Member) -> None:
        """Take the article's place in a group into account."""
        self.group_id = member.group_id
        self.canonical_article_id = member.canonical_article_id


def head_of(row: HeadRow) -> Head:
    """Return the head that a row of the index stands for."""
    revisions = array("q")
    revisions.frombytes(row[2])
    current = (row[1] - 1) * _WIDTH
    return Head(
        article_id=row[0],
        revision_no=row[1],
        states=tuple(revisions[0::_WIDTH]),
        contents=tuple(revisions[1::_WIDTH]),
        fields=tuple(revisions[current + 4 : current + _WIDTH]),
        body_kind="full" if row[3] == "full" else "summary",
        canonical_url=row[4] or None,
        newest_date=from_micros(row[5]),
        undated=row[6],
        polled=bool(row[7]),
        batch_no=revisions[current + 2] // _BATCH,
        group_id=row[8],
        canonical_article_id=row[9],
        words=tuple(revisions[3::_WIDTH]),
        orders=tuple(revisions[2::_WIDTH]),
    )


def grow(
    heads: dict[str, HeadBuilder],
    revisions: Iterable[Revision],
    sightings: Sequence[Sighting],
    batch_no: int,
    hints: Mapping[str, IndexHint],
) -> None:
    """Bring the heads of a batch's articles up to date with its rows.

    Args:
        heads: The heads before it, by article_id; those of new articles are added.
        revisions: The batch's revisions.
        sightings: The batch's sightings.
        batch_no: Its number.
        hints: What was known when the batch was decided, by entry_id: spares working it out.
    """
    positions = {sighting.entry_id: sighting.position for sighting in sightings}
    for revision in revisions:
        head = heads.setdefault(revision.article_id, HeadBuilder(revision.article_id))
        position = positions.get(revision.entry_id, 0)
        head.revise(revision, batch_no, position, hints.get(revision.entry_id))
    for sighting in sorted(sightings, key=lambda sighting: sighting.position):
        if sighting.article_id in heads:
            heads[sighting.article_id].sight(sighting, hints.get(sighting.entry_id))


def _fields(revision: Revision) -> tuple[int, ...]:
    # Whether a summary's content hash is its text's or, without a text, its title's follows from
    # the state hash: so the lake's widest column needn't be read to make the index anew.
    fields = _content_fields(revision, revision.content_hash)
    if revision.body_kind == "full" or state_hash(fields) == revision.state_hash:
        return fields
    return _content_fields(revision, None)


def _content_fields(revision: Revision, text_hash: str | None) -> tuple[int, ...]:
    return content_fields(
        revision.title, revision.title_from, text_hash, revision.authors, revision.published_at,
        revision.published_from, revision.language,
    )  # fmt: skip


def _url_hash(url: str | None) -> int | None:
    form = canonical(url)
    return None if form is None else hash64(form)
