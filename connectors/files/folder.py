"""Walks a folder: every path below it, in a stable order, and what is to be done with it."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from articles.errors import SeedsError
from articles.model.entries import Rejected
from connectors.parsing.rejections import reject

_KINDS = {
    ".txt": "txt",
    ".md": "md",
    ".html": "html",
    ".htm": "html",
    ".mhtml": "html",
    ".mht": "html",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
    ".xml": "feed",
    ".rss": "feed",
    ".atom": "feed",
}


@dataclass(frozen=True, slots=True)
class ListedPath:
    """A path of a folder, and what is to be done with it."""

    path: str
    """The path in the folder, with `/`, valid UTF-8 (a byte that is none becomes `\\xNN`)."""
    full: Path
    """What to open: of a link to a hidden file of the same folder that file."""
    kind: str | None
    """How to read it (`_KINDS`), or `none` with a problem; None: skipped and counted."""
    gzipped: bool = False
    size: int = 0
    mtime_ns: int = 0
    problem: Rejected | None = None
    """Why it can't be read, known without opening it."""


_OURS = ({"catalog.sqlite", "writer.lock"}, {".newslake-export"})
"""Names that tell a lake's folder, or an export's: what newslake wrote is no news."""


def kind_of(name: str) -> tuple[str | None, bool]:
    """Return how a file of this name is read (None: not at all), and whether it is compressed."""
    stem, dot, suffix = name.lower().rpartition(".")
    if suffix != "gz":
        return _KINDS.get(dot + suffix), False
    _, dot, suffix = stem.rpartition(".")
    kind = _KINDS.get(dot + suffix)
    return (None, False) if kind == "parquet" else (kind, kind is not None)


def walk(root: Path) -> Iterator[ListedPath]:
    """Yield every path below the folder that is no folder, in the order of their parts as bytes.

    Hidden names are skipped with all below them. Links are not followed: one that leaves the
    folder, goes round in a loop or to nothing is a problem; one to something in the folder is
    skipped, since that is read under its own name, unless it is a file under a hidden name
    (as Kubernetes mounts settings). A folder called like a file that newslake reads (`x.txt`) is
    a problem and not entered; a lake and an export of newslake's own are skipped.

    Raises:
        SeedsError: the root is missing, no folder, or can't be listed.

    """
    try:
        top = Path(os.path.realpath(root))
        names = _names_in(top)
    except OSError as error:
        hint = "name an existing folder with --seeds"
        raise SeedsError(f"{root} is no folder that can be read: {error.strerror}", hint) from error
    return _walk(top, names)


def _walk(top: Path, names: list[str]) -> Iterator[ListedPath]:
    stack = [("", iter(names))]
    while stack:
        folder, rest = stack[-1]
        name = next(rest, None)
        if name is None:
            stack.pop()
            continue
        inner = f"{folder}/{name}" if folder else name
        try:
            listed = _path_or_names(top, inner, name)
        except (FileNotFoundError, NotADirectoryError):
            continue  # gone since its folder was listed
        except OSError as error:
            listed = _problem(top, inner, "unreadable", f"it can't be read: {error.strerror}")
        if isinstance(listed, ListedPath):
            yield listed
        else:
            stack.append((inner, iter(listed)))


def _path_or_names(top: Path, inner: str, name: str) -> ListedPath | list[str]:
    """Return what the path is; of a folder that is to be entered the names in it.

    Raises:
        OSError: the operating system refuses to say.

    """
    full = top / inner
    kind, gzipped = kind_of(name)
    if name.startswith("."):
        return ListedPath(_shown_path(inner), full, None)
    status = os.lstat(full)
    if stat.S_ISREG(status.st_mode):
        return ListedPath(
            _shown_path(inner), full, kind, gzipped, status.st_size, status.st_mtime_ns
        )
    if stat.S_ISLNK(status.st_mode):
        return _link(top, inner, kind, gzipped=gzipped)
    if kind is not None:
        what = "a folder" if stat.S_ISDIR(status.st_mode) else "a FIFO, socket or device"
        return _problem(top, inner, "not_a_file", f"it is {what} called like a file")
    if not stat.S_ISDIR(status.st_mode):
        return ListedPath(_shown_path(inner), full, None)
    names = _names_in(full)
    is_ours = any(marks.issubset(names) for marks in _OURS)
    return ListedPath(_shown_path(inner), full, None) if is_ours else names


def _link(top: Path, inner: str, kind: str | None, *, gzipped: bool) -> ListedPath:
    try:
        target = Path(os.path.realpath(top / inner, strict=True))
    except OSError as error:
        return _problem(top, inner, "symlink", f"it leads nowhere: {error.strerror}")
    if not target.is_relative_to(top):
        return _problem(top, inner, "symlink", "it is a link out of its folder")
    status = os.lstat(target)
    hidden = any(part.startswith(".") for part in target.relative_to(top).parts)
    if not (hidden and kind and stat.S_ISREG(status.st_mode)):
        return ListedPath(_shown_path(inner), top / inner, None)
    return ListedPath(_shown_path(inner), target, kind, gzipped, status.st_size, status.st_mtime_ns)


def _problem(top: Path, inner: str, reason: str, detail: str) -> ListedPath:
    path = _shown_path(inner)
    rejection = reject(path, reason, detail, retryable=reason == "unreadable")
    return ListedPath(path, top / inner, "none", problem=rejection)


def _names_in(folder: Path) -> list[str]:
    """Return the names in a folder, in the order of their bytes."""
    # Names alone: a folder may hold a million.
    return sorted(os.listdir(folder), key=os.fsencode)  # noqa: PTH208


def _shown_path(inner: str) -> str:
    if inner.isascii():
        return inner
    return os.fsencode(inner).decode("utf-8", "backslashreplace")
