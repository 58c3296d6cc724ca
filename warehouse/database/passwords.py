"""Takes the password out of PostgreSQL's connection string, so that nothing can show it."""

import os
import re
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

from articles.errors import LakeError

_URI = re.compile(r"(postgres(?:ql)?://)([^/?]*)([^?]*)(?:\?(.*))?", re.DOTALL)
_PAIR = re.compile(r"\s*(\w+)\s*=\s*('(?:\\.|[^'\\])*'|(?!')(?:\\.|[^\s\\])*)\s*", re.DOTALL)
_BAD_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class Passfile:
    """A file for libpq that says a password, readable for this process's user only, until closed.

    On Linux it is in memory only, so that nothing is left of it even after kill -9.
    """

    def __init__(self, password: bytes) -> None:
        escaped = password.replace(b"\\", b"\\\\").replace(b":", b"\\:")
        if hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir():
            descriptor = os.memfd_create("newslake-passfile")
            os.fchmod(descriptor, 0o600)  # libpq ignores a file that others may read
            self.path, named = f"/proc/self/fd/{descriptor}", False
        else:
            descriptor, self.path = tempfile.mkstemp(prefix="newslake-passfile-")
            named = True
        os.write(descriptor, b"*:*:*:*:" + escaped + b"\n")
        # Also when it is forgotten, or the process ends without closing it.
        self.close = weakref.finalize(self, _remove, descriptor, self.path if named else None)
        """Remove it; doing so twice is harmless."""


def _remove(descriptor: int, path: str | None) -> None:
    os.close(descriptor)
    if path is not None:
        with suppress(OSError):
            Path(path).unlink()


def without_password(conninfo: str) -> tuple[str, Passfile | None]:
    """Return a connection string without its password, and the file that it names instead.

    Raises LakeError, which does not show it, for one that libpq would not understand: its own
    message repeats parts of it.
    """
    match = _URI.fullmatch(conninfo)
    bare, password = _of_uri(match) if match else _of_pairs(conninfo)
    if not password:
        return bare, None
    if b"\n" in password or b"\0" in password:
        raise _unreadable("the password has a line break or a NUL in it")
    passfile = Passfile(password)
    # Else a PGPASSWORD in the environment would win over the file.
    if match:
        separator = "&" if "?" in bare else "?"
        return f"{bare}{separator}password=&passfile={quote(passfile.path, safe='')}", passfile
    path = passfile.path.replace("\\", "\\\\").replace("'", "\\'")
    return f"{bare} password='' passfile='{path}'", passfile


def _of_uri(match: re.Match[str]) -> tuple[str, bytes]:
    scheme, authority, path, query = match.groups()
    if authority.count("@") > 1 or ("@" not in authority and "@" in path):
        raise _unreadable("in a URI the characters @, / and : of a password are %40, %2F and %3A")
    user, at, hosts = authority.rpartition("@")
    user, _, password = user.partition(":")
    parts = query.split("&") if query else []
    given = [part for part in parts if _key(part) == "password"]
    kept = [part for part in parts if _key(part) != "password"]
    if given:  # libpq: the last one counts
        password = given[-1].partition("=")[2]
    if _BAD_PERCENT.search(password.encode()):
        raise _unreadable("in a URI the character % of a password is %25")
    bare = f"{scheme}{user}{at}{hosts}{path}" + (f"?{'&'.join(kept)}" if kept else "")
    return bare, unquote_to_bytes(password)


def _key(part: str) -> str:
    return unquote_to_bytes(part.partition("=")[0]).decode(errors="replace")


def _of_pairs(conninfo: str) -> tuple[str, bytes]:
    position, kept, password = 0, [], ""
    while match := _PAIR.match(conninfo, position):
        position = match.end()
        if match[1] == "password":
            password = match[2]
        else:
            kept.append(f"{match[1]}={match[2]}")
    if position != len(conninfo):
        raise _unreadable("it is made of name=value or name='va lue'")
    if password.startswith("'"):
        password = password[1:-1]
    return " ".join(kept), re.sub(r"\\(.)", r"\1", password, flags=re.DOTALL).encode()


def _unreadable(why: str) -> LakeError:
    message = f"the catalog's connection string can't be read: {why}"
    return LakeError(message, "Correct it; it is what PostgreSQL's programs, such as psql, take.")
