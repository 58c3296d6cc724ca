"""Reads an XML message (NITF, NewsML) into a small tree, safely.

No entity of a DTD is expanded and no external one asked for: `decode.xml_text` takes the internal
subset away, expat has no handler for what is outside, and depth is bounded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html.entities import html5
from xml.parsers import expat

_DEPTH = 200
"""Elements in elements that are read; no message of an agency has a tenth of it."""
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_OF_XML = {"amp", "lt", "gt", "quot", "apos"}
# What XML 1.0 has no place for (2.2), but databases hold.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_VOID = {"br", "hr", "img"}
# NITF's names for what HTML has too.
_HTML_NAMES = {"block": "div", "bq": "blockquote", "hl1": "h2", "hl2": "h3", "nitf-table": "table"}


class TreeError(ValueError):
    """The document is no well-formed XML, or nested too deep."""


@dataclass(slots=True)
class Node:
    """An element: its name and its attributes' without prefixes, and what is in it."""

    name: str
    attributes: dict[str, str]
    children: "list[Node | str]" = field(default_factory=list)

    def findall(self, path: str) -> "Iterator[Node]":
        """Yield the elements at a path of names such as `head/docdata`."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if isinstance(child, Node) and child.name == name:
                if rest:
                    yield from child.findall(rest)
                else:
                    yield child

    def find(self, path: str) -> "Node | None":
        """Return the first element at a path of names."""
        return next(self.findall(path), None)

    def everywhere(self, *names: str) -> "Iterator[Node]":
        """Yield the elements of these names at any depth, in the document's order."""
        for child in self.children:
            if isinstance(child, Node):
                if child.name in names:
                    yield child
                yield from child.everywhere(*names)

    def text(self, *without: str) -> str:
        """Return the text at any depth with simple white space, but that of these elements."""
        return " ".join("".join(_texts(self, without)).split())

    def html(self, *without: str) -> str:
        """Return what is in the element as HTML, but these elements."""
        return "".join(_html(self, without))

    def plain(self) -> object:
        """Return the element as JSON has it: attributes under `@name`, a text alone as it is."""
        members: dict[str, list[object]] = {f"@{k}": [v] for k, v in self.attributes.items()}
        texts: list[str] = []
        for child in self.children:
            if isinstance(child, Node):
                members.setdefault(child.name, []).append(child.plain())
            else:
                texts.append(child)
        text = "".join(texts).strip()
        if not members:
            return text
        if text:
            members["#text"] = [text]
        return {name: values[0] if len(values) == 1 else values for name, values in members.items()}


def tree_of(text: str) -> Node:
    """Return the root element of a document without XML declaration and DTD subset.

    Raises:
        TreeError: it is no well-formed XML, or nested too deep.

    """
    root = Node("", {})
    open_nodes = [root]

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(open_nodes) > _DEPTH:
            raise TreeError("it is nested too deep")
        named = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        node = Node(name.rpartition(" ")[2], named)
        open_nodes[-1].children.append(node)
        open_nodes.append(node)

    def read(data: str) -> None:
        open_nodes[-1].children.append(data)

    def end(_: str) -> None:
        open_nodes.pop()

    def declared(*_: object) -> None:
        raise TreeError("it declares entities")

    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.EntityDeclHandler = read, declared
    try:
        parser.Parse(_plain(text).encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise TreeError(f"it is not well-formed XML: {error}") from None
    return next(child for child in root.children if isinstance(child, Node))


def _texts(node: Node, without: tuple[str, ...]) -> Iterator[str]:
    for child in node.children:
        if isinstance(child, str):
            yield child
        elif child.name not in without:
            yield from _texts(child, without)


def _html(node: Node, without: tuple[str, ...]) -> Iterator[str]:
    for child in node.children:
        if isinstance(child, str):
            yield escape(child, quote=False)
        elif child.name not in without:
            name, href = _HTML_NAMES.get(child.name, child.name), child.attributes.get("href")
            yield f'<{name} href="{escape(href)}">' if href else f"<{name}>"
            yield from _html(child, without)
            if name not in _VOID:
                yield f"</{name}>"


def _plain(text: str) -> str:
    """Return the text without characters that XML lacks, and with HTML's entities as characters."""
    if _CONTROL.search(text):
        text = _CONTROL.sub("", text)
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    name = match[1]
    if name.lower() in _OF_XML:  # HTML knows &LT; too
        return match[0].lower()
    return html5.get(f"{name};", match[0])
