"""Finds the command, runs it, and turns every error into a clean message and an exit code."""

import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper

from cyclopts import App, CycloptsError

from articles.errors import NewslakeError
from flows.terminal.command_help import program_version, show_examples
from flows.terminal.menu import COMMANDS, GROUPS

log = logging.getLogger(__name__)

DONE, FAILED, USAGE = 0, 1, 2


def build() -> App:
    """Return the command line, with its commands unloaded."""
    app = App(
        name="newslake",
        help="Every article, every edit, every duplicate, and why.",
        help_format="markdown",
        help_epilogue="`newslake COMMAND --help` shows a command's options and examples.",
        version=program_version,
        suppress_keyboard_interrupt=False,
    )
    for name, sentence in COMMANDS.items():
        app.command(f"flows.commands.{name}:{name}", name=name, help=sentence)
    for name, sentence in GROUPS.items():
        app.command(f"flows.commands.{name}:app", name=name, help=sentence)
    return app


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command (the process's arguments by default); return its exit code, raise nothing."""
    terminated: list[int] = []
    if isinstance(sys.stdout, TextIOWrapper):  # a locale may lack a name's characters
        sys.stdout.reconfigure(errors="replace")
    before = signal.signal(signal.SIGTERM, _interrupt_once(terminated))
    try:
        result = _called(sys.argv[1:] if arguments is None else list(arguments))
        sys.stdout.flush()
    except KeyboardInterrupt as error:
        hint = "What was committed is kept; the next run goes on from there."
        return _say(128 + (terminated or error.args or [signal.SIGINT])[0], "Interrupted.", hint)
    except Exception as error:
        log.debug("failed", exc_info=True)
        return _failed(error)
    finally:
        signal.signal(signal.SIGTERM, before)
    return result if isinstance(result, int) else DONE


def _interrupt_once(terminated: list[int]) -> Callable[[int, object], None]:
    """Return what SIGTERM does: the same as Ctrl-C, once; its number is put into the list."""

    def terminate(number: int, _frame: object) -> None:
        if terminated:  # the way out is under way; a second signal would break into it
            return
        terminated.append(number)
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as of what a script starts by `&`
            signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.raise_signal(signal.SIGINT)  # the way out that asyncio knows

    return terminate


def _called(tokens: list[str]) -> object:
    """Load the command that the tokens name, call it, and return what it returns."""
    app = build()
    _, named, _ = app.parse_commands(tokens)
    for command in named:
        show_examples(command)
    return app(tokens, exit_on_error=False, print_error=False, result_action="return_value")


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
