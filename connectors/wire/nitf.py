"""NITF 3.x documents (IPTC News Industry Text Format) -> messages."""

from connectors.wire.message import Message
from connectors.wire.xml_tree import Node

_NO_TEXT = ("media", "media-caption", "media-producer", "media-metadata", "copyrite", "ednote")


def message_of(root: Node) -> Message:
    """Return the message of an `<nitf>` element.

    It was published when it was released, else issued; a caption is no text of it.
    """
    data = root.find("head/docdata") or Node("docdata", {})
    head = root.find("body/body.head") or Node("body.head", {})
    identifier = data.find("doc-id")
    fields: dict[str, object] = {
        "guid": identifier.attributes.get("id-string") if identifier else None,
        "title": _text(head, "hedline/hl1") or _text(root, "head/title"),
        "authors": bylines(head, "byline"),
        "body_html": body_of(root),
        "summary": _text(head, "abstract"),
        "published": _norm(data, "date.release") or _norm(data, "date.issue")
        or _norm(head, "dateline/story.date"),
        "language": root.attributes.get("lang") or _attribute(root, "body", "lang"),
        "publisher": _text(head, "distributor") or _attribute(data, "doc.copyright", "holder")
        or _attribute(data, "doc-id", "regsrc"),
    }  # fmt: skip
    status = data.attributes.get("management-status", "usable")
    return Message(fields, status, delivered={"nitf": root.plain()})


def body_of(root: Node) -> str | None:
    """Return the text of an `<nitf>` element as HTML; None if it has none."""
    parts = [
        part.html(*_NO_TEXT) for part in root.findall("body/body.content") if part.text(*_NO_TEXT)
    ]
    return "".join(parts) or None


def bylines(head: Node, name: str) -> list[str]:
    """Return the bylines of a message, without the titles of those who they name."""
    return [text for node in head.findall(name) if (text := node.text("byttl", "location"))]


def _text(node: Node, path: str) -> str | None:
    found = node.find(path)
    return (found.text() or None) if found else None


def _attribute(node: Node, path: str, name: str) -> str | None:
    found = node.find(path)
    return found.attributes.get(name) if found else None


def _norm(node: Node, path: str) -> str | None:
    found = node.find(path)
    return (found.attributes.get("norm") or found.text() or None) if found else None
