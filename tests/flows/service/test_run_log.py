"""Our lines in a run's log in Prefect's UI: with fields, from every thread, once."""

import logging
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from flows import logs
from flows.service import run_log

RUN = "01a20db2-099d-7c80-b3bc-fe8d33b42531"


pytestmark = pytest.mark.usefixtures("restored_loggers")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Keep what would go to the API."""
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr("prefect.logging.handlers.emit_api_log", sent.append)
    return sent


def handler(monkeypatch: pytest.MonkeyPatch, **variables: str) -> run_log.ToRun:
    """Return the handler as Prefect makes it, beside the logger of a room."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    made = run_log.ToRun()
    logging.getLogger("warehouse").addHandler(made)
    return made


def test_a_line_from_a_thread_without_context(
    monkeypatch: pytest.MonkeyPatch, sent: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    """A run's own process has the run in its environment; the line holds event and fields, once."""
    handler(monkeypatch, PREFECT__FLOW_RUN_ID=RUN)
    logging.getLogger("warehouse.lake.writer").info("committed", extra={"batch_no": 3})
    (line,) = sent
    assert line["message"] == "committed batch_no=3"
    assert line["flow_run_id"] == RUN
    assert capsys.readouterr().err == ""


def test_a_run_within_a_process_is_remembered(
    monkeypatch: pytest.MonkeyPatch, sent: list[dict[str, Any]]
) -> None:
    """Once a line came from within the flow, other threads' lines go to the same run."""
    made = handler(monkeypatch)
    record = logging.LogRecord("flows.run", logging.INFO, "", 0, "published", (), None)
    context = SimpleNamespace(flow_run=SimpleNamespace(id=UUID(RUN)))
    with monkeypatch.context() as within:
        within.setattr(run_log, "FlowRunContext", SimpleNamespace(get=lambda: context))
        within.setattr("prefect.context.get_run_context", lambda: context)
        made.emit(record)
    made.emit(record)
    assert [line["flow_run_id"] for line in sent] == [RUN, RUN]
    assert not hasattr(record, "flow_run_id")


def test_the_level_of_the_terminal_is_the_operators(
    monkeypatch: pytest.MonkeyPatch, sent: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    """A run of serve is a process of its own: it writes what NEWSLAKE_LOG_LEVEL lets through."""
    handler(monkeypatch, PREFECT__FLOW_RUN_ID=RUN, NEWSLAKE_LOG_LEVEL="error")
    logging.getLogger("warehouse.x").warning("quiet")
    logging.getLogger("warehouse.x").error("loud")
    assert [line["message"] for line in sent] == ["quiet", "loud"]
    err = capsys.readouterr().err
    assert "loud" in err
    assert "quiet" not in err


def test_what_a_command_set_up_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """`newslake ingest --log-level debug` is not undone when Prefect loads its handler."""
    logs.start("debug")
    handler(monkeypatch, NEWSLAKE_LOG_LEVEL="error")
    assert logging.getLogger("warehouse").level == logging.DEBUG


def test_lines_of_others_are_as_they_are() -> None:
    """Prefect's own lines carry many fields of its own."""
    record = logging.makeLogRecord({"name": "prefect.flow_runs", "msg": "Beginning", "x": 1})
    assert logs.Fields().format(record) == "Beginning"
