"""Bounded memory: huge lines, huge files and gzip bombs, read in a process of their own."""

import gzip
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import connectors

MIB = 1024 * 1024
PROBE = """
import resource, sys
from pathlib import Path
from connectors.files.folder import walk
from connectors.files.parse import parse_chunk
from connectors.files.read import read
from connectors.parsing.chunk import FileChunk
listed = next(walk(Path(sys.argv[1])))
parse_chunk(FileChunk("warm.txt", "txt", b"warm"))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
outcome = [entry for chunk in read(listed, None) for entry in parse_chunk(chunk)]
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(grown // 1024, *[getattr(entry, "reason", "entry") for entry in outcome[:3]])
"""


def probe(folder: Path) -> tuple[int, list[str]]:
    """Return by how many MiB reading the folder's file grew the process, and its first outcomes."""
    ran = subprocess.run(
        [sys.executable, "-c", PROBE, str(folder)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(connectors.__file__).parents[1],
    )
    grown, *outcome = ran.stdout.split()
    return int(grown), outcome


def pieces(name: str) -> Iterator[bytes]:
    """Yield the bytes of a hostile file."""
    if name.endswith(".gz"):
        # Many members of 8 MiB: half a gigabyte in half a megabyte.
        yield gzip.compress(b"x" * 8 * MIB) * 64
    else:
        for _ in range(200):
            yield b"words " * (MIB // 6)


@pytest.mark.parametrize(
    "name", ["a.jsonl", "a.csv", "a.txt", "a.xml", "a.jsonl.gz", "a.txt.gz", "a.json.gz"]
)
def test_hostile_file_is_too_large_in_bounded_memory(tmp_path: Path, name: str) -> None:
    """200 MB on one line, or a bomb, is one quarantine row and never held in memory."""
    with (tmp_path / name).open("wb") as file:
        file.writelines(pieces(name))
    grown, outcome = probe(tmp_path)
    assert outcome == ["bad_csv" if name == "a.csv" else "too_large"]
    assert grown < (220 if name == "a.json.gz" else 64)


def test_many_rows_are_streamed(tmp_path: Path) -> None:
    """A .jsonl of 60 MB is read in blocks: its size does not show in the memory."""
    line = b'{"title":"T","text":"%s"}\n' % (b"word " * 600)
    with (tmp_path / "a.jsonl").open("wb") as file:
        for number in range(20_000):
            file.write(line.replace(b"T", b"%d" % number, 1))
    script = PROBE.replace("[entry for chunk", "[type(entry) for chunk")
    ran = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(connectors.__file__).parents[1],
    )
    assert int(ran.stdout.split()[0]) < 48
