"""Spares a process of the tests DuckDB's check of its extensions' signatures.

The check reads 70 MB whenever a lake is opened, which took half of the time of all tests. It takes
place wherever tests run `newslake` itself (and tests/warehouse/test_lake.py sees to it).
"""

from typing import Any

import duckdb


def trust_extensions() -> None:
    """Let every lake be opened without that check from now on."""
    connect = duckdb.connect

    def trusting(*given: Any, **named: Any) -> duckdb.DuckDBPyConnection:
        config = named.get("config", {})
        if "extension_directory" in config:
            named["config"] = config | {"allow_unsigned_extensions": True}
        return connect(*given, **named)

    duckdb.connect = trusting
