"""The commands that `newslake` has, in the order of its help."""

COMMANDS = {
    "ingest": (
        "Read folders of seed files and poll the feeds that are due.",
        """Examples:

        newslake ingest

        newslake ingest --seeds press/ --seeds archive/ --lake /data/lake

        newslake ingest --sources feeds.toml --all-feeds

        newslake ingest --dry-run

        newslake ingest --direct --now 2026-11-24T10:00:00Z""",
    ),
    "serve": (
        "Ingest on a schedule, with the Prefect UI to watch it, until Ctrl-C.",
        """Examples:

        newslake serve

        newslake serve --port 4300 --every 60 --lake /data/lake

        PREFECT_API_URL=http://prefect:4200/api newslake serve""",
    ),
    "sql": (
        "Query the lake with SQL; never waits for a run, never changes a thing.",
        """Examples:

        newslake sql "select title, published_at from articles limit 5"

        newslake sql --format csv --output copies.csv "from duplicates"

        echo "select count(*) from articles" | newslake sql""",
    ),
    "status": (
        "Show the lake, its last runs, feeds that are due or failing, and what was set aside.",
        """Examples:

        newslake status

        newslake status --lake /data/lake""",
    ),
    "verify": (
        "Read every file of the lake and say what is damaged; changes nothing.",
        """Examples:

        newslake verify

        newslake verify --format json --lake /data/lake""",
    ),
    "repair": (
        "Mend a damaged lake: bring files back, else roll back to the last whole batch.",
        """Examples:

        newslake repair

        newslake repair --yes --lake /data/lake""",
    ),
    "export": (
        "Write the tables as plain Parquet for pandas, polars, Spark or DuckDB.",
        """Examples:

        newslake export parquet/

        newslake export /data/parquet --lake /data/lake""",
    ),
}
"""Each command's one sentence and its examples; the code is loaded when the command is named."""

GROUPS = {
    "lake": (
        "Put a lake right whose catalog is not the one that its data had.",
        """Examples:

        newslake lake adopt

        newslake lake adopt --lake /data/lake""",
        {
            "adopt": (
                "Accept an older catalog: what it does not know is set aside and read again.",
                """Examples:

        newslake lake adopt

        newslake lake adopt --lake /data/lake""",
            ),
        },
    ),
    "sources": (
        "List and edit the feeds that are polled; touches no network.",
        """Examples:

        newslake sources list

        newslake sources add https://example.org/feed.xml

        newslake sources enable --all""",
        {
            "list": (
                "Show every feed: next due, last outcome, new a day, failures.",
                """Examples:

        newslake sources list

        newslake sources list --format csv > feeds.csv""",
            ),
            "add": (
                "Add feeds by their URLs; asks nobody whether they are feeds.",
                """Examples:

        newslake sources add https://example.org/feed.xml https://example.net/rss

        newslake sources add --source "Harbour Daily" https://feeds.example.net/harbour

        newslake sources add --from feeds.txt

        sort -u feeds.txt | newslake sources add --from -""",
            ),
            "remove": (
                "Remove feeds; what they brought stays in the lake.",
                """Examples:

        newslake sources remove https://example.org/feed.xml

        newslake sources remove "Harbour Daily\"""",
            ),
            "enable": (
                "Poll feeds from now on.",
                """Examples:

        newslake sources enable https://example.org/feed.xml

        newslake sources enable "BBC News"

        newslake sources enable --all""",
            ),
            "disable": (
                "Poll feeds no more; they stay in the file.",
                """Examples:

        newslake sources disable https://example.org/feed.xml

        newslake sources disable --all""",
            ),
            "rename": (
                "Give a source another name; its articles stay its own.",
                """Examples:

        newslake sources rename "Harbour Daily" "The Harbour Post\"""",
            ),
            "move": (
                "Say that a feed has another URL, or that a folder of seeds is elsewhere.",
                """Examples:

        newslake sources move https://example.org/feed.xml https://example.net/rss

        newslake sources move seeds/press /archive/press""",
            ),
        },
    ),
}
"""Commands with commands of their own, each the function of that name in its module."""
FUNCTIONS = {"list": "list_feeds"}
"""Names that Python has taken."""
