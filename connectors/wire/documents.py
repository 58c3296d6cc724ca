"""XML messages of agencies: NITF, NewsML-G2, NewsML 1 -> entries."""

import re
from itertools import islice

from articles.model.entries import Entry, Rejected
from connectors.limits import ENTRY_LIMIT
from connectors.parsing.rejections import reject
from connectors.wire import newsml1, newsml_g2, nitf
from connectors.wire.message import parsed
from connectors.wire.xml_tree import TreeError, tree_of

_HEAD = 16 * 1024
"""Bytes in which a message's root element stands."""
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_ROOT = re.compile(rb"<(?:[\w.-]{1,30}:)?([A-Za-z][\w.-]*)")
_ROOTS = {b"nitf", b"NewsML", *(name.encode() for name in newsml_g2.ROOTS)}


def is_message(data: bytes) -> bool:
    """Tell whether an XML document is a message of an agency, by its root element."""
    root = _ROOT.search(_COMMENT.sub(b"", data[:_HEAD]))
    return root is not None and root[1] in _ROOTS


def parse_message(text: str, path: str, repairs: tuple[str, ...]) -> list[Entry | Rejected] | None:
    """Return the entries of a document without XML declaration; None if it is of another kind."""
    try:
        root = tree_of(text)
    except TreeError as error:
        return [reject(path, "bad_xml", str(error), text.encode("utf-8", "replace"))]
    if root.name == "nitf":
        messages = [nitf.message_of(root)]
    elif root.name == "NewsML":
        messages = [*islice(newsml1.messages_of(root), ENTRY_LIMIT + 1)]
    elif root.name in newsml_g2.ROOTS:
        messages = [*islice(newsml_g2.messages_of(root), ENTRY_LIMIT + 1)]
    else:
        return None
    outcome = [parsed(message, path, repairs) for message in messages[:ENTRY_LIMIT]]
    if len(messages) > ENTRY_LIMIT:
        detail = f"it holds more than {ENTRY_LIMIT} messages; the first were read"
        outcome.append(reject(path, "too_large", detail, key=f"{path}#too_large"))
    return outcome or [reject(path, "empty", "a document without a message")]
