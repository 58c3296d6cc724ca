"""Log lines: event names with their fields, once each, on whatever standard error is."""

import logging

import pytest

from flows import logs

pytestmark = pytest.mark.usefixtures("restored_loggers")


def test_an_event_and_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    """A line holds level, place, event and fields, and is written once."""
    logs.start("info")
    logs.start("info")
    logging.getLogger("warehouse.lake.writer").info("committed", extra={"batch_no": 3})
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.endswith(" info warehouse.lake.writer committed batch_no=3\n")


def test_the_level_counts(capsys: pytest.CaptureFixture[str]) -> None:
    """What is below the level is not written; starting again changes the level."""
    logs.start("warning")
    logging.getLogger("flows.x").info("quiet")
    logs.start("debug")
    logging.getLogger("flows.x").debug("loud")
    assert "quiet" not in (said := capsys.readouterr().err)
    assert "debug flows.x loud" in said


def test_prefect_gets_info_in_any_case(capsys: pytest.CaptureFixture[str]) -> None:
    """A run's log in the UI does not depend on what the terminal shows."""
    logs.start("error")
    assert logging.getLogger("flows").isEnabledFor(logging.INFO)
    logging.getLogger("flows.x").info("quiet")
    assert capsys.readouterr().err == ""


def test_an_exception_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Where an exception is logged, its traceback follows the line."""
    logs.start("debug")
    logging.getLogger("flows.x").debug("failed", exc_info=ValueError("broken"))
    assert capsys.readouterr().err.endswith("ValueError: broken\n")
