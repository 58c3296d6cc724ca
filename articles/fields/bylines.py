"""Bylines: who wrote it, as names in their order, split only where one clearly joins several.

A name is two to five words that begin with capitals (particles such as "de" and "van" aside), or
a news agency. "Doe, Jane", "Simon and Schuster" and "Ministry of Health and Welfare" stay whole.
"""

import re
from functools import lru_cache

from articles.model.drafts import Evidence
from articles.model.entries import Entry, Markup
from articles.text.clean import clean
from articles.text.normal_form import squash

LONGEST = 300
"""Characters; what is longer is no byline that a rule could read, and stays as it is."""
INHERITED, SPLIT = 0.5, 0.9
"""Confidence of the feed's own authors, and of names that a rule took apart."""

_PREFIX = re.compile(
    r"(?:(?:written|story|text|reporting|photos?)\s+)?by\s*:?\s+"
    r"|(?:автор|авторы|text|texte|texto|reporter|author)\s*:\s*"
    r"|(?:von|par|por|di|door|av|af)\s*:?\s+",
    re.IGNORECASE,
)
_SMALL_PREFIX = re.compile(r"(?:von|par|por|di|door|av|af)\s", re.IGNORECASE)
_ADDRESS = r"[^\s<>()@]+@[^\s<>()@]+"
_ADDRESS_THEN_NAME = re.compile(rf"(?:mailto:)?{_ADDRESS}\s*\(([^()]+)\)")
_NAME_THEN_ADDRESS = re.compile(rf"(.+?)\s*[<(](?:mailto:)?{_ADDRESS}[>)]")
_CLEAR = re.compile(r"\s*[;|、]\s*|\s+[•·]\s+")
_CONJUNCTIONS = r"and|und|et|y|e|en|og|och|ja|i|и|та|with|mit|avec|con"
_JOINT = re.compile(rf"\s*(?:,\s*(?:{_CONJUNCTIONS})\s|\s(?:{_CONJUNCTIONS}|&)\s|[,/&])\s*")
_COMMA = re.compile(r"\s*,\s*")
_PARTICLES = frozenset(
    """
    de del della der den des di da do dos das du van von vom zu zur la le el al bin bint ibn
    ben abu ter ten und af av y e
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
_AGENCIES = frozenset(
    """
    reuters ap afp dpa ansa efe itar-tass tass interfax xinhua upi pa bbc cnn bloomberg
    kyodo yonhap pti ani aap apa sda belga anp ntb tt ritzau lusa staff agencies
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
_ROLE = re.compile(
    r"\b(?:editors?|correspondents?|reporters?|writers?|columnist|journalist|producer|chief|bureau"
    r"|staff|contributors?|analyst|professor|director|photographer|redakteur(?:in)?|korrespondent(?:in)?"
    r"|redactora?|corresponsal|journaliste|correspondante?)\b",
    re.IGNORECASE,
)


def authors(entry: Entry) -> Evidence[tuple[str, ...]]:
    """Return the authors' names in their order, each once."""
    names: dict[str, str] = {}
    was_split = False
    for byline in entry.authors:
        of_byline = byline_names(byline)
        was_split = was_split or len(of_byline) > 1
        for name in of_byline:
            names.setdefault(squash(name).casefold(), name)
    if not names:
        return Evidence((), "none", 0.0)
    confidence = INHERITED if entry.authors_inherited else SPLIT if was_split else 1.0
    return Evidence(tuple(names.values()), entry.origin, confidence)


def byline_names(byline: str) -> tuple[str, ...]:
    """Return the names in one byline; an address that stands alone is one."""
    if len(byline) <= LONGEST:
        return _names(byline)
    text = " ".join(clean(Markup(byline))[0].split())
    return _names(text) if len(text) <= LONGEST else (text,)


@lru_cache(maxsize=4_096)
def _names(byline: str) -> tuple[str, ...]:
    text = " ".join(clean(Markup(byline))[0].split())
    parts = [_plain(part) for part in _CLEAR.split(_without_prefix(text))]
    return tuple(name for part in parts if part for name in _split(part) if name)


def _without_prefix(text: str) -> str:
    match = _PREFIX.match(text)
    if match is None:
        return text
    rest = text[match.end() :]
    # "Von der Leyen" and "di Stefano" are names: a byline's "Von" is followed by a whole one.
    if _SMALL_PREFIX.match(text):
        first = rest.split(" ", 1)[0]
        is_name = first.casefold() not in _PARTICLES and _is_name(_JOINT.split(rest)[0])
        return rest if text[0].isupper() and is_name else text
    return rest


def _plain(part: str) -> str:
    """Take a name out of "a@b.c (Jane Doe)" and "Jane Doe <a@b.c>"."""
    match = _ADDRESS_THEN_NAME.fullmatch(part) or _NAME_THEN_ADDRESS.fullmatch(part)
    return (match[1] if match else part).strip(' ,;|"')


def _split(part: str) -> list[str]:
    names = _JOINT.split(part)
    if len(names) > 1 and all(map(_is_name, names)):
        return names
    name, comma, role = part.partition(",")
    if comma and _is_name(name) and _ROLE.search(role) and not _JOINT.search(role.strip()):
        return [name]  # "Jane Doe, Political Editor"
    if len(names) > 1 and all(_is_name(name) or _ROLE.search(name) for name in names):
        kept = [name for name in names if _is_name(name) and not _ROLE.search(name)]
        if kept and _COMMA.search(part):
            return kept
    return [part]


def _is_name(text: str) -> bool:
    words = text.split()
    if not words or any(character.isdigit() for character in text) or "@" in text:
        return False
    if words[0].casefold() in _AGENCIES:
        return len(words) == 1 or words[1].casefold() in {"staff", "news", "reporters", "writers"}
    if not 2 <= len(words) <= 5 or _ROLE.search(text):
        return False
    return all(word[0].isupper() or word.casefold() in _PARTICLES for word in words) and (
        words[-1][0].isupper()
    )
