"""The commands that `newslake` has, each with its sentence in `newslake --help`.

Only the sentences stand here, so that the list loads no command. What else a command's help shows
comes from its own file, which is loaded when the command is named.
"""

COMMANDS = {
    "ingest": "Read folders of seed files and poll the feeds that are due.",
    "serve": "Ingest on a schedule, with the Prefect UI to watch it, until Ctrl-C.",
    "sql": "Query the lake with SQL; never waits for a run, never changes a thing.",
    "status": "Show the lake, its last runs, feeds that are due or failing, and what was rejected.",
    "verify": "Read every file of the lake and say what is damaged; changes nothing.",
    "repair": "Mend a damaged lake: bring files back, else roll back to the last whole batch.",
    "export": "Write the tables as plain Parquet for pandas, polars, Spark or DuckDB.",
}
"""Commands, each the function of that name in `flows/commands/`; its docstring begins likewise."""

GROUPS = {
    "lake": "Put a lake right whose catalog is not the one that its data had.",
    "sources": "List and edit the feeds that are polled; touches no network.",
}
"""Commands with commands of their own, each the `app` of its file in `flows/commands/`."""
