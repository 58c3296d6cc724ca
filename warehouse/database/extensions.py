"""Makes the DuckDB extensions that came in wheels loadable: nothing is downloaded at run time.

DuckDB looks for extensions in `<directory>/<version>/<platform>/`, under names of its own; the
wheels hold them under other names. So a folder of links is made once per installation.
"""

import os
import tempfile
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

import duckdb

from articles.errors import LakeError

_WHEELS = {
    "ducklake": "duckdb_extension_ducklake",
    "sqlite_scanner": "duckdb_extension_sqlite",
    "postgres_scanner": "duckdb_extension_postgres",
}
"""DuckDB's name of an extension -> the package whose wheel carries it."""


@cache
def extension_directory() -> Path:
    """Return a folder for DuckDB's `extension_directory` that holds every extension we use.

    It lies in the user's cache, else in the temporary folder; it is made if it is missing, and may
    be deleted at any time. Raises LakeError if the wheels are missing or no folder can be written.
    """
    version = f"v{duckdb.__version__}"
    files = {name: _wheel_file(package, version) for name, package in _WHEELS.items()}
    # Two installations (of two virtual environments) must not fight over one folder.
    installation = blake2b("\0".join(map(str, files.values())).encode(), digest_size=8).hexdigest()
    errors = []
    for parent in _caches():
        directory = parent / f"extensions-{installation}"
        folder = directory / version / _platform()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, file in files.items():
                _link(folder / f"{name}.duckdb_extension", file)
        except OSError as error:
            errors.append(str(error))
        else:
            return directory
    message = f"DuckDB's extensions can't be made ready: {'; '.join(errors)}"
    raise LakeError(message, "Set XDG_CACHE_HOME or TMPDIR to a folder that can be written.")


def _wheel_file(package: str, version: str) -> Path:
    spec = find_spec(package)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        for file in Path(folder).glob(f"extensions/{version}/*.duckdb_extension"):
            return file.resolve()
    message = f"the package {package} for DuckDB {version} is not installed"
    raise LakeError(message, "Install newslake again, with all that requirements.lock names.")


def _caches() -> list[Path]:
    owner = os.getuid() if hasattr(os, "getuid") else "user"
    cache_home = os.environ.get("XDG_CACHE_HOME")
    home = Path(cache_home) if cache_home else Path("~/.cache").expanduser()
    return [home / "newslake", Path(tempfile.gettempdir()) / f"newslake-{owner}"]


def _platform() -> str:
    with duckdb.connect() as connection:
        row = connection.execute("PRAGMA platform").fetchone()
    return str(row[0]) if row else ""


def _link(link: Path, file: Path) -> None:
    if link.is_symlink() and link.resolve() == file:
        return
    # Another process may do the same now: a rename leaves no moment without the link.
    with tempfile.TemporaryDirectory(dir=link.parent) as scratch:
        fresh = Path(scratch) / link.name
        fresh.symlink_to(file)
        fresh.replace(link)
