"""Hashes and ids: short, stable strings, the same on every machine for the same input."""

from hashlib import blake2b


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


def short_hash(hexadecimal: str) -> int:
    """Return the 64-bit form (signed) of a 128-bit hash's hexadecimal digits, as heads hold it."""
    return int.from_bytes(bytes.fromhex(hexadecimal[:16]), "big", signed=True)
