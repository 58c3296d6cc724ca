"""The help of a command: its sentence and its examples, from its own docstring."""

import inspect
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

from cyclopts import App

from flows.terminal.menu import GROUPS

Command = Callable[..., Any]


def group(name: str, docstring: str | None, commands: Mapping[str, Command]) -> App:
    """Return a command that has commands of its own.

    Args:
        name: What a user types; its sentence stands in the menu.
        docstring: Its module's, for the examples.
        commands: What a user types after it, and the function that this calls.
    """
    app = App(
        name=name,
        help=GROUPS[name],
        help_epilogue=examples(docstring),
        version=program_version,
    )
    for typed, command in commands.items():
        epilogue = examples(command.__doc__)
        app.command(command, name=typed, help=sentence(command.__doc__), help_epilogue=epilogue)
    return app


def show_examples(app: App) -> None:
    """Let a command that was found show the examples of its function under its help."""
    if app.default_command and not app.help_epilogue:
        app.help_epilogue = examples(app.default_command.__doc__)


def program_version() -> str:
    """Return newslake's version, as every `--version` shows it."""
    return version("newslake")


def sentence(docstring: str | None) -> str:
    """Return the first line of a docstring."""
    return inspect.cleandoc(docstring or "").partition("\n")[0]


def examples(docstring: str | None) -> str | None:
    """Return the examples of a docstring as the help shows them, a paragraph each."""
    _, title, block = inspect.cleandoc(docstring or "").partition("\nExamples:\n")
    lines = [line.strip() for line in block.splitlines() if line.strip()]
    return "\n\n".join(["Examples:", *(f"        {line}" for line in lines)]) if title else None
