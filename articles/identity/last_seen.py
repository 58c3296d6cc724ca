"""What an entry key carried last: whether an entry is known, and whether its key is shared.

A guid, link or id that several entries of one document share names none of them. So of such a key
all that it ever carried is known; of any other key only what it carried last, for going back to an
earlier state is an edit too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from articles.model.drafts import Draft
from articles.model.entries import SHARED_KEY, Rejected
from articles.model.ids import hash64
from articles.model.known import Known, LastSeen

Pair = tuple[int, int]
"""`entry_key_hash` of an entry key, and an entry's hash."""


@lru_cache(maxsize=64)
def poll_hash(poll_id: str) -> int:
    """Return the form of a poll's id in which is known who delivered an entry."""
    return hash64("poll", poll_id)


def is_unchanged(known: Known, pair: Pair, *, shares_key: bool = False) -> bool:
    """Tell whether a draft's entry is known; one that was rejected is not, now that it is read.

    `shares_key`: another entry of its document has its key too.
    """
    prior = known.last_seen.get(pair[0])
    if prior is not None and prior.entry_hash == pair[1] and prior.rejected:
        return False
    return is_known(known, pair, shares_key=shares_key)


def is_known(known: Known, pair: Pair, *, shares_key: bool = False) -> bool:
    """Tell whether an entry is what its key carried last, or ever, if it is a shared key.

    `shares_key`: another entry of its document has its key too.
    """
    prior = known.last_seen.get(pair[0])
    if prior is None:
        return False
    shared = shares_key or prior.is_shared
    return prior.entry_hash == pair[1] or (shared and pair in known.seen_before)


def update(known: Known, key_hash: int, now: LastSeen) -> None:
    """Add to `known` what a key carries now; the key is shared once two of one poll had it."""
    prior = known.last_seen.get(key_hash)
    if prior is not None and prior.entry_hash != now.entry_hash:
        if not prior.retryable:
            known.seen_before.add((key_hash, prior.entry_hash))
        same_poll = prior.poll == now.poll
        now = replace(now, is_shared=now.is_shared or prior.is_shared or same_poll)
    elif prior is not None and prior.is_shared:
        now = replace(now, is_shared=True)
    known.last_seen[key_hash] = now


def seen_before_needed(pairs: Iterable[Pair], known: Known) -> set[Pair]:
    """Return the entries of which `Known.seen_before` has to say whether they are known.

    They are those whose key carried something else last.
    """
    return {
        pair
        for pair in pairs
        if (prior := known.last_seen.get(pair[0])) is not None and prior.entry_hash != pair[1]
    }


def raws_needed(drafts: Iterable[Draft], known: Known, other_readers: int) -> set[str]:
    """Return the entries of which is wanted how they were delivered, by their ids.

    They are those that a draft follows, if another version of the reading may have read them:
    entry for entry the same, they differ by that alone.

    Args:
        drafts: the batch's.
        known: what the lake knows of them.
        other_readers: the last batch that another version of the reading read.
    """
    needed = set()
    for draft in drafts:
        prior = known.last_seen.get(draft.keys.entry_key_hash)
        if prior is None or prior.entry_hash == draft.entry_hash or prior.article_id is None:
            continue
        head = known.heads.get(prior.article_id)
        if head is not None and head.batch_no <= other_readers:
            needed.add(prior.entry_id)
    return needed


def with_shared_keys(
    drafts: Sequence[Draft | Rejected], keys: Sequence[int], other_keys: Iterable[int]
) -> list[Draft | Rejected]:
    """Return the drafts of one document; those whose key another entry of it has too say so.

    Args:
        drafts: what became of the entries that are new.
        keys: a hash of each draft's key, in their order.
        other_keys: such hashes of the document's other entries, each different entry once.
    """
    met, shared = set(other_keys), set[int]()
    for key in keys:
        (shared if key in met else met).add(key)
    if not shared:
        return list(drafts)
    return [
        _with_shared_key(draft) if key in shared else draft
        for draft, key in zip(drafts, keys, strict=True)
    ]


def _with_shared_key(draft: Draft | Rejected) -> Draft | Rejected:
    if isinstance(draft, Rejected):
        return replace(draft, shares_key=True)
    return draft if draft.shares_key else replace(draft, repairs=(*draft.repairs, SHARED_KEY))
