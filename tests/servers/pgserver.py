"""A real PostgreSQL server in a temporary folder, for tests and benchmarks."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, None if they are not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent if found else None


class Server:
    """PostgreSQL in a temporary folder, reached by a socket in it only; not as root, it refuses."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        # Not below pytest's folders: they are closed to other users, and a socket's path is short.
        self._folder = Path(tempfile.mkdtemp(prefix="newslake-pg-"))
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self._folder, self._user)
        self._count = 0

    @property
    def socket(self) -> str:
        """The path of its socket."""
        return str(self._folder / ".s.PGSQL.5432")

    def start(self) -> None:
        """Make its data and start it."""
        self._run(
            "initdb", "-U", "lake", "-A", "trust", "-E", "UTF8", "--no-locale", "-N", self._data
        )
        options = f"-k {self._folder} -c listen_addresses='' -c lc_messages=C -c fsync=off"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", self._data, "-w", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        """Stop it at once and remove its folder."""
        self._run("pg_ctl", "-D", self._data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def new_database(self) -> str:
        """Make a database and return its conninfo."""
        self._count += 1
        name = f"lake{self._count}"
        self._run("createdb", "-h", str(self._folder), "-U", "lake", name)
        return f"host={self._folder} user=lake dbname={name}"

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._programs / program), *arguments],
            check=True,
            capture_output=True,
            cwd=self._folder,
            user=self._user,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        )
