"""An index that is missing, broken, torn, behind, ahead or another lake's: never believed."""

import contextlib
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from warehouse.index.keys import TABLES, KeyIndex
from warehouse.lake import reads
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing


def contents(path: Path) -> dict[str, list[Any]]:
    """Return all that an index holds, apart from its marks."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return {t: connection.execute(f"SELECT * FROM {t} ORDER BY 1").fetchall() for t in TABLES}


def index_of(lake: Lake) -> Path:
    """Return the path of a lake's index."""
    return lake.root / "index" / "keys.sqlite"


@pytest.mark.parametrize(
    "harm",
    ["missing", "garbage", "truncated", "damaged page", "another format", "empty", "power cut"],
)
def test_a_broken_index_is_made_again(lake: Lake, rows: Any, harm: str) -> None:
    """Whatever happened to the index, the next writer has a whole one, and nobody notices."""
    with writing(lake) as writer:
        writer.commit(rows.batch("one", *(f"text {n}" for n in range(300))), rows.now)
        polled = {"schedules": (rows.schedule("web"),), "feed_state": (rows.polled("web"),)}
        second = rows.batch("two", "another text", **polled)
        writer.commit(second, rows.now)
    kept = contents(index_of(lake))
    lake.close()
    break_index(index_of(lake), harm)
    with Lake.open(lake.root) as other:
        with writing(other) as writer:
            wanted = {key.key_hash: key.article_id for key in second.keys}
            assert writer.look_up(wanted, [], []).keys == wanted
            assert writer.commit(rows.batch("one"), rows.now) == 1
            assert writer.schedules() == {"web": rows.schedule("web")}
            assert writer.feed_states(["web"]) == {"web": rows.polled("web")}
            for key in kept["heads"]:
                writer.look_up([], [], [key[0]])
        assert contents(index_of(other)) == kept


def break_index(path: Path, harm: str) -> None:
    """Harm a closed index."""
    data = bytearray(path.read_bytes())
    if harm == "missing":
        path.unlink()
    elif harm == "garbage":
        path.write_bytes(b"no database " * 1000)
    elif harm == "truncated":
        path.write_bytes(data[: len(data) // 2])
    elif harm == "damaged page":
        path.write_bytes(data[:8192] + b"\xa5" * (len(data) - 8192))
    elif harm == "another format":
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA user_version = 99")
    elif harm == "power cut":
        # Written under another boot and never noted as safe: half of it may not have arrived.
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("DELETE FROM keys")
            connection.execute("INSERT INTO unsafe VALUES (1, 'another boot', 'someone')")
            connection.commit()
    else:
        path.write_bytes(b"")


def test_an_index_of_another_lake_is_made_again(tmp_path: Path, rows: Any) -> None:
    """An index copied from another lake says nothing about this one."""
    for name in ("a", "b"):
        with Lake.open(tmp_path / name) as lake, writing(lake) as writer:
            writer.commit(rows.batch(f"batch of {name}", f"text of {name}"), rows.now)
    copied = (tmp_path / "a" / "index" / "keys.sqlite").read_bytes()
    (tmp_path / "b" / "index" / "keys.sqlite").write_bytes(copied)
    with Lake.open(tmp_path / "b") as lake, writing(lake) as writer:
        assert writer.commit(rows.batch("batch of a", "text of a"), rows.now) == 2
        assert writer.commit(rows.batch("batch of b"), rows.now) == 1


def test_an_index_that_is_ahead_of_its_lake_is_made_again(lake: Lake, rows: Any) -> None:
    """After the lake was put back from a backup the index forgets what the lake no longer holds."""
    with writing(lake) as writer:
        writer.commit(rows.batch("one", "first"), rows.now)
    lake.close()
    kept = lake.location.sqlite, lake.data / "lake.json"
    backup = [path.read_bytes() for path in kept]
    with Lake.open(lake.root) as later, writing(later) as writer:
        lost = rows.batch("two", "second")
        writer.commit(lost, rows.now)
    for path, before in zip(kept, backup, strict=True):
        path.write_bytes(before)
    with Lake.open(lake.root) as restored, writing(restored) as writer:
        hashes = [key.key_hash for key in lost.keys]
        assert writer.look_up(hashes, [], []).keys == {}
        assert writer.commit(rows.batch("other two", "third"), rows.now) == 2
        assert writer.commit(lost, rows.now) == 3


def test_an_index_of_another_timeline_is_made_again(tmp_path: Path, lake: Lake, rows: Any) -> None:
    """Of two copies that went on apart neither believes the other's index, in or out of a lock."""
    with writing(lake) as writer:
        writer.commit(rows.batch("one", "first"), rows.now)
    lake.close()
    shutil.copytree(lake.root, tmp_path / "copy")
    snapshots = []
    for folder, text in ((lake.root, "ours"), (tmp_path / "copy", "theirs")):
        with Lake.open(folder) as apart, writing(apart) as writer:
            writer.commit(rows.batch(f"two of {folder.name}", text, polls=()), rows.now)
            snapshots.append(apart.snapshot())
    assert snapshots[0] == snapshots[1]
    kept = contents(index_of(lake))
    shutil.rmtree(lake.root / "index")
    shutil.copytree(tmp_path / "copy" / "index", lake.root / "index")
    with contextlib.closing(sqlite3.connect(index_of(lake))) as connection:
        connection.execute("UPDATE feeds SET batch_no = 7")
        connection.commit()
    with Lake.open(lake.root) as again:
        assert reads.feed_batch(again, rows.feed_id) == 2
        with writing(again) as writer:
            hashes = [key.key_hash for key in rows.batch("", "theirs").keys]
            assert writer.look_up(hashes, [], []).keys == {}
    assert contents(index_of(lake)) == kept


def test_the_index_follows_what_another_machine_committed(
    tmp_path: Path, lake: Lake, rows: Any
) -> None:
    """A writer with an older index (of its own machine) sees first what was committed meanwhile."""
    with writing(lake) as writer:
        writer.commit(rows.batch("one", "first"), rows.now)
    old = {file: file.read_bytes() for file in (lake.root / "index").glob("keys*")}
    lake.close()
    with Lake.open(lake.root) as other, writing(other) as writer:
        second = rows.batch("two", "second")
        writer.commit(second, rows.now)
    kept = contents(index_of(lake))
    for file in (lake.root / "index").glob("keys*"):
        file.unlink()
    for file, data in old.items():
        file.write_bytes(data)
    with Lake.open(lake.root) as behind, writing(behind) as writer:
        assert set(writer.look_up([k.key_hash for k in second.keys], [], []).keys) == {
            k.key_hash for k in second.keys
        }
    assert contents(index_of(lake)) == kept


def test_a_batch_out_of_turn_is_refused(tmp_path: Path, rows: Any) -> None:
    """An index takes batches in their order only, and each once."""
    index = KeyIndex(tmp_path / "keys.sqlite")
    index.clear("lake")
    index.apply(rows.batch("one", "a text"), 1)
    for number in (1, 3):
        with pytest.raises(ValueError, match="the index stands at batch 1"):
            index.apply(rows.batch("other", "another text"), number)
    assert index.watermark().batch_no == 1
    index.close()


def test_a_file_is_unsafe_while_it_is_written_and_safe_once_closed(
    tmp_path: Path, rows: Any
) -> None:
    """A write is noted before it happens; the note goes when all is on disk, by who wrote last."""

    def unsafe() -> int:
        with contextlib.closing(sqlite3.connect(tmp_path / "keys.sqlite")) as connection:
            found: int = connection.execute("SELECT count(*) FROM unsafe").fetchone()[0]
            return found

    first, second = KeyIndex(tmp_path / "keys.sqlite"), KeyIndex(tmp_path / "keys.sqlite")
    assert unsafe() == 0
    first.clear("lake")
    assert unsafe() == 1
    second.apply(rows.batch("one", "a text"), 1)
    first.close()
    assert unsafe() == 1
    second.close()
    assert unsafe() == 0
    third = KeyIndex(tmp_path / "keys.sqlite")
    assert third.watermark().batch_no == 1
    third.close()
