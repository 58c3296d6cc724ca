"""What a page is that a server sends instead of a feed: a login, a question for consent, a wall."""

import re
from html import unescape

_HEAD = 256 * 1024
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,300})", re.IGNORECASE)
_PASSWORD = re.compile(r"<input\b[^>]{0,300}?\btype\s{0,3}=\s{0,3}[\"']?password", re.IGNORECASE)
_KINDS = (
    (
        re.compile(
            r"just a moment|attention required|captcha|are you (?:a )?(?:human|robot)|ddos|"
            r"verif(?:y|ying) (?:that )?you are|access denied|security check",
            re.IGNORECASE,
        ),
        "it wants a browser to prove itself",
    ),
    (
        re.compile(r"\bconsent|zustimm|consentement|consenso|consentimiento|gdpr", re.IGNORECASE),
        "it asks for consent",
    ),
    (
        re.compile(
            r"\b(?:log[ -]?in|sign[ -]?in|anmeld|einloggen|connexion|iniciar sesi|accedi"
            r"|logowanie)",
            re.IGNORECASE,
        ),
        "it asks for a login",
    ),
    (re.compile(r"cookies?\b|javascript", re.IGNORECASE), "it asks for cookies or JavaScript"),
    (
        re.compile(r"\b(?:404|not found|error|fehler|erreur|oops)\b", re.IGNORECASE),
        "it tells of an error",
    ),
    (re.compile(r"maintenance|wartung|be right back|coming soon", re.IGNORECASE), "it is closed"),
)


def page_instead(text: str) -> str:
    """Return what an HTML page says of itself, to be added to a sentence; "" for nothing."""
    head = text[:_HEAD]
    match = _TITLE.search(head)
    title = " ".join(unescape(match[1]).split()) if match else ""
    if _PASSWORD.search(head):
        return _sentence("it asks for a password", title)
    kinds = (kind for pattern, kind in _KINDS if pattern.search(title))
    return _sentence(kind, title) if (kind := next(kinds, "")) else ""


def _sentence(kind: str, title: str) -> str:
    return f": a page, and {kind}" + (f" (“{title[:80]}”)" if title else "")
