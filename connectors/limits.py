"""Every bound on what is taken from outside: bytes, counts, seconds.

Beside their code stand only bounds that are part of a method: how much is looked at to guess an
encoding or a file's shape, how addresses are dialled, and what an operator may write into the
sources file. The length of a URL is a rule of articles (articles/urls).
"""

ARTICLE_LIMIT = 8 * 1024 * 1024
"""Bytes, decompressed, of a one-article file, a saved feed document, or one row."""
FEED_HEAD_LIMIT = 4 * 1024 * 1024
"""Bytes of a long saved feed before its first entry: they go with each of its excerpts."""
JSON_LIMIT = 64 * 1024 * 1024
"""Bytes, decompressed, of a `.json` file: it has to be held whole, as a `.jsonl` has not."""
BODY_LIMIT = ARTICLE_LIMIT
"""Bytes, decoded, of a body over HTTP; of the wire too, as what is compressed is smaller."""
LONG_BODY_LIMIT = 8 * BODY_LIMIT
"""Bytes, decoded and on the wire, of a feed's body over HTTP of which both ends are kept."""
HEADERS_LIMIT = 32 * 1024
"""Bytes of the headers of a response."""
SOURCES_FILE_LIMIT = 64 * 1024 * 1024
"""Bytes of the sources file."""
CSV_HEADER_LIMIT = 256 * 1024
"""Bytes of the header row of a CSV file."""
PARQUET_FOOTER_LIMIT = 16 * 1024 * 1024
"""Bytes of a footer, which the main process reads too and which grows many times in memory."""
RAW_ROW_LIMIT = 1024 * 1024
"""Bytes of a row kept whole in `Entry.raw`; of a larger one only the fields that were used."""
MARKDOWN_LIMIT = 512 * 1024
"""Characters of Markdown that are rendered; a longer text is taken as it stands."""
BYLINE_LIMIT = 300
"""Characters: in a longer byline feedparser's search for an address may take seconds."""
NAME_LIMIT = 200
"""Characters of a field's name, and of a language or a publisher."""
AUTHORS_LIMIT = 100
"""Authors that are read of one entry of a file or a JSON Feed."""
ENTRY_LIMIT = 2000
"""Entries read of one feed document."""
BLOCK_ROWS = 500
"""Rows of a file that a worker is handed at once, at most."""
BLOCK_BYTES = 4 * 1024 * 1024
"""Bytes of rows from which on a worker is handed them."""
SCAN_STEPS = 2_000_000
"""Brackets of a JSON text that a scan takes one by one: one or two seconds of them."""
REDIRECTS = 5
"""Redirects that are followed."""
EXCHANGE_SECONDS = 30.0
"""Seconds for an exchange in all: look-up, connecting, redirects, body; not the wait for a host."""
MOST_SECONDS = 86_400
"""Seconds of an interval, at most; also between two polls of a feed that sends whole documents."""
ASKED_SECONDS_LIMIT = 30 * 86_400
"""Seconds that a document may ask its pollers to pause."""
