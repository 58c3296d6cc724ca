"""Bylines as feedparser reads them (`_sync_author_detail`): names and addresses, told apart."""

import re

from connectors.limits import BYLINE_LIMIT

_ADDRESS = re.compile(
    r"(([a-zA-Z0-9\_\-\.\+]+)@((\[[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.)|(([a-zA-Z0-9\-]+\.)+))"
    r"([a-zA-Z]{2,4}|[0-9]{1,3})(\]?))(\?subject=\S+)?"
)


class UncertainError(Exception):
    """Something is met that feedparser may read in its own way."""


class Bylines:
    """The authors of an entry or a feed; what one says may fill the next, as in feedparser."""

    __slots__ = ("author", "authors", "detail")

    def __init__(self) -> None:
        self.author = ""
        self.authors: list[dict[str, str]] = []
        self.detail: dict[str, str] | None = None

    def save(self, key: str, value: str) -> None:
        """Take what a child of an author element says."""
        if self.detail is None:
            self.detail = {}
        self.detail[key] = value
        self.agree()
        self.authors[-1][key] = value

    def agree(self) -> None:
        """Bring the last author and the byline as text into agreement."""
        last = self.authors[-1]
        if last:
            name, email = last.get("name"), last.get("email")
            self.author = f"{name} ({email})" if name and email else name or email or self.author
            return
        name, email = self.author, None
        if "@" in name:
            name, email = _split(name)
        if (name or email) and self.detail is None:
            self.detail = last
        if name:
            last["name"] = name
        if email:
            last["email"] = email


def _split(author: str) -> tuple[str, str | None]:
    """Return the name and the address of a byline."""
    if len(author) > BYLINE_LIMIT:
        raise UncertainError
    match = _ADDRESS.search(author)
    if match is None:
        return author, None
    for removed in (match[0], "()", "<>", "&lt;&gt;"):
        author = author.replace(removed, "")
    return author.strip().removeprefix("(").removesuffix(")").strip(), match[0]
