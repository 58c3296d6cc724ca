#!/usr/bin/env bash
# DuckLake: an option of the lake is not seen by a client that had attached it before.
#
# One would expect: `CALL lake.set_option('data_inlining_row_limit', 0)` is stored in the catalog, so
# from then on no client keeps small inserts in the catalog: all rows are in Parquet files.
# Seen: a client that attached before goes on inlining. Its rows stand in the catalog database only,
# while it reads the option's new value; a client that attaches afterwards writes a file.
# Versions: duckdb 1.5.5 with the extensions ducklake and sqlite_scanner of the wheels 1.5.5.
# Why it matters to news: whoever publishes a list of a lake's Parquet files to other readers misses
# the rows of such a client: an article that was stored, and is in no file.
# A way out: `SET GLOBAL ducklake_default_data_inlining_row_limit = 0` before attaching.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --disable-pip-version-check duckdb==1.5.5 \
  duckdb-extension-ducklake==1.5.5 duckdb-extension-sqlite==1.5.5 pytz
cat >"$place/show.py" <<'PY'
import platform
import sys
from pathlib import Path

import duckdb

place = Path(sys.argv[1])
found = {path.name: path for path in Path(duckdb.__file__).parents[1].rglob("*.duckdb_extension")}
system = duckdb.connect().execute("PRAGMA platform").fetchone()[0]
folder = place / "extensions" / f"v{duckdb.__version__}" / system
folder.mkdir(parents=True)
for name, path in found.items():
    wanted = "sqlite_scanner.duckdb_extension" if name.startswith("sqlite") else name
    (folder / wanted).symlink_to(path)


def client(create):
    connection = duckdb.connect(config={
        "extension_directory": str(place / "extensions"), "autoinstall_known_extensions": False,
    })
    connection.execute("LOAD ducklake")
    connection.execute("LOAD sqlite_scanner")
    connection.execute(
        f"ATTACH 'ducklake:sqlite:{place}/catalog.sqlite' AS lake (DATA_PATH '{place}/data/',"
        f" CREATE_IF_NOT_EXISTS {create}, META_JOURNAL_MODE 'WAL', META_BUSY_TIMEOUT 10000)"
    )
    return connection


def files():
    return len(list((place / "data").rglob("*.parquet")))


def limit(connection):
    asked = "SELECT value FROM lake.options() WHERE option_name = 'data_inlining_row_limit'"
    row = connection.execute(asked).fetchone()
    return row[0] if row else "the default"


first = client("true")
first.execute("CREATE TABLE lake.headlines (text VARCHAR)")
early = client("false")
first.execute("CALL lake.set_option('data_inlining_row_limit', 0)")
print("python", platform.python_version(), "duckdb", duckdb.__version__)
print("limit as the early client reads it:", limit(early))
early.execute("INSERT INTO lake.headlines VALUES ('Council votes for a new quay')")
after_early = files()
print("files after an insert by the client that was attached before:", after_early)
late = client("false")
late.execute("INSERT INTO lake.headlines VALUES ('Herring are back in the sound')")
after_late = files()
print("files after an insert by a client that attached later:", after_late)
rows = late.execute("SELECT count(*) FROM lake.headlines").fetchone()[0]
print("rows that the lake shows:", rows)
sys.exit(0 if (after_early, after_late, rows) == (0, 1, 2) else 1)
PY
"$place/venv/bin/python" "$place/show.py" "$place"
