"""Every bound on what comes from outside."""

ARTICLE_LIMIT = 8 * 1024 * 1024
"""Bytes, decompressed, of a one-article file, a saved feed document, or one row."""
JSON_LIMIT = 64 * 1024 * 1024
"""Bytes, decompressed, of a `.json` file: it has to be held whole, as a `.jsonl` has not."""
BLOCK_ROWS = 500
BLOCK_BYTES = 4 * 1024 * 1024
MOST_SECONDS = 86_400
"""Of an interval; also between two polls of a feed that sends whole documents only."""
