"""Decodes a feed document once for whichever parser reads it, and tells whether it is one.

Encoding: byte order mark, UTF-8, the header's charset, the XML declaration, detection; the first
that most of it is in. What is all ASCII by declaration (ISO-2022, HZ) comes before UTF-8.
"""

import re

from connectors.encodings.encodings import Decoded, decode, escaped_codec

_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,40})", re.IGNORECASE)
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>", re.IGNORECASE)
# Each part ends with the text at the latest: what is never closed would be sought again and again.
_SUBSET = re.compile(
    r"\"[^\"]*(?:\"|\Z)|'[^']*(?:'|\Z)|<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|\]\s*>", re.DOTALL
)
_NAME = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)")


def feed_text(data: bytes, charset: str | None) -> Decoded | None:
    """Return the text of a document, without a byte order mark; None if no encoding fits.

    `charset` is the one of a Content-Type header.
    """
    match = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf"))
    declared = match[1].decode("ascii") if match else None
    if charset is None or (escaped_codec(data, declared) and not escaped_codec(data, charset)):
        charset = declared
    decoded = decode(data, charset)
    if declared != charset and (decoded is None or decoded.repairs):
        again = decode(data, declared)
        decoded = again if again and not again.repairs else decoded
    if decoded is not None and decoded.text.startswith("\ufeff"):
        return Decoded(decoded.text.lstrip("\ufeff"), decoded.repairs)
    return decoded


def xml_text(text: str) -> tuple[str, str]:
    """Return the text without XML declaration and DTD subset, and why it is no feed ("": it is).

    The declaration would name another encoding than the text is handed on in, and the entities of a
    subset would be expanded.
    """
    declaration = _DECLARATION.match(text)
    text = text[declaration.end() :] if declaration else text
    position, doctypes = 0, 0
    while True:
        position = text.find("<", position)
        if position < 0:
            return text, "it is not XML"
        if text.startswith("<?", position):
            position = text.find("?>", position) + 1 or len(text)
        elif text.startswith("<!--", position):
            position = text.find("-->", position) + 1 or len(text)
        elif text[position : position + 9].upper() == "<!DOCTYPE":
            doctypes += 1
            if doctypes > 1:
                return text, "it has more than one DOCTYPE"
            text = _without_subset(text, position)
            position += 9
        else:
            break
    match = _NAME.match(text, position)
    root = match[1].casefold() if match else ""
    known = root in {"rss", "feed", "channel"} or (
        root == "rdf" and ("purl.org/rss" in text or "netscape.com/rdf" in text)
    )
    if known:
        return text, ""
    return text, f"its root element is <{match[1][:100]}>" if match else "it is not XML"


def _without_subset(text: str, position: int) -> str:
    """Return the text without the internal subset of the DOCTYPE that begins at `position`."""
    end, opening = text.find(">", position), text.find("[", position)
    if not 0 <= opening < end:
        return text
    closing = next((match for match in _SUBSET.finditer(text, opening) if match[0][0] == "]"), None)
    return text[:opening] + (text[closing.end() - 1 :] if closing else ">")
