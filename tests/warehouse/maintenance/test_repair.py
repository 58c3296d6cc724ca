"""Repairing a lake: what can come back does, the rest is rolled back and can be read again."""

import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from articles.errors import LakeError, LakeLocked
from warehouse.database.tables import TABLES
from warehouse.lake import lake_mark, reads, repair_note
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing
from warehouse.maintenance import orphans, recover, repair, rollback
from warehouse.maintenance.files import merge, sweep
from warehouse.maintenance.verify import verify
from warehouse.publish.publish import publish
from warehouse.queries.query import run

LATER = datetime(2026, 12, 1, tzinfo=UTC)
Dump = dict[str, list[tuple[Any, ...]]]


def store(lake: Lake, rows: Any, *names: str) -> None:
    """Store a batch of three articles for each name, with a file's state."""
    with writing(lake) as writer:
        for name in names:
            texts = [f"{name} {number} " + f"word{number} " * 200 for number in range(3)]
            state = (rows.state(f"{name}.txt", 1, complete=True),)
            writer.commit(rows.batch(name, *texts, feed_state=state), rows.now)


@pytest.fixture(scope="module")
def stored_once(tmp_path_factory: pytest.TempPathFactory, new_lake: Path, rows: Any) -> Path:
    """Return the folder of a published lake of four batches, to be copied."""
    folder = tmp_path_factory.mktemp("stored") / "lake"
    shutil.copytree(new_lake, folder)
    with Lake.open(folder) as lake:
        store(lake, rows, "b1", "b2", "b3", "b4")
        publish(lake)
    return folder


@pytest.fixture
def stored(tmp_path: Path, stored_once: Path) -> Iterator[Lake]:
    """Yield a published lake of four batches."""
    yield from copy_of(stored_once, tmp_path / "lake")


def copy_of(made: Path, folder: Path) -> Iterator[Lake]:
    """Yield a copy of a lake."""
    shutil.copytree(made, folder)
    with Lake.open(folder, lock_timeout=0.1) as lake:
        yield lake


@pytest.fixture(scope="module")
def rows_of() -> Iterator[Callable[..., Dump]]:
    """Yield what dumps a lake that was made once: reading it takes a quarter of a test."""
    with ExitStack() as stack:
        opened = cache(lambda made: stack.enter_context(Lake.open(made)))
        yield cache(lambda made, upto=None: dump(opened(made), upto))


def dump(lake: Lake, upto: int | None = None) -> Dump:
    """Return the rows of all tables in the order of their storing; numbers aside without `upto`."""
    found = {}
    for table in TABLES:
        where = "" if upto is None else f"WHERE batch_no <= {upto}"
        columns = "* EXCLUDE (batch_no)" if upto is None else "*"
        sql = f"SELECT {columns} FROM lake.{table} {where} ORDER BY batch_no, rowid"
        found[table] = lake.connection.execute(sql).fetchall()
    found["batches"] = [row for row in found["batches"] if row[-1] is None]
    found["runs"] = [row for row in found["runs"] if "newslake repair" not in row]
    return found


def published(root: Path, table: str) -> list[tuple[Any, ...]]:
    """Return a published table's rows."""
    with run(root, f"SELECT * FROM {table} ORDER BY ALL") as result:
        return [row for block in result.rows() for row in block]


def mended(root: Path) -> repair.Plan:
    """Repair the lake in a folder; return the plan that was followed."""
    with Lake.open(root, create=False, unchecked=True, lock_timeout=1) as lake:
        plan = repair.plan(lake)
        assert plan.needed
        repair.repair(lake, plan, LATER)
    return plan


def check_whole(root: Path) -> None:
    """Assert that the lake is whole, takes no rows for deleted, and is published as it is."""
    with Lake.open(root, lock_timeout=1) as lake:
        assert not repair_note.read(Path(lake.location.data))
        found = verify(lake)
        assert found.whole, (found.faults, found.wrong, found.published)
        for table in ("entries", "revisions", "batches", "feed_state"):
            sql = f"SELECT * FROM lake.{table} ORDER BY ALL"
            assert published(root, table) == lake.connection.execute(sql).fetchall()


@pytest.mark.parametrize("way", ["empty", "cut", "page", "gone"])
@pytest.mark.parametrize(("table", "number", "target"), [("entries", -1, 3), ("keys", 1, 1)])
def test_a_damaged_batch_and_what_follows_goes(
    stored: Lake,
    stored_once: Path,
    rows_of: Callable[..., Dump],
    rows: Any,
    damage: Any,
    way: str,
    table: str,
    number: int,
    target: int,
) -> None:
    """All rows up to the last whole batch stay as they are; the rest is stored again, once."""
    whole, before = rows_of(stored_once), rows_of(stored_once, target)
    damage.do(way, damage.path(stored, table, number))
    stored.close()
    plan = mended(stored.root)
    assert (plan.target, plan.above) == (target, 4)
    assert plan.losses.batches == 4 - target
    check_whole(stored.root)
    with Lake.open(stored.root, lock_timeout=1) as lake:
        assert dump(lake, upto=4) == before
        assert [lake.batch_no(), lake.index.watermark().batch_no] == [4, 4]
        store(lake, rows, *[f"b{number}" for number in range(target + 1, 5)])
        publish(lake)
        assert dump(lake) == whole
        numbers = lake.connection.execute("SELECT batch_no FROM lake.batches ORDER BY 1").fetchall()
    assert [n for (n,) in numbers] == [*range(1, target + 1), 4, *range(5, 9 - target)]
    check_whole(stored.root)


def test_a_batch_of_which_no_file_is_left(stored: Lake, rows: Any, damage: Any) -> None:
    """As after a power cut: nothing is there to be deleted, and yet the index must not know it."""
    whole, before = dump(stored), dump(stored, upto=3)
    for table, files in reads.live_files(stored).items():
        if len(files) == 4:
            damage.do("empty", damage.path(stored, table))
    damage.do("gone", damage.path(stored, "batches"))
    stored.close()
    assert mended(stored.root).target == 3
    check_whole(stored.root)
    with Lake.open(stored.root, lock_timeout=1) as lake:
        assert dump(lake, upto=4)["entries"] == before["entries"]
        with writing(lake) as writer:
            assert writer.look_up([], [], [], ["feed"]).feed_batches == {"feed": 3}
        store(lake, rows, "b4")
        assert {**dump(lake), "batches": []} == {**whole, "batches": []}


def test_a_lake_whose_files_are_all_lost(crowded: Lake, rows: Any) -> None:
    """Not even a row is left to be deleted: the index must not know the old batches either."""
    whole = dump(crowded)
    for path in (crowded.root / "data").rglob("*.parquet"):
        path.unlink()
    crowded.close()
    assert mended(crowded.root).target == 0
    with Lake.open(crowded.root, lock_timeout=1) as lake:
        with writing(lake) as writer:
            assert writer.look_up([], [], [], ["feed"]).feed_batches == {}
        assert lake.batch_no() == 19
        store(lake, rows, *[f"b{number}" for number in range(17)], "c1", "c2")
        assert dump(lake) == whole
        publish(lake)
    check_whole(crowded.root)


def test_several_files_at_once(stored: Lake, rows: Any, damage: Any) -> None:
    """The lowest batch that any damaged file holds decides."""
    whole = dump(stored)
    damage.do("gone", damage.path(stored, "sightings", 2))
    damage.do("page", damage.path(stored, "feed_state", 3))
    damage.do("cut", damage.path(stored, "polls", 1))
    damage.do("empty", damage.path(stored, "batches", 3))
    stored.close()
    assert mended(stored.root).target == 1
    with Lake.open(stored.root, lock_timeout=1) as lake:
        store(lake, rows, "b2", "b3", "b4")
        assert dump(lake) == whole
    with Lake.open(stored.root, lock_timeout=1) as lake:
        publish(lake)
    check_whole(stored.root)


@pytest.mark.parametrize("way", ["empty", "gone"])
def test_a_row_that_the_catalog_tells_comes_back(stored: Lake, damage: Any, way: str) -> None:
    """The lake's id, its migrations and a batch of the ledger stand in the catalog's bounds."""
    before = dump(stored, upto=4)
    folders = [stored.root / "data/main" / name for name in ("lake_ids", "migrations", "batches")]
    for folder in folders:
        for path in folder.glob("*.parquet"):
            damage.do(way, path)
    stored.close()
    plan = mended(stored.root)
    assert {one.kind for one in plan.recoveries} == {"row"}
    assert plan.target is None
    check_whole(stored.root)
    with Lake.open(stored.root, create=False, read_only=True) as lake:
        assert lake.id == stored.id
        assert dump(lake, upto=4) == before
        assert lake.batch_no() == 4


@pytest.mark.parametrize("folder", ["held", "orphans"])
def test_a_whole_copy_is_put_back(stored: Lake, damage: Any, folder: str) -> None:
    """A file of the same place, size and rows is as good; one that is damaged too is not taken."""
    before = dump(stored, upto=4)
    for number, copied in ((1, True), (2, False)):
        path = damage.path(stored, "entries", number)
        copy = stored.root / "data" / folder / path.relative_to(stored.root / "data")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes() if copied else bytes(path.stat().st_size))
        damage.do("empty", path)
        if copied:
            stored.close()
            plan = mended(stored.root)
            assert [one.kind for one in plan.recoveries] == ["copy"]
            assert plan.target is None
            check_whole(stored.root)
            stored = Lake.open(stored.root, lock_timeout=1)
            assert dump(stored, upto=4) == before
    stored.close()
    assert mended(stored.root).target == 2


@pytest.fixture(scope="module")
def crowded_once(tmp_path_factory: pytest.TempPathFactory, new_lake: Path, rows: Any) -> Path:
    """Return the folder of a lake whose tables were merged, with two batches on top."""
    folder = tmp_path_factory.mktemp("crowded") / "lake"
    shutil.copytree(new_lake, folder)
    with Lake.open(folder) as lake:
        store(lake, rows, *[f"b{number}" for number in range(17)])
        assert merge(lake)
        store(lake, rows, "c1", "c2")
        publish(lake)
    return folder


@pytest.fixture
def crowded(tmp_path: Path, crowded_once: Path) -> Iterator[Lake]:
    """Yield a lake whose tables were merged, with two batches on top."""
    yield from copy_of(crowded_once, tmp_path / "lake")


@pytest.mark.parametrize("table", ["revisions", "feed_state", "batches"])
def test_a_merged_file_comes_back_from_its_inputs(
    crowded: Lake, rows: Any, damage: Any, table: str
) -> None:
    """While what it was made of still lies there, no batch goes; later merges work as before."""
    before = dump(crowded, upto=19)
    damage.do("empty", damage.path(crowded, table, 0))
    crowded.close()
    plan = mended(crowded.root)
    assert [one.kind for one in plan.recoveries] == ["inputs"]
    assert plan.target is None
    check_whole(crowded.root)
    with Lake.open(crowded.root, lock_timeout=1) as lake:
        assert dump(lake, upto=19) == before
        store(lake, rows, *[f"d{number}" for number in range(17)])
        whole = dump(lake)
        assert merge(lake)
        assert dump(lake) == whole


def test_a_merged_file_without_its_inputs_takes_all_batches(
    crowded: Lake, rows: Any, damage: Any
) -> None:
    """It holds the first batch: nothing stays, and everything can be stored again."""
    whole = dump(crowded)
    sweep(crowded, datetime.now(UTC) + timedelta(days=3), timedelta(0))
    damage.do("cut", damage.path(crowded, "keys", 0))
    crowded.close()
    plan = mended(crowded.root)
    assert plan.target == 0
    with Lake.open(crowded.root, lock_timeout=1) as lake:
        store(lake, rows, *[f"b{number}" for number in range(17)], "c1", "c2")
        assert dump(lake) == whole
        publish(lake)
    check_whole(crowded.root)


def test_a_merged_file_that_is_whole_is_cut_at_the_batch(
    crowded: Lake, rows: Any, damage: Any
) -> None:
    """Files with rows before and after the last whole batch are written anew, and swept later."""
    store_more = [f"e{number}" for number in range(17)]
    store(crowded, rows, *store_more)
    damaged = damage.path(crowded, "sightings", 5)
    merge_but(crowded, "sightings")
    publish(crowded)
    whole, before = dump(crowded), dump(crowded, upto=21)
    damage.do("empty", damaged)
    crowded.close()
    plan = mended(crowded.root)
    assert plan.target == 21
    check_whole(crowded.root)
    with Lake.open(crowded.root, lock_timeout=1) as lake:
        assert dump(lake, upto=36) == before
        store(lake, rows, *store_more[2:])
        assert dump(lake) == whole
        merge(lake)
        sweep(lake, datetime.now(UTC) + timedelta(days=3), timedelta(0))
        assert dump(lake) == whole
        publish(lake)
    check_whole(crowded.root)


def merge_but(lake: Lake, table: str) -> None:
    """Merge the files of all tables but one."""
    for name in TABLES:
        if name != table:
            sql = f"CALL ducklake_merge_adjacent_files('lake', '{name}')"
            lake.connection.execute(sql).fetchall()


STEPS = ("write", "apply", "unlist", "deleted", "rewritten", "gap", "aside", "remove")


@pytest.mark.parametrize("step", STEPS)
def test_a_repair_that_is_cut_off_goes_on(
    crowded: Lake,
    crowded_once: Path,
    rows_of: Callable[..., Dump],
    rows: Any,
    damage: Any,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    """Until its end nobody may write; the next repair ends it as if nothing had happened."""
    whole, before = rows_of(crowded_once), rows_of(crowded_once, 18)
    damage.do("empty", damage.path(crowded, "revisions", 0))
    damage.do("empty", damage.path(crowded, "revisions", 2))
    crowded.close()
    with monkeypatch.context() as patched:
        cut_at(patched, step)
        with pytest.raises(KeyboardInterrupt):
            mended(crowded.root)
    with pytest.raises(LakeError, match="a repair of this lake was cut off") as caught:
        Lake.open(crowded.root)
    assert "newslake repair" in caught.value.hint
    mended(crowded.root)
    check_whole(crowded.root)
    with Lake.open(crowded.root, lock_timeout=1) as lake:
        assert dump(lake, upto=19) == before
        assert lake.batch_no() == 19
        store(lake, rows, "c2")
        assert dump(lake) == whole


def cut_at(patched: pytest.MonkeyPatch, step: str) -> None:
    """Let a repair end after a step, as if it had been killed there."""
    places: dict[str, tuple[Any, str]] = {
        "write": (repair_note, "write"),
        "apply": (recover, "recover"),
        "unlist": (rollback, "remove_from_catalog"),
        "gap": (repair, "commit_gap"),
        "aside": (orphans, "set_aside"),
    }
    if step in places:
        module, name = places[step]
        patched.setattr(module, name, ending(getattr(module, name)))
    elif step == "remove":
        patched.setattr(repair_note, "remove", ending(lambda _: None))
    else:
        together: Callable[..., None] = rollback._together
        calls = ending(together, after=1 if step == "deleted" else 2)
        patched.setattr(rollback, "_together", calls)


def ending(function: Callable[..., Any], after: int = 1) -> Callable[..., Any]:
    """Return the function, ending the process after so many calls."""
    left = [after]

    def called(*arguments: Any) -> Any:
        result = function(*arguments)
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt
        return result

    return called


def test_a_run_that_waited_meanwhile_is_sent_back(stored: Lake, rows: Any, damage: Any) -> None:
    """What it read of batches that are gone is void: it may not go on from there."""
    path = damage.path(stored, "entries", 3)
    damage.do("empty", path)
    mended(stored.root)
    with pytest.raises(LakeLocked, match="rolled back"), writing(stored):
        pass
    with Lake.open(stored.root, lock_timeout=1) as lake:
        store(lake, rows, "b4")


def test_numbers_go_on_above_the_highest_ever_published(
    stored: Lake, rows: Any, damage: Any
) -> None:
    """What was published may know of more than catalog and mark: no number comes twice."""
    publish(stored)
    with duckdb.connect(str(stored.root / "news.duckdb")) as shown:
        shown.execute("UPDATE lake_info SET batch_no = 9")
    damage.do("empty", damage.path(stored, "entries", 3))
    stored.close()
    assert mended(stored.root).above == 9
    with Lake.open(stored.root, lock_timeout=1) as lake:
        assert lake.batch_no() == 9
        assert lake_mark.read(stored.root / "data") is not None
        store(lake, rows, "b4")
        assert lake.batch_no() == 10


def test_no_parquet_file_is_deleted(stored: Lake, damage: Any) -> None:
    """What is no longer listed lies in orphans/, what is superseded where it was."""
    damaged = damage.path(stored, "entries", 3)
    damage.do("cut", damaged)
    held = damaged.read_bytes()
    names = {path.name for path in (stored.root / "data").rglob("*.parquet")}
    stored.close()
    mended(stored.root)
    after = {path.name: path for path in (stored.root / "data").rglob("*.parquet")}
    assert names <= after.keys()
    assert after[damaged.name].read_bytes() == held
    assert after[damaged.name].relative_to(stored.root / "data").parts[0] == "orphans"


def test_a_lake_of_the_build_before_is_repaired(tmp_path: Path, damage: Any) -> None:
    """Its own schema is no obstacle; what is damaged goes, and a run may write again."""
    archive = Path(__file__).parents[1] / "lakes" / "schema3.tar.xz"
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
    root = tmp_path / "lake"
    with Lake.open(root, create=False, read_only=True, unchecked=True) as lake:
        path = damage.path(lake, "revisions")
        last = lake.batch_no()
    damage.do("empty", path)
    plan = mended(root)
    assert plan.target is not None
    assert plan.target < last
    assert plan.above == last
    check_whole(root)


@pytest.mark.postgres
@pytest.mark.parametrize("table", ["revisions", "batches"])
def test_a_catalog_in_postgresql(
    tmp_path: Path, postgres: Any, rows: Any, damage: Any, table: str
) -> None:
    """Rolled back, brought back from inputs and from the catalog's bounds, as with SQLite."""
    catalog = f"postgres:{postgres()}"
    with Lake.open(tmp_path / "lake", catalog=catalog) as lake:
        store(lake, rows, *[f"b{number}" for number in range(17)])
        merge(lake)
        store(lake, rows, "c1", "c2")
        publish(lake)
        whole, before = dump(lake), dump(lake, upto=18)
        for number in (0, 2):
            damage.do("gone", damage.path(lake, table, number))
        for path in (lake.root / "data/main/lake_ids").glob("*.parquet"):
            damage.do("empty", path)
    with Lake.open(tmp_path / "lake", catalog=catalog, create=False, unchecked=True) as lake:
        plan = repair.plan(lake)
        assert plan.target == (18 if table == "revisions" else None)
        repair.repair(lake, plan, LATER)
    with Lake.open(tmp_path / "lake", catalog=catalog) as lake:
        assert verify(lake).whole
        if table == "revisions":
            assert dump(lake, upto=19) == before
            store(lake, rows, "c2")
        assert dump(lake) == whole
