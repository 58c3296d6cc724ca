"""The catalog's password is in no error, no log, no list of databases; and it does work."""

import logging
import subprocess
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from articles.errors import LakeError
from warehouse.database.errors import lake_error, redacted
from warehouse.database.passwords import without_password
from warehouse.lake.lake import Lake
from warehouse.lake.writer import writing

SECRET = "s3cr:e\\t'p4ss wörd/@"  # noqa: S105 - made up
QUOTED = "'" + SECRET.replace("\\", "\\\\").replace("'", "\\'") + "'"
ENCODED = "s3cr%3Ae%5Ct%27p4ss%20w%C3%B6rd%2F%40"


def shown(error: BaseException, caplog: pytest.LogCaptureFixture) -> str:
    """Return everything that an error may show: itself, what it came from, a log of it."""
    logging.getLogger("test").error("failed", exc_info=error)
    chain = "".join(traceback.format_exception(error))
    return f"{error!r} {error} {getattr(error, 'hint', '')} {chain} {caplog.text}"


DEAD = [
    "host=127.0.0.1 port=1 user=lake password=s3cr-p4ss dbname=x",
    "host=127.0.0.1 port=1 user=lake password = 's3cr \\' p4ss' dbname=x",
    "user=lake password=s3cr\\ p4ss host=127.0.0.1 port=1 foo=3",
    "host=127.0.0.1 port=1 password='s3cr p4ss dbname=x",
    "host=127.0.0.1 port=1 password=s3cr p4ss",
    "postgresql://lake:s3cr-p4ss@127.0.0.1:1/x",
    "postgres://lake:s3cr%20p4ss@127.0.0.1:1/x?sslmode=disable",
    "postgresql://lake@127.0.0.1:1/x?password=s3cr-p4ss&connect_timeout=1",
    "postgresql://lake:s3cr/p4ss@127.0.0.1:1/x",
    "postgresql://lake:s3cr@p4ss@127.0.0.1:1/x",
    "postgresql://lake:s3cr%p4ss@127.0.0.1:1/x",
    "postgresql://lake:s3cr-p4ss@127.0.0.1:port/x",
    "postgresql://lake:s3cr-p4ss@[127.0.0.1/x",
]


@pytest.mark.parametrize("given", DEAD)
@pytest.mark.parametrize("kind", ["postgres:", "", "mysql:"])
def test_an_error_shows_no_password(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, given: str, kind: str
) -> None:
    """A dead server, a wrong option or a wrong form: no part of the password is shown."""
    with caplog.at_level(logging.DEBUG), pytest.raises(LakeError) as caught:
        Lake.open(tmp_path / "lake", catalog=f"{kind}{given}")
    text = shown(caught.value, caplog)
    assert "s3cr" not in text
    assert "p4ss" not in text
    assert caught.value.hint


@pytest.fixture
def guarded(postgres: Callable[[], str]) -> dict[str, str]:
    """Return the parts of a conninfo whose user has to say the password."""
    parts = dict(part.split("=") for part in postgres().split())
    file = Path(parts["host"]) / "data" / "pg_hba.conf"
    rule = "local all guarded scram-sha-256\n"
    if not file.read_text().startswith(rule):
        file.write_text(rule + file.read_text())
        literal = SECRET.replace("'", "''")
        sql = f"CREATE ROLE guarded SUPERUSER LOGIN PASSWORD '{literal}'; SELECT pg_reload_conf()"
        psql = ["psql", "-h", parts["host"], "-U", "lake", "-d", parts["dbname"], "-c", sql]
        subprocess.run(psql, check=True, capture_output=True)
    return parts


@pytest.mark.postgres
@pytest.mark.parametrize("form", ["pairs", "uri", "query"])
def test_the_password_opens_the_lake_and_is_not_seen(
    tmp_path: Path,
    guarded: dict[str, str],
    form: str,
    rows: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A lake behind a password is made, written and merged; the environment's is not taken."""
    host, name = guarded["host"], guarded["dbname"]
    catalog = {
        "pairs": f"postgres:password={QUOTED} host={host} user=guarded dbname={name}",
        "uri": f"postgresql://guarded:{ENCODED}@{host.replace('/', '%2F')}/{name}",
        "query": f"postgres://guarded@/{name}?password={ENCODED}&host={host}",
    }[form]
    monkeypatch.setenv("PGPASSWORD", "another")
    with Lake.open(tmp_path / "lake", catalog=catalog) as lake:
        with writing(lake) as writer:
            assert writer.commit(rows.batch("a", "text"), rows.now) == 1
        sql = "SELECT * FROM duckdb_databases()"
        listed = f"{lake.connection.execute(sql).fetchall()} {lake.location!r} {vars(lake)!r}"
        assert "guarded" in listed
        assert "s3cr" not in listed
        assert "p4ss" not in listed


@pytest.mark.postgres
def test_a_wrong_password_is_not_shown_either(
    tmp_path: Path, guarded: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """What the server refuses is told without it."""
    given = f"host={guarded['host']} user=guarded dbname=lake1 password=n0-s3cr-p4ss"
    with caplog.at_level(logging.DEBUG), pytest.raises(LakeError, match="password auth") as caught:
        Lake.open(tmp_path / "lake", catalog=f"postgres:{given}")
    assert "s3cr" not in shown(caught.value, caplog)


def test_a_password_that_comes_up_all_the_same_is_blanked_out() -> None:
    """The second line: an error that shows a connection string loses the password, chained too."""
    for given in (*DEAD[:3], *DEAD[5:8]):
        error = duckdb.IOException(f'Unable to connect to Postgres at "{given}": refused')
        text = f"{lake_error(error, 'opening the lake')} {error}"
        assert "s3cr" not in text
        assert "p4ss" not in text
        assert "127.0.0.1" in text
        assert "refused" in text
    assert redacted('password authentication failed for user "lake"').endswith('user "lake"')


def test_a_string_without_a_password_stays_as_it_is() -> None:
    """Nothing is added where nothing has to be hidden, and a closed file is gone."""
    for given in ("", "host=/tmp user=lake", "postgresql://lake@h1:1,h2:2/x?sslmode=disable"):
        assert without_password(given) == (given, None)
    bare, passfile = without_password("user=lake password=a")
    assert passfile is not None
    assert Path(passfile.path).read_text() == "*:*:*:*:a\n"
    assert passfile.path in bare
    passfile.close()
    passfile.close()
    assert not Path(passfile.path).exists()
