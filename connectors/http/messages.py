"""What a fetcher is asked for, and what it returns."""

import builtins
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """A document that is to be fetched: its URL, and the validators of the last answer."""

    url: str
    etag: str | None = None
    """The ETag as received, its bytes read as Latin-1."""
    last_modified: str | None = None
    """The Last-Modified header as received, its bytes read as Latin-1."""
    validated_url: str | None = None
    """The URL that answered with these validators: they are sent to no other."""


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What came of a request; a failure is a result too."""

    url: str
    """The URL that answered last, or failed to; in normal form, without a fragment."""
    status: int | None = None
    """The HTTP status; None: no server answered."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """The headers, names in lower case, values read as Latin-1; without cookies."""
    body: builtins.bytes = b""
    """The body, decoded; empty if there is an error."""
    bytes: int = 0
    """Bytes of the body on the wire, as far as it was read."""
    left_out: int = 0
    """Entries of a feed that is too long: they stood between the two ends that the body holds."""
    duration_ms: int = 0
    """How long the exchange took, without the wait for its start."""
    error: str | None = None
    """A kind of articles.model.reasons.ERRORS; None for a document and for a 304."""
    detail: str = ""
    """One sentence for a person, where there is an error."""
