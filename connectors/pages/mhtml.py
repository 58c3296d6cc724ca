"""Takes the page out of a web archive of one page (MHTML, RFC 2557), as browsers save it."""

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import Message

_HEAD = re.compile(
    rb"\s{0,100}(?:From|MIME-Version|Subject|Date|Snapshot-Content-Location|Content-Type|Message-ID"
    rb"|X-[\w-]{1,40})\s?:",
    re.IGNORECASE,
)
_KIND = re.compile(
    rb"^content-type:\s{0,9}(?:multipart/related|text/html)", re.IGNORECASE | re.MULTILINE
)
_HEAD_BYTES = 4_096
"""Bytes in which the message's own header stands."""


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """The page of a message."""

    html: bytes
    charset: str | None
    url: str | None
    """Where it was saved, as its header says."""


def archived_page(data: bytes) -> ArchivedPage | None:
    """Return the page of a message; None if the bytes are no message or hold no page."""
    head = data[:_HEAD_BYTES]
    if b"mime-version" not in head.lower() or not _HEAD.match(head) or not _KIND.search(head):
        return None
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            html = part.get_payload(decode=True)
            if isinstance(html, bytes) and html.strip():
                return ArchivedPage(html, part.get_content_charset(), _location(message, part))
    return None


def _location(message: Message, part: Message) -> str | None:
    for holder, name in (
        (message, "Snapshot-Content-Location"),
        (part, "Content-Location"),
        (message, "Content-Location"),
    ):
        if value := holder.get(name):
            return "".join(str(value).split())
    return None
