"""What a commit names is on the disk before the commit: files, their folders, those above."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from articles.errors import DiskFull
from warehouse.database import durable
from warehouse.lake import reads
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing
from warehouse.maintenance.files import MOST_FILES, merge


class Disk:
    """What this process brought to the disk: path -> size; a file only before it was listed."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.held: dict[Path, int] = {}
        self._root = root
        self._real = os.fsync
        monkeypatch.setattr("os.fsync", self._fsync)

    def _fsync(self, descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        self._real(descriptor)
        if path.suffix != ".parquet" or path.name not in self.listed():
            self.held[path] = os.fstat(descriptor).st_size

    def listed(self) -> set[str]:
        """Return the names of all files that the catalog lists, as another process sees it."""
        with closing(sqlite3.connect(self._root / "catalog.sqlite")) as catalog:
            rows = catalog.execute("SELECT path FROM ducklake_data_file").fetchall()
        return {name for (name,) in rows}

    def lacks(self) -> set[Path]:
        """Return listed files and folders above them that are not whole on the disk."""
        listed = self.listed()
        files = [f for f in (self._root / "data").rglob("*.parquet") if f.name in listed]
        assert len(files) == len(listed)
        lost = {file for file in files if self.held.get(file) != file.stat().st_size}
        above = {folder for file in files for folder in file.parents if folder > self._root.parent}
        return lost | {folder for folder in above if folder not in self.held}


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    """Return what knows what reached the disk of the lake in `tmp_path / "lake"`."""
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("which file a descriptor belongs to is not told here")
    return Disk(tmp_path / "lake", monkeypatch)


def test_files_reach_the_disk_before_the_commit(tmp_path: Path, disk: Disk, rows: Any) -> None:
    """In making a lake, in a batch and in a merge: each file and folder, before it is listed."""
    with Lake.open(tmp_path / "lake") as lake:
        assert disk.listed()
        assert disk.lacks() == set()
        with writing(lake) as writer:
            for number in range(MOST_FILES + 1):
                writer.commit(rows.batch(f"b{number}", f"text {number}"), rows.now)
                assert disk.lacks() == set()
        merge(lake)
        assert {len(paths) for paths in reads.live_files(lake).values() if paths} == {1}
        assert disk.lacks() == set()
    with Lake.open(tmp_path / "lake") as lake, writing(lake) as writer:
        writer.commit(rows.batch("more", "text"), rows.now)
        assert disk.lacks() == set()


@pytest.mark.parametrize("name", ['it"s', "a\nb", "100% [x] ü"])
def test_files_in_any_folder_reach_the_disk(
    tmp_path: Path, rows: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the lake's folder is called, its new files are found."""
    found: set[Path] = set()
    real = durable.sync

    def sync(files: Iterable[Path]) -> None:
        found.update(files)
        real(files)

    monkeypatch.setattr(durable, "sync", sync)
    with Lake.open(tmp_path / name) as lake, writing(lake) as writer:
        writer.commit(rows.batch("b", "text"), rows.now)
        data = Path(lake.location.data)
        live = {data / path for paths in reads.live_files(lake).values() for path in paths}
        assert live < found
        assert found == set(data.rglob("*.parquet"))


def test_a_disk_that_fails_to_take_a_file_stores_nothing(
    lake: Lake, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of fsync takes the batch back; it can be committed again."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with writing(lake) as writer:
        with monkeypatch.context() as patch:
            patch.setattr("os.fsync", full)
            with pytest.raises(DiskFull):
                writer.commit(rows.batch("b", "text"), rows.now)
        assert lake.batch_no() == 0
        assert writer.commit(rows.batch("b", "text"), rows.now) == 1


def test_a_file_is_replaced_whole_and_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new content is on the disk before it has the name, the folder after; or all is as was."""
    steps = []
    real, move = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        steps.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")  # noqa: PTH112
        real(descriptor)

    def rename(self: Path, target: Path) -> Path:
        steps.append("rename")
        return move(self, target)

    monkeypatch.setattr("os.fsync", fsync)
    monkeypatch.setattr(Path, "replace", rename)
    target = tmp_path / "lake.json"
    durable.replace(target, b"one")
    durable.replace(target, b"two")
    assert target.read_bytes() == b"two"
    assert steps == ["file", "rename", "folder"] * 2

    def refused(*_: object) -> Path:
        raise PermissionError(13, "refused")

    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(PermissionError):
        durable.replace(target, b"three")
    assert target.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [target]


def test_system_calls_come_in_order(tmp_path: Path) -> None:
    """For the kernel too: the catalog is not written while a Parquet file is in memory only."""
    strace = shutil.which("strace")
    if strace is None or subprocess.run([strace, "true"], check=False).returncode:
        pytest.skip("strace is not installed, or may not trace here")
    calls = "trace=openat,write,pwrite64,fsync,fdatasync"
    log = tmp_path / "calls"
    command = [strace, "-f", "-y", "-s", "0", "-e", calls, "-o", str(log), sys.executable]
    subprocess.run([*command, "-c", _COMMITS, str(tmp_path / "lake")], check=True)
    files: set[str] = set()
    folders: set[str] = set()
    synced = commits = 0
    for call, path in re.findall(
        r"^\d+ +(\w+)\([^<\n]*?<([^>\n]*)>", log.read_text(), re.MULTILINE
    ):
        if call in {"fsync", "fdatasync"}:
            synced += path.endswith(".parquet")
            files.discard(path)
            folders.discard(path)
        elif path.endswith(".parquet") and "write" in call:
            files.add(path)
            folders.add(str(Path(path).parent))
        elif path.endswith("catalog.sqlite-wal") and "write" in call:
            commits += 1
            assert files == folders == set()
    assert synced > 6 * 20
    assert commits > 20


_COMMITS = f"""
import sys
from pathlib import Path
sys.path[:0] = [{str(Path(__file__).parents[1])!r}, {str(Path(__file__).parents[2] / "servers")!r}]
from conftest import Rows
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing
from warehouse.maintenance.files import merge
rows = Rows()
with Lake.open(Path(sys.argv[1])) as lake:
    with writing(lake) as writer:
        for number in range(20):
            writer.commit(rows.batch(f"b{{number}}", f"text {{number}}"), rows.now)
    assert merge(lake) > 0
"""
