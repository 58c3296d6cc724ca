"""The body of a polled feed, as a worker is handed it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a response that should be a feed document, and what reading it needs."""

    data: bytes
    charset: str | None = None
    """The charset of the Content-Type header."""
    url: str | None = None
    """The URL that answered."""
    plain: bool = True
    """Whether the fast path may read it."""
    left_out: int = 0
    """Entries of a document that is too long, of which the data holds both ends."""
