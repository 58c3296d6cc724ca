"""Finds the command, runs it, and turns every error into a clean message and an exit code."""

import logging
import os
import signal
import sys
from collections.abc import Sequence
from importlib.metadata import version
from io import TextIOWrapper

from cyclopts import App, CycloptsError

from articles.errors import NewslakeError

log = logging.getLogger(__name__)

DONE, FAILED, USAGE = 0, 1, 2

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


def build() -> App:
    """Return the command line, with its commands unloaded."""
    app = App(
        name="newslake",
        help="Every article, every edit, every duplicate, and why.",
        help_format="markdown",
        help_epilogue="`newslake COMMAND --help` shows a command's options and examples.",
        version=lambda: version("newslake"),
        suppress_keyboard_interrupt=False,
    )
    for name, (sentence, examples) in COMMANDS.items():
        app.command(
            f"flows.commands.{name}:{name}",
            name=name,
            help=sentence,
            help_epilogue=examples,
        )
    for group, (sentence, examples, commands) in GROUPS.items():
        inner = App(name=group, help=sentence, help_epilogue=examples)
        for name, (said, shown) in commands.items():
            place = f"flows.commands.{group}:{FUNCTIONS.get(name, name)}"
            inner.command(place, name=name, help=said, help_epilogue=shown)
        app.command(inner)
    return app


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command (the process's arguments by default); return its exit code, raise nothing."""
    asked: list[int] = []

    def terminate(number: int, _frame: object) -> None:
        if asked:  # the way out is under way; asking again would break into it
            return
        asked.append(number)
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as of what a script starts by `&`
            signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.raise_signal(signal.SIGINT)  # the way out that asyncio knows

    if isinstance(sys.stdout, TextIOWrapper):  # a locale may lack a name's letters
        sys.stdout.reconfigure(errors="replace")
    before = signal.signal(signal.SIGTERM, terminate)
    try:
        result = build()(
            None if arguments is None else list(arguments),
            exit_on_error=False,
            print_error=False,
            result_action="return_value",
        )
        sys.stdout.flush()
    except KeyboardInterrupt as error:
        hint = "What was committed is kept; the next run goes on from there."
        return _say(128 + (asked or error.args or [signal.SIGINT])[0], "Interrupted.", hint)
    except Exception as error:
        log.debug("failed", exc_info=True)
        return _failed(error)
    finally:
        signal.signal(signal.SIGTERM, before)
    return result if isinstance(result, int) else DONE


def _failed(error: Exception) -> int:
    """Say what went wrong and what can be done about it; return the exit code."""
    match error:
        case CycloptsError():
            return _say(USAGE, str(error), "`newslake --help` lists commands and options.")
        case NewslakeError():
            return _say(error.exit_code, error.message, error.hint)
        case BrokenPipeError():  # the reader has seen enough, as `head` has
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return FAILED
        case _:
            sentence = " ".join(f"{type(error).__name__}: {error}".split())
            return _say(FAILED, sentence, "This is a bug; --log-level debug shows where.")


def _say(code: int, message: str, hint: str) -> int:
    """Print an error and what can be done about it; return the exit code."""
    lines = [f"newslake: {message}", f"  {hint}" if hint else ""]
    sys.stderr.write("".join(f"{line}\n" for line in lines if line))
    return code
