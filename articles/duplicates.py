"""Comparing two revisions: whether two articles carry the same text."""

import json
from collections.abc import Mapping, Sequence

from articles.model import Head, KeyName, Known
from articles.revisions import short_hash
from articles.rows import Key, Match, Revision

SAME_TEXT = "same_text"
SAME_TEXT_VERSION = "same_text-1"
SAME_TEXT_WORDS = 20
"""Shorter equal texts prove nothing: two papers print "No comment." without copying."""


def compare(
    revisions: Sequence[Revision],
    texts: Mapping[str, KeyName],
    known: Known,
    heads: Mapping[str, Head],
) -> tuple[list[Match], list[Key]]:
    """Match each text that is new to its article with the article that stored it first.

    `texts` holds the key of each text by its content hash, `heads` are those after the batch.
    Returns the matches and the content keys of texts that nobody stored before. One match a text
    is enough: every carrier matches the first directly.
    """
    first: dict[int, str] = {}
    seen = {
        article_id: set(head.contents)
        for article_id, head in known.heads.items()
        if article_id in heads
    }
    matches: list[Match] = []
    keys: list[Key] = []
    for revision in revisions:
        content = short_hash(revision.content_hash)
        contents = seen.setdefault(revision.article_id, set())
        if content in contents:
            continue
        contents.add(content)
        name = texts[revision.content_hash]
        other_id = known.keys.get(name.key_hash) or first.get(name.key_hash)
        if other_id is None:
            first[name.key_hash] = revision.article_id
            keys.append(
                Key(name.key_hash, name.kind, name.scope, name.value, revision.article_id, False)
            )
        elif other_id != revision.article_id:
            other = heads.get(other_id) or known.heads[other_id]
            matches.append(_same_text(revision, other, other.contents.index(content) + 1))
    return matches, keys


def _same_text(revision: Revision, other: Head, other_revision_no: int) -> Match:
    enough = revision.word_count >= SAME_TEXT_WORDS
    evidence = {
        "content_hash": revision.content_hash,
        "words": revision.word_count,
        "words_needed": SAME_TEXT_WORDS,
        "revision_no": revision.revision_no,
        "other_revision_no": other_revision_no,
    }
    return Match(
        article_id=revision.article_id,
        other_article_id=other.article_id,
        method=SAME_TEXT,
        score=1.0,
        threshold=1.0,
        version=SAME_TEXT_VERSION,
        decision="same" if enough else "unsure",
        evidence=json.dumps(evidence),
        decided_at=revision.first_seen_at,
    )
