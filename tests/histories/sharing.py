"""The written rules of what one document lists side by side: what is shared names no article."""

from collections import Counter
from collections.abc import Sequence

from delivered import Entry, Feed, Key, is_home

TOLD_WORDS, LEAST_WORDS = 20, 4


def nameless(feed: Feed, document: Sequence[Entry]) -> set[Key]:
    """Return the guids and links that different entries of a document have."""
    named: dict[Key, list[Entry]] = {}
    for entry in dict.fromkeys(document):
        if entry.rejected:
            continue
        if entry.guid is not None:
            named.setdefault(("guid", feed.name, entry.guid), []).append(entry)
        if entry.link is not None and not is_home(entry.link):
            named.setdefault(("link", feed.name, entry.link), []).append(entry)
    return {key for key, several in named.items() if not _all_one(several)}


def claimed(document: Sequence[Entry]) -> set[tuple[object, ...]]:
    """Return the titles and dates that two entries of a document have."""
    stated = Counter((entry.title, entry.date) for entry in dict.fromkeys(document))
    return {pair for pair, count in stated.items() if count > 1}


def _all_one(entries: Sequence[Entry]) -> bool:
    longest = max(entries, key=lambda entry: (len(entry.text), str(entry)))
    return all(_is_same(longest, entry) for entry in entries if entry is not longest)


def _is_same(one: Entry, other: Entry) -> bool:
    """Tell whether it is one entry, listed twice; or states of one page."""
    links = [link and not is_home(link) and link for link in (one.link, other.link)]
    titled = bool(one.title and other.title)
    retitled = titled and one.title != other.title
    relinked = all(links) and links[0] != links[1]
    summarized = one.full != other.full and titled and not retitled
    apart = one.kin != other.kin and not summarized
    if titled and not retitled:
        return not (apart and (relinked or one.guid != other.guid))
    shorter, longer = sorted((one.text, other.text), key=len)
    least = TOLD_WORDS if retitled else LEAST_WORDS
    begins = bool(shorter) and longer.startswith(shorter) and len(shorter.split()) >= least
    if begins and not (retitled and relinked):
        return True
    return not apart and bool(links[0]) and links[0] == links[1]
