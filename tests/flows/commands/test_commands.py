"""The command line: exit codes, clean errors, and what each command passes on."""

import asyncio
import io
import logging
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from articles.errors import LakeLocked, NewslakeError
from flows import logs
from flows.commands import ingest as ingest_command
from flows.outcome import Progress, Report, Tally
from flows.terminal import app, menu
from flows.terminal.command_help import examples, sentence
from flows.terminal.progress import SECONDS, Reporter

Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Start where there are no settings; end without our log handlers."""
    monkeypatch.chdir(tmp_path)
    yield
    for room in logs.ROOMS:
        logging.getLogger(room).handlers.clear()
        logging.getLogger(room).setLevel(logging.NOTSET)
        logging.getLogger(room).propagate = True


def pretend(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    """Let `newslake ingest --direct` run `run` in the pipeline's place."""
    monkeypatch.setattr(ingest_command, "run", run)
    # There are no folders to look for.
    monkeypatch.setattr(ingest_command, "folders_of", lambda seeds, _lake: list(seeds))


def raising(error: BaseException) -> Run:
    """Return a pipeline that fails."""

    async def run(*_: object, **__: object) -> Report:
        raise error

    return run


def report(**changes: Any) -> Report:
    """Return the report of a run that took one entry in."""
    values: dict[str, Any] = {
        "run_id": "r",
        "tallies": {"seeds": Tally(read=1, new=1)},
        "skipped": 0,
        "failures": [],
        "lake": Path("lake"),
        "articles": 1,
        "batches": 1,
        "seconds": 0.1,
    }
    return Report(**values | changes)


@pytest.mark.parametrize(
    "arguments", [["--help"], *([name, "--help"] for name in menu.COMMANDS)], ids=" ".join
)
def test_help(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Every command explains itself, with examples that name it."""
    assert app.run(arguments) == 0
    shown = capsys.readouterr().out
    assert "Usage: newslake" in shown
    if len(arguments) == 2:
        assert f"newslake {arguments[0]} " in shown.partition("Examples:")[2]


@pytest.mark.parametrize("name", menu.COMMANDS)
def test_a_commands_sentence_is_its_files(name: str) -> None:
    """The menu repeats the first line of a command's docstring, which it must not load."""
    module = import_module(f"flows.commands.{name}")
    assert sentence(getattr(module, name).__doc__) == menu.COMMANDS[name]


@pytest.mark.parametrize("name", [*menu.COMMANDS, *menu.GROUPS])
def test_examples_stand_in_the_commands_file(name: str) -> None:
    """Each of them calls the command, and there is nothing else among them."""
    module = import_module(f"flows.commands.{name}")
    told = module.__doc__ if name in menu.GROUPS else getattr(module, name).__doc__
    shown = (examples(told) or "").split("\n\n")
    assert shown[0] == "Examples:"
    assert len(shown) > 2
    assert all(f"newslake {name}" in line for line in shown[1:])


@pytest.mark.parametrize(
    "arguments",
    [["nothing"], ["ingest", "--nope"], ["ingest", "extra"], ["ingest", "--lock-timeout", "soon"]],
    ids=" ".join,
)
def test_a_wrong_use_exits_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence and where to read on, on standard error."""
    assert app.run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("newslake: ")
    assert "--help" in err
    assert "Traceback" not in err


def test_a_bad_setting_exits_2(capsys: pytest.CaptureFixture[str]) -> None:
    """A settings file with an unknown key stops every command, naming line and key."""
    Path("newslake.toml").write_text('laek = "x"\n', encoding="utf-8")
    for arguments in (["ingest", "--direct"], ["sql", "select 1"], ["status"], ["export", "x"]):
        assert app.run(arguments) == 2
        assert "newslake.toml, line 1: newslake has no setting “laek”" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["sql", "select 1"], ["status"], ["export", "out"]])
def test_without_a_lake(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What reads a lake says that there is none and makes none."""
    assert app.run(arguments) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("newslake: ")
    assert "newslake ingest" in err
    assert not any(Path().iterdir())


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (LakeLocked("Locked by 7.", "Wait."), 1, "newslake: Locked by 7.\n  Wait.\n"),
        (NewslakeError("No."), 1, "newslake: No.\n"),
        (KeyboardInterrupt(), 130, "newslake: Interrupted.\n"),
        (KeyboardInterrupt(signal.SIGTERM), 143, "newslake: Interrupted.\n"),
        (ZeroDivisionError("by\nnought"), 1, "newslake: ZeroDivisionError: by nought\n"),
    ],
)
def test_an_error_is_a_sentence_and_a_code(
    error: BaseException,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No traceback reaches the operator; the hint does."""
    pretend(monkeypatch, raising(error))
    assert app.run(["ingest", "--direct"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(said)
    assert "Traceback" not in err


def test_sigterm_twice_ends_as_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second one, while the run is on its way out, breaks into nothing."""
    done: list[str] = []

    async def run(*_: object, **__: object) -> Report:
        signal.raise_signal(signal.SIGTERM)
        try:
            await asyncio.sleep(60)
        finally:
            for step in ("what is under way", "the lake's closing"):
                signal.raise_signal(signal.SIGTERM)
                await asyncio.sleep(0)
                done.append(step)
        raise AssertionError

    pretend(monkeypatch, run)
    # Where the tests were started by `&` Ctrl-C is ignored, and asyncio takes no notice of it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert app.run(["ingest", "--direct"]) == 143
    finally:
        signal.signal(signal.SIGINT, before)
    assert capsys.readouterr().err.startswith("newslake: Interrupted.\n")
    assert done == ["what is under way", "the lake's closing"]


def test_debug_shows_the_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """--log-level debug is for who wants to see where it happened."""
    pretend(monkeypatch, raising(ZeroDivisionError("by nought")))
    assert app.run(["ingest", "--direct", "--log-level", "debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_reader_that_has_seen_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """`newslake ... | head` ends without a complaint."""
    readable, writable = os.pipe()
    os.close(readable)
    kept = os.dup(1)
    try:
        os.dup2(writable, 1)
        with open(1, "w", closefd=False, encoding="utf-8") as pipe:
            monkeypatch.setattr("sys.stdout", pipe)
            pretend(monkeypatch, raising(BrokenPipeError()))
            assert app.run(["ingest", "--direct"]) == 1
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(writable)


def test_ingest_passes_its_options_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Options, variables and the file meet in what the pipeline is called with."""
    called: dict[str, Any] = {}

    async def run(lake: Path, seeds: Sequence[Path], **options: Any) -> Report:
        called.update(options, lake=lake, seeds=tuple(seeds))
        return report(dry_run=True)

    pretend(monkeypatch, run)
    monkeypatch.setenv("NEWSLAKE_LOCK_TIMEOUT", "7")
    Path("newslake.toml").write_text("dry_run = true\n", encoding="utf-8")
    options = ["--lake", "l", "--seeds", "a", "--seeds", "b", "--now", "2026-11-24"]
    assert app.run(["ingest", "--direct", *options]) == 0
    assert (called["lake"], called["seeds"]) == (Path("l"), (Path("a"), Path("b")))
    assert called["now"] == datetime(2026, 11, 24, tzinfo=UTC)
    assert (called["dry_run"], called["lock_timeout"]) == (True, 7)


def test_ingest_prints_its_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table is standard output's alone."""

    async def run(*_: object, **__: object) -> Report:
        return report()

    pretend(monkeypatch, run)
    assert app.run(["ingest", "--direct"]) == 0
    out, err = capsys.readouterr()
    assert "quarantined" in out
    assert err == ""


@pytest.mark.parametrize(
    ("succeeded", "failures", "code"),
    [(0, ["a: gone"], 1), (1, ["a: gone"], 0), (9, ["a: gone", "b: gone"], 0), (1, [], 0)],
)
def test_a_run_that_did_some_work_is_done(
    succeeded: int, failures: list[str], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Single folders and feeds may fail; nothing but failures is one."""

    async def run(*_: object, **__: object) -> Report:
        return report(succeeded=succeeded, failures=failures)

    pretend(monkeypatch, run)
    assert app.run(["ingest", "--direct"]) == code


def test_progress_in_a_file_is_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    """A log of a long run isn't flooded: lines are some seconds apart."""
    now = [0.0]
    with Reporter(Console(file=io.StringIO()), clock=lambda: now[0]) as reporter:
        for tick in range(60):
            now[0] = tick * SECONDS / 20
            reporter(Progress(entries=tick * 1_000, files=tick))
    said = capsys.readouterr().err.splitlines()
    assert said == [
        "newslake: 20,000 entries from 20 files",
        "newslake: 40,000 entries from 40 files",
    ]


def test_progress_on_a_terminal_is_one_live_line() -> None:
    """The line is taken away at the end, so that the table stands alone."""
    screen = io.StringIO()
    with Reporter(Console(file=screen, force_terminal=True, width=80)) as reporter:
        reporter(Progress(entries=1, files=1))
        reporter(Progress(entries=2_000, files=2))
    assert "2,000 entries from 2 files" in screen.getvalue()
    assert screen.getvalue().endswith("\x1b[2K")
