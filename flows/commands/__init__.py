"""The `newslake` command line; kept light, for every worker process imports it again."""


def main() -> int:
    """Run the command that the process's arguments name; return the exit code."""
    from flows.terminal.app import run

    return run()
