"""One question for a document, and what came of it."""

import builtins
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """A question for a document: its URL, and the validators of the answer that is held."""

    url: str
    etag: str | None = None
    """As received, its bytes read as Latin-1."""
    last_modified: str | None = None
    """Likewise."""
    validated_url: str | None = None
    """The URL that answered with them: they are sent to no other."""


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What came of it; a failure is an answer too."""

    url: str
    """That answered last, or failed to; in normal form, without a fragment."""
    status: int | None = None
    """None: it did not answer."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Its names in lower case, its values read as Latin-1; without cookies."""
    body: builtins.bytes = b""
    """Decoded; empty if there is an error."""
    bytes: int = 0
    """Of the body on the wire, as far as it was read."""
    duration_ms: int = 0
    """Of the exchange, without waiting for turns."""
    error: str | None = None
    """A kind of articles.kinds.ERRORS; None for a document and for a 304."""
    detail: str = ""
    """One sentence for a person, where there is an error."""
