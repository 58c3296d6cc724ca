"""Walking a folder: which paths are found, in which order, and which are rejected."""

import os
import socket
from pathlib import Path

import pytest

from articles.errors import SeedsError
from connectors.files.folder import ListedPath, kind_of, walk


def found_in(root: Path) -> dict[str, ListedPath]:
    """Return what the walk finds, by path."""
    return {listed.path: listed for listed in walk(root)}


def reason(listed: ListedPath) -> str | None:
    """Return why the path is a problem, if it is."""
    return listed.problem.reason if listed.problem else None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.txt", ("txt", False)),
        ("a.MD", ("md", False)),
        ("A.Html", ("html", False)),
        ("a.htm.GZ", ("html", True)),
        ("a.json", ("json", False)),
        ("a.ndjson", ("jsonl", False)),
        ("a.b.jsonl.gz", ("jsonl", True)),
        ("a.csv", ("csv", False)),
        ("a.tsv", ("csv", False)),
        ("a.TAB.gz", ("csv", True)),
        ("a.jl", ("jsonl", False)),
        ("a.rdf", ("feed", False)),
        ("a.parquet", ("parquet", False)),
        ("a.parquet.gz", (None, False)),
        ("a.xml", ("feed", False)),
        ("a.rss", ("feed", False)),
        ("a.atom.gz", ("feed", True)),
        ("txt", (None, False)),
        ("a.gz", (None, False)),
        ("gz", (None, False)),
        ("a.txt.bak", (None, False)),
    ],
)
def test_kind_follows_the_suffix(name: str, expected: tuple[str | None, bool]) -> None:
    """The suffix, in any case and with or without .gz, tells how a file is read."""
    assert kind_of(name) == expected


def test_order_is_that_of_the_parts(tmp_path: Path) -> None:
    """Paths come sorted by their parts as bytes, whatever the order they were made in."""
    for name in ("b.txt", "a/z.txt", "a.txt", "a/é.txt", "B.txt", "c/d/e.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    paths = [listed.path for listed in walk(tmp_path)]
    assert paths == ["B.txt", "a/z.txt", "a/é.txt", "a.txt", "b.txt", "c/d/e.txt"]


def test_hidden_and_other_files_are_skipped(tmp_path: Path) -> None:
    """Hidden names and other kinds have no kind; nothing below a hidden folder is found."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/a.txt").write_text("x")
    for name in (".a.txt", "b.png", "c.txt"):
        (tmp_path / name).write_text("x")
    listed = found_in(tmp_path)
    assert {path: file.kind for path, file in listed.items()} == {
        ".a.txt": None,
        ".git": None,
        "b.png": None,
        "c.txt": "txt",
    }


def test_feeds_are_looked_for_under_names_that_mean_nothing(tmp_path: Path) -> None:
    """Not in pictures, and not in copies that an editor or a browser left."""
    for name in ("feed", "index.php?feed=rss2", "b.png", "feed.xml.bak", "feed.xml~", "a.part"):
        (tmp_path / name).write_text("<rss/>")
    (tmp_path / "nothing").write_text("")
    assert [listed.path for listed in walk(tmp_path) if listed.maybe_feed] == [
        "feed",
        "index.php?feed=rss2",
    ]


def test_what_is_no_file_is_rejected(tmp_path: Path) -> None:
    """A folder, FIFO or socket called like a file is not_a_file, and the folder not entered."""
    (tmp_path / "x.txt").mkdir()
    (tmp_path / "x.txt/inner.txt").write_text("x")
    os.mkfifo(tmp_path / "pipe.txt")
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s.json"))
        listed = found_in(tmp_path)
    assert {path: (reason(file), file.kind) for path, file in listed.items()} == {
        "x.txt": ("not_a_file", "none"),
        "pipe.txt": ("not_a_file", "none"),
        "pipe": (None, None),
        "s.json": ("not_a_file", "none"),
    }


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A link out, in a loop or to nothing is a problem; one within the folder is skipped."""
    root = tmp_path / "seeds"
    (root / "deep").mkdir(parents=True)
    (tmp_path / "outside.txt").write_text("x")
    (tmp_path / "seeds-beside").mkdir()
    (root / "real.txt").write_text("x")
    for name, target in {
        "out.txt": "../outside.txt",
        "out-folder": "../seeds-beside",
        "up": "..",
        "self": ".",
        "deep/round.txt": "round.txt",
        "gone.txt": "nothing.txt",
        "again.txt": "real.txt",
        "folder": "deep",
    }.items():
        (root / name).symlink_to(target)
    listed = found_in(root)
    assert {path: reason(file) for path, file in listed.items()} == {
        "out.txt": "symlink",
        "out-folder": "symlink",
        "up": "symlink",
        "self": None,
        "deep/round.txt": "symlink",
        "gone.txt": "symlink",
        "again.txt": None,
        "folder": None,
        "real.txt": None,
    }
    assert listed["again.txt"].kind is listed["folder"].kind is listed["self"].kind is None


def test_link_to_a_hidden_file_of_the_folder_is_read(tmp_path: Path) -> None:
    """Kubernetes mounts each file as a link to one under a hidden name: it is read as the link."""
    (tmp_path / "..2024").mkdir()
    (tmp_path / "..2024/a.txt").write_text("text")
    (tmp_path / "..data").symlink_to("..2024")
    (tmp_path / "a.txt").symlink_to("..data/a.txt")
    file = found_in(tmp_path)["a.txt"]
    assert (file.kind, file.size, file.full.is_symlink()) == ("txt", 4, False)


def test_name_that_is_no_utf8_becomes_text(tmp_path: Path) -> None:
    """A byte of a name that is no UTF-8 is written as its number; the file is still found."""
    name = os.fsdecode(b"caf\xe9.txt")
    (tmp_path / name).write_text("x")
    (file,) = walk(tmp_path)
    assert file.path == "caf\\xe9.txt"
    assert file.full.read_text() == "x"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_folder_that_may_not_be_listed_is_unreadable(tmp_path: Path) -> None:
    """A folder without permission is one retryable problem; the walk goes on."""
    (tmp_path / "closed").mkdir(mode=0)
    (tmp_path / "open.txt").write_text("x")
    listed = found_in(tmp_path)
    assert {path: reason(file) for path, file in listed.items()} == {
        "closed": "unreadable",
        "open.txt": None,
    }
    (tmp_path / "closed").chmod(0o700)


def test_missing_root_is_an_error(tmp_path: Path) -> None:
    """A root that is missing or no folder raises at once, not at the first path."""
    (tmp_path / "a.txt").write_text("x")
    for root in (tmp_path / "nothing", tmp_path / "a.txt"):
        with pytest.raises(SeedsError, match="no folder"):
            walk(root)
