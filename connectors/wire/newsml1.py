"""NewsML 1.x documents (IPTC, 2000 to 2009) -> messages."""

from collections.abc import Iterator

from connectors.wire import nitf
from connectors.wire.message import Message
from connectors.wire.xml_tree import Node

_NOTHING = Node("", {})


def messages_of(root: Node) -> Iterator[Message]:
    """Yield the messages of a `<NewsML>` element: one for each of its `<NewsItem>`."""
    for element in root.findall("NewsItem"):
        yield _message(element)


def _message(element: Node) -> Message:
    """Return the message; its identifier is without the revision, which is its revision."""
    management = element.find("NewsManagement") or _NOTHING
    component = element.find("NewsComponent") or _NOTHING
    lines = next(component.everywhere("NewsLines"), _NOTHING)
    language = next(component.everywhere("Language"), _NOTHING)
    provider = next(component.everywhere("Provider", "Source"), _NOTHING)
    party = provider.find("Party") or _NOTHING
    html, plain = _body(component)
    fields: dict[str, object] = {
        "guid": _identifier(element),
        "title": _text(lines, "HeadLine"),
        "authors": nitf.bylines(lines, "ByLine"),
        "body_html": html,
        "body": plain,
        "published": _text(management, "FirstCreated"),
        "updated": _text(management, "ThisRevisionCreated"),
        "language": language.attributes.get("FormalName"),
        "publisher": party.attributes.get("FormalName"),
    }
    status = management.find("Status") or _NOTHING
    medium = next(component.everywhere("MediaType"), _NOTHING).attributes.get("FormalName", "text")
    return Message(
        fields, status.attributes.get("FormalName", "usable"), medium, {"NewsItem": element.plain()}
    )


def _identifier(element: Node) -> str | None:
    """Return `urn:newsml:<provider>:<date>:<id>` (NewsML 1.2, 5.6), without its revision."""
    identifier = element.find("Identification/NewsIdentifier") or _NOTHING
    parts = [_text(identifier, name) for name in ("ProviderId", "DateId", "NewsItemId")]
    if all(parts):
        return ":".join(["urn:newsml", *(part for part in parts if part)])
    return _text(identifier, "PublicIdentifier")


def _body(component: Node) -> tuple[str | None, str | None]:
    """Return the longest of the texts, as HTML, or as plain text."""
    htmls: list[str] = []
    texts: list[str] = []
    for content in component.everywhere("DataContent"):
        marked = next(content.everywhere("nitf"), None)
        if marked is not None:
            body = nitf.body_of(marked)
            htmls += [body] if body else []
        elif any(isinstance(child, Node) for child in content.children):
            html = next(content.everywhere("body", "body.content"), content)
            htmls += [html.html("media")] if html.text("media") else []
        elif content.text():
            texts.append("".join(child for child in content.children if isinstance(child, str)))
    return max(htmls, key=len, default=None), max(texts, key=len, default=None)


def _text(node: Node, path: str) -> str | None:
    return next((text for found in node.findall(path) if (text := found.text())), None)
