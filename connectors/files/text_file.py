"""Reads text files of one article each: .txt as it stands, .md with its front matter."""

import re
import tomllib
from dataclasses import replace
from datetime import date, time
from functools import lru_cache

from markdown_it import MarkdownIt

from articles.model.entries import Entry, Markup, Rejected
from connectors.limits import MARKDOWN_LIMIT
from connectors.parsing.chunk import FileChunk
from connectors.parsing.file_text import read_text
from connectors.parsing.named_fields import article_of
from connectors.parsing.rejections import reject
from connectors.rows.kinds import Aside
from connectors.rows.values import compact

_PAGE = re.compile(r"\s*(?:<!doctype html|<html[\s>])", re.IGNORECASE)
_FRONT = re.compile(r"\s*(---|\+\+\+)[ \t]*\r?\n(.*?)\r?\n\1[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_PAIR = re.compile(r"([A-Za-z_][\w .:-]{0,60}?)[ \t]*:(?:[ \t]+(.*))?")
_HEADING = re.compile(
    r"\s*(?:#[ \t]+(?P<atx>[^\n]{1,400}?)[ \t#]{0,99}"
    r"|(?P<setext>[^\n#>\-*|`][^\n]{0,400})\r?\n=+[ \t]*)(?:\r?\n|\Z)"
)
_TEXTS = {"text", "content", "body"}


def parse_txt(chunk: FileChunk) -> list[Entry | Rejected]:
    """Return the article that the text is; title, date and language are for `normalize` to find."""
    read = read_text(chunk)
    if isinstance(read, Rejected):
        return [read]
    text, repairs = read
    kind = "text/html" if _PAGE.match(text) else "text/plain"
    return [
        Entry(
            key=chunk.path,
            guid=chunk.path,
            path=chunk.path,
            content=Markup(text, kind),
            origin="file",
            raw=compact({"text": text}),
            repairs=repairs,
        )
    ]


def parse_md(chunk: FileChunk) -> list[Entry | Rejected]:
    """Return the article of a Markdown file, with its front matter's fields and first heading."""
    read = read_text(chunk)
    if isinstance(read, Rejected):
        return [read]
    text, repairs = read
    fields, body = front_matter(text)
    delivered, heading = body, _HEADING.match(body)
    # The text itself is no field of the front matter.
    fields = {name: value for name, value in fields.items() if name.casefold() not in _TEXTS}
    entry = article_of({**fields, "text": "."}, chunk.path, guid="file")
    if isinstance(entry, Aside):
        return [reject(chunk.path, entry.reason, entry.detail, chunk.data)]
    title = entry.title if entry else None
    if heading:
        own = inline(heading["atx"] or heading["setext"] or "").strip()
        if title is None and own:
            title = Markup(own)
        if title is not None and title.value.strip().casefold() == own.casefold():
            body = body[heading.end() :]
    if entry is None:
        return [reject(chunk.path, "empty", "it is empty", chunk.data)]
    content = rendered(body) if body.strip() else None
    return [
        replace(
            entry,
            title=title,
            content=content,
            raw=compact({**fields, "text": delivered if fields else text}),
            repairs=repairs,
        )
    ]


def front_matter(text: str) -> tuple[dict[str, object], str]:
    """Return the fields of YAML (`---`) or TOML (`+++`) front matter, and the text behind it.

    Of YAML what such files use: `name: value`, quoted or not, lists, and texts of several lines.
    Anything else is text, not an error.
    """
    match = _FRONT.match(text)
    if not match:
        return {}, text
    block, rest = match[2], text[match.end() :]
    if match[1] == "+++":
        try:
            front = tomllib.loads(block.replace("\r\n", "\n"))
        except (tomllib.TOMLDecodeError, RecursionError):
            return {}, text
        dates = (date, time)  # a datetime is a date
        return {
            name: value.isoformat() if isinstance(value, dates) else value
            for name, value in front.items()
        }, rest
    fields: dict[str, object] = {}
    name, more = "", []
    for line in [*block.splitlines(), "_:"]:
        pair = None if line[:1].isspace() else _PAIR.fullmatch(line.rstrip())
        if pair is None:
            if line.strip() and not line.lstrip().startswith("#"):
                more.append(line.strip())
            continue
        if name and more:
            fields[name] = _several(fields.get(name), more)
        name, more = pair[1], []
        fields[name] = _value(pair[2] or "")
    del fields["_"]
    return {name: value for name, value in fields.items() if value}, rest


def _several(first: object, lines: list[str]) -> object:
    """Return a list of the lines that begin with a dash, else the lines as one text."""
    if all(line.startswith("-") for line in lines):
        parts = (line.lstrip("- ").removeprefix("name:").strip() for line in lines)
        return [_unquoted(part) for part in parts]
    start = "" if first in {">", "|", ">-", "|-"} else str(first or "")
    return " ".join([start, *lines]).removeprefix(" ").removeprefix("name: ")


def _value(text: str) -> object:
    text = text.strip()
    if text[:1] == "[" and text[-1:] == "]":
        return [_unquoted(part.strip()) for part in text[1:-1].split(",") if part.strip()]
    return _unquoted(text if text[:1] in "\"'" else re.sub(r"\s#.*", "", text))


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1].replace('\\"', '"').replace("''", "'")
    return "" if text in {"null", "~"} else text


def rendered(body: str) -> Markup:
    """Return the Markdown (CommonMark and tables) as HTML, which `clean` makes paragraphs of."""
    if len(body) > MARKDOWN_LIMIT:
        return Markup(body)
    return Markup(_markdown().render(body), "text/html")


def inline(text: str) -> str:
    """Return the plain text of a line of Markdown: links as their text, without emphasis."""
    tokens = _markdown().parseInline(text)
    parts = [child for token in tokens for child in token.children or ()]
    return "".join(part.content for part in parts if part.type in {"text", "code_inline"})


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")
