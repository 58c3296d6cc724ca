"""Walks a folder: every path below it, in a stable order, and what is to be done with it."""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from articles.errors import SeedsError
from articles.model.entries import Rejected
from connectors.parsing.rejections import reject

_KINDS = {
    ".txt": "txt",
    ".text": "txt",
    ".md": "md",
    ".markdown": "md",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".mhtml": "html",
    ".mht": "html",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".jsonlines": "jsonl",
    ".jl": "jsonl",  # Scrapy's
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".parquet": "parquet",
    ".xml": "feed",
    ".rss": "feed",
    ".atom": "feed",
    ".rdf": "feed",
}
"""What a name says of a file; its first bytes have the last word (formats/content.py)."""
_NEVER = re.compile(
    r".*(?:~|\.(?:bak|old|orig|te?mp|part|partial|crdownload|download|swp|lock|expected"
    r"|png|jpe?g|gif|webp|svg|ico|bmp|tiff?|avif|heic|mp[34]|m4[av]|mov|avi|mkv|webm|ogg|wav|flac"
    r"|woff2?|[to]tf|eot|css|m?js|map|ts|pyc?|sh|bat|exe|dll|so|bin|iso|zip|tar|tgz|bz2|xz|zst|7z"
    r"|rar|pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|epub|mobi|sqlite3?|db|duckdb|arrow|feather|pkl|npy|h5"
    r"|log|sql|ya?ml|toml|ini|cfg|conf|lnk|torrent|warc|parquet\.gz))"
)
"""Names under which no feed is looked for: other kinds of file, and copies that are unfinished."""


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
    skipped: str = ""
    """Why it is skipped, as the end of "it is …", if `kind` is None."""
    maybe_feed: bool = False
    """Whether it is skipped for its name alone, and may still be a feed by its first bytes."""


_HIDDEN = "hidden"
_SPECIAL = "a FIFO, socket or device"
_OWN = "a lake or an export of newslake"
_ALIAS = "a link to what is read under its own name"
OTHER = "of a kind that newslake does not read"

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
        return _skipped(inner, full, _HIDDEN)
    status = os.lstat(full)
    if stat.S_ISREG(status.st_mode):
        return _file(_shown_path(inner), full, (kind, gzipped), status)
    if stat.S_ISLNK(status.st_mode):
        return _link(top, inner, kind, gzipped=gzipped)
    if kind is not None:
        what = "a folder" if stat.S_ISDIR(status.st_mode) else "a FIFO, socket or device"
        return _problem(top, inner, "not_a_file", f"it is {what} called like a file")
    if not stat.S_ISDIR(status.st_mode):
        return _skipped(inner, full, _SPECIAL)
    names = _names_in(full)
    is_ours = any(marks.issubset(names) for marks in _OURS)
    return _skipped(inner, full, _OWN) if is_ours else names


def _file(
    path: str, full: Path, named: tuple[str | None, bool], status: os.stat_result
) -> ListedPath:
    """Return a regular file; of a kind that its name does not tell, it may be a feed."""
    if named[0] is not None:
        return ListedPath(path, full, *named, status.st_size, status.st_mtime_ns)
    maybe_feed = _may_be_feed(path) and status.st_size > 0
    return ListedPath(
        path, full, None, False, status.st_size, status.st_mtime_ns, None, OTHER, maybe_feed
    )


def _may_be_feed(path: str) -> bool:
    return _NEVER.fullmatch(path.rpartition("/")[2].lower()) is None


def _skipped(inner: str, full: Path, why: str) -> ListedPath:
    return ListedPath(_shown_path(inner), full, None, skipped=why)


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
        return _skipped(inner, top / inner, _ALIAS)
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
