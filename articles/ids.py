"""Hashes and ids: short, stable strings, the same on every machine for the same input."""

import re
from hashlib import blake2b

_SLUG = re.compile(r"[a-z0-9][a-z0-9._/-]{0,39}")


def _joined(parts: tuple[str, ...]) -> bytes:
    # Lengths keep ("ab", "c") and ("a", "bc") apart; surrogates must not raise.
    return "".join([f"{len(part)}:{part}" for part in parts]).encode("utf-8", "surrogatepass")


def hash64(*parts: str) -> int:
    """Return a signed 64-bit BLAKE2b hash (RFC 7693) of the parts in their order."""
    return int.from_bytes(blake2b(_joined(parts), digest_size=8).digest(), "big", signed=True)


def hash128(*parts: str) -> str:
    """Return a 128-bit BLAKE2b hash of the parts as 32 hexadecimal digits."""
    return blake2b(_joined(parts), digest_size=16).hexdigest()


def short_id(*parts: str) -> str:
    """Return a 64-bit BLAKE2b hash of the parts as 16 hexadecimal digits."""
    return blake2b(_joined(parts), digest_size=8).hexdigest()


def hash_and_id(*parts: str) -> tuple[int, str]:
    """Return a 64-bit hash as `hash64` and an id as `short_id`, independent of each other."""
    digest = blake2b(_joined(parts), digest_size=16).digest()
    return int.from_bytes(digest[:8], "big", signed=True), digest[8:].hex()


def source_id_of(name: str) -> str:
    """Return the id of the source of this name: the name where it is plain, else its hash."""
    folded = " ".join(name.split()).casefold()
    slug = folded.replace(" ", "-")
    return slug if _SLUG.fullmatch(slug) else short_id("source", folded)
