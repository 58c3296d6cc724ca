"""NewsML-G2 documents (IPTC; namespace http://iptc.org/std/nar/2006-10-01/) -> messages."""

from collections.abc import Iterator

from connectors.wire import nitf
from connectors.wire.message import Message
from connectors.wire.xml_tree import Node

ROOTS = ("newsMessage", "newsItem", "packageItem", "itemSet")
_LISTS = ("packageItem", "knowledgeItem", "conceptItem", "planningItem", "catalogItem")
_NO_TEXT = ("script", "style", "figure")
_NOTHING = Node("", {})
_PAGES = ("canonical", "alternate", "permalink", "webpage", "hasrepresentation")


def messages_of(root: Node) -> Iterator[Message]:
    """Yield what a document holds: the messages of a `newsMessage`, or the one that it is."""
    if root.name in {"newsItem", *_LISTS}:
        yield _message(root)
    else:
        for element in root.everywhere("newsItem", *_LISTS):
            yield _message(element)


def _message(element: Node) -> Message:
    """Return the message; what its identifier leaves out is its version, which is its revision."""
    meta = element.find("itemMeta") or _NOTHING
    content = element.find("contentMeta") or _NOTHING
    changed = _text(meta, "versionCreated")
    first = _text(meta, "firstCreated") or _text(content, "contentCreated")
    if element.attributes.get("version", "1") == "1":
        first = first or changed
    html, plain = _body(element)
    fields: dict[str, object] = {
        "guid": element.attributes.get("guid"),
        "url": _page(meta),
        "title": _text(content, "headline") or _text(meta, "title"),
        "authors": nitf.bylines(content, "by") or _names(content, "creator"),
        "body_html": html,
        "body": plain,
        "summary": _text(content, "description"),
        "published": _text(meta, "embargoed") or first,
        "updated": changed,
        "language": _attribute(content, "language", "tag") or element.attributes.get("lang"),
        "publisher": _provider(meta, content),
    }
    nature = "package" if element.name in _LISTS else _code(meta, "itemClass") or "text"
    status = _code(meta, "pubStatus") or "usable"
    return Message(fields, status, nature, {element.name: element.plain()})


def _body(element: Node) -> tuple[str | None, str | None]:
    """Return the longest of the texts of the content set, as HTML, or as plain text."""
    htmls: list[str] = []
    texts: list[str] = []
    for inline in element.findall("contentSet/inlineXML"):
        for root in (child for child in inline.children if isinstance(child, Node)):
            body = nitf.body_of(root) if root.name == "nitf" else _xhtml(root)
            if body:
                htmls.append(body)
    for inline in element.findall("contentSet/inlineData"):
        text = "".join(child for child in inline.children if isinstance(child, str)).strip()
        if text:
            is_html = "html" in inline.attributes.get("contenttype", "")
            (htmls if is_html else texts).append(text)
    return max(htmls, key=len, default=None), max(texts, key=len, default=None)


def _xhtml(root: Node) -> str | None:
    body = root.find("body") or root
    return body.html(*_NO_TEXT) if body.text(*_NO_TEXT) else None


def _page(meta: Node) -> str | None:
    """Return the address of the page that a link names as this message's own."""
    for link in meta.findall("link"):
        kind = link.attributes.get("rel", "").rpartition(":")[2].casefold()
        address = link.attributes.get("href", "")
        if kind in _PAGES and address.startswith(("http://", "https://")):
            return address
    return None


def _provider(meta: Node, content: Node) -> str | None:
    for node, name in ((meta, "provider"), (content, "infoSource"), (content, "creditline")):
        found = node.find(name)
        if found is not None:
            told = _text(found, "name") or found.attributes.get("literal") or found.text()
            told = told or found.attributes.get("qcode", "").rpartition(":")[2]
            if told:
                return told
    return None


def _names(content: Node, name: str) -> list[str]:
    return [told for node in content.findall(name) if (told := _text(node, "name"))]


def _text(node: Node, path: str) -> str | None:
    return next((text for found in node.findall(path) if (text := found.text())), None)


def _attribute(node: Node, path: str, name: str) -> str | None:
    found = node.find(path)
    return found.attributes.get(name) if found else None


def _code(node: Node, path: str) -> str | None:
    return _attribute(node, path, "qcode") or _attribute(node, path, "uri")
