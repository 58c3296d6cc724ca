"""What does not belong to a feed document and stands before or behind it: warnings, counters.

A PHP warning, blank lines or a comment before the XML declaration, a second declaration, a byte
order mark inside, what a server appends: no parser takes such a document for well-formed.
"""

import re

_HEAD = 64 * 1024
"""Characters in which a feed has to begin."""
_TOKEN = re.compile(
    r"(?P<quiet><!--.*?(?:-->|\Z))|(?P<declaration><\?xml\s.*?(?:\?>|\Z))|(?P<other><\?.*?(?:\?>|\Z))"
    r"|<(?P<root>rss|feed|channel|(?:[\w-]{1,20}:)?RDF)(?=[\s>])|</?(?P<tag>[A-Za-z][A-Za-z0-9]*)|<!",
    re.DOTALL | re.IGNORECASE,
)
_SURE = re.compile(r"<[^<>]{0,4000}?\b(?:version|xmlns)\b", re.IGNORECASE)
_OF_WARNINGS = (
    "a b br center code div em font h1 h2 h3 hr i li ol p pre script small span strong style table"
    " tbody td th thead tr tt u ul"
)
_PRINTED = frozenset(_OF_WARNINGS.split())
"""Elements in which warnings are printed; behind others no feed is sought."""
_PAGE = re.compile(r"<(?:!doctype|html|head|body)\b", re.IGNORECASE)
_JSON = re.compile(r'\{\s{0,99}"(?:version|title|items|home_page_url|feed_url)"\s{0,9}:')
_QUIET = re.compile(r"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)", re.DOTALL)
_ENTRY = re.compile(r"<(?:\w{1,20}:)?(?:item|entry)[\s>]", re.IGNORECASE)


def without_junk(text: str) -> tuple[str, str]:
    """Return the text of a feed alone, and what stood around it as a sentence; "" for nothing.

    `text` has no white space before it. A page that holds a feed somewhere is left as it is.
    """
    if text[:1] == "{":
        return _json_alone(text)
    start, name = _start(text)
    if start < 0:
        return _json(text)
    after = _end(text, name)
    if not start and after == len(text):
        return text, ""
    where = [word for word, junk in (("before", start), ("behind", after < len(text))) if junk]
    return text[start:after], f"something else stands {' and '.join(where)} the feed"


def _start(text: str) -> tuple[int, str]:
    """Return where a feed begins (0: where it should) and its root's name; -1 where none does."""
    position, clean = 0, True
    for token in _TOKEN.finditer(text, 0, _HEAD):
        clean = clean and not text[position : token.start()].strip()
        position = token.end()
        if token["root"]:
            start = 0 if clean else token.start()
            return (start if clean or _SURE.match(text, start) else -1), token["root"]
        if token["declaration"]:
            clean = clean and not token.start()
        elif not token["quiet"] and not token["other"]:
            clean = False
            if (token["tag"] or "").lower() not in _PRINTED:
                break
    return -1, ""


def _end(text: str, name: str) -> int:
    """Return where a feed ends: behind its root, if more than comments follows and no entry."""
    end = text.find(">", text.rfind(f"</{name}"))
    if end < 0 or len(text) - end < 3:
        return len(text)
    rest = text[end + 1 :]
    junk = rest and not rest.isspace() and _QUIET.sub("", rest).strip()
    return end + 1 if junk and not _ENTRY.search(rest) else len(text)


def _json_alone(text: str) -> tuple[str, str]:
    """Return a JSON Feed without what a server appended, and that it did."""
    if text[-2000:].rstrip()[-1:] == "}":
        return text, ""
    end = text.rfind("}") + 1
    return (text[:end], "something else stands behind the feed") if end else (text, "")


def _json(text: str) -> tuple[str, str]:
    """Return a JSON Feed behind a warning, and that it is; another text as it is."""
    match = _JSON.search(text, 0, _HEAD)
    if match is None or _PAGE.search(text, 0, match.start()) or '"items"' not in text:
        return text, ""
    text, behind = _json_alone(text[match.start() :])
    return text, f"something else stands before{' and behind' if behind else ''} the feed"
