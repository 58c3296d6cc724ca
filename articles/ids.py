"""Hashes and ids: short, stable strings, the same on every machine for the same input."""

import base64
import re
from hashlib import blake2b

_SLUG = re.compile(r"[a-z0-9][a-z0-9._/-]{0,39}")


def _joined(parts: tuple[str, ...]) -> bytes:
    # Length prefixes keep ("ab", "c") and ("a", "bc") apart; surrogates must not raise.
    return b"".join(
        len(data).to_bytes(4, "big") + data
        for data in (part.encode("utf-8", "surrogatepass") for part in parts)
    )


def hash64(*parts: str) -> int:
    """Return a signed 64-bit BLAKE2b hash (RFC 7693) of the parts in their order."""
    return int.from_bytes(blake2b(_joined(parts), digest_size=8).digest(), "big", signed=True)


def hash128(*parts: str) -> str:
    """Return a 128-bit BLAKE2b hash of the parts as 32 hexadecimal digits."""
    return blake2b(_joined(parts), digest_size=16).hexdigest()


def short_id(*parts: str) -> str:
    """Return a 64-bit BLAKE2b hash of the parts as 13 characters of base32 (RFC 4648, lower case)."""
    digest = blake2b(_joined(parts), digest_size=8).digest()
    return base64.b32encode(digest).decode("ascii").rstrip("=").lower()


def source_id_of(name: str) -> str:
    """Return the id of the source of this name: the name itself where it is plain, else its hash."""
    folded = " ".join(name.split()).casefold()
    slug = folded.replace(" ", "-")
    return slug if _SLUG.fullmatch(slug) else short_id("source", folded)
