"""Reads a list of URLs, one a line, from a file or from standard input."""

import re
import sys
from pathlib import Path

from articles.errors import SettingsError
from flows.terminal.text import printable

_COMMENT = re.compile(r"(?:^|\s)\s*#.*")


def listed_urls(listed: str) -> list[tuple[str, str]]:
    """Return the URLs of a file (`-`: of standard input), each with where it stands.

    Raises SettingsError for a file that can't be read or is not in UTF-8.
    """
    name = "standard input" if listed == "-" else listed
    urls = []
    for number, line in enumerate(_text(listed, name).split("\n"), start=1):
        url = _COMMENT.sub("", line).strip()
        if url:
            urls.append((f"{name}, line {number}: “{printable(url[:200])}”", url))
    return urls


def _text(listed: str, name: str) -> str:
    try:
        data = sys.stdin.buffer.read() if listed == "-" else Path(listed).expanduser().read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        message = f"{name} can't be read: {reason}."
        raise SettingsError(message, "Nothing was added. Name another file by --from.") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line_no = data.count(b"\n", 0, error.start) + 1
        message = f"{name}, line {line_no}: this is not UTF-8."
        raise SettingsError(message, "Nothing was added. Save it in that encoding.") from error
