"""XML messages of agencies: NITF, NewsML-G2, NewsML 1 -> entries."""

import re

from articles.model.entries import Entry, Rejected
from connectors.parsing.rejections import reject
from connectors.wire import newsml1, newsml_g2, nitf
from connectors.wire.message import parsed
from connectors.wire.xml_tree import TreeError, tree_of

_HEAD = 16 * 1024
"""Bytes in which a message's root element stands."""
_ROOT = re.compile(rb"<(?:[\w.-]{1,30}:)?(nitf|NewsML|newsMessage|newsItem|packageItem)[\s>]")


def is_message(data: bytes) -> bool:
    """Tell whether an XML document is a message of an agency, by an element at its beginning."""
    return _ROOT.search(data[:_HEAD].lstrip(b"\xef\xbb\xbf")) is not None


def parse_message(text: str, path: str, repairs: tuple[str, ...]) -> list[Entry | Rejected] | None:
    """Return the entries of a document without XML declaration; None if it is of another kind."""
    try:
        root = tree_of(text)
    except TreeError as error:
        return [reject(path, "bad_xml", str(error), text.encode("utf-8", "replace"))]
    if root.name == "nitf":
        messages = [nitf.message_of(root)]
    elif root.name == "NewsML":
        messages = [*newsml1.messages_of(root)]
    elif root.name in newsml_g2.ROOTS:
        messages = [*newsml_g2.messages_of(root)]
    else:
        return None
    outcome = [parsed(message, path, repairs) for message in messages]
    return outcome or [reject(path, "empty", "a document without a message")]
