"""The flow `ingest`: its parameters, its settings, its artifact; without a server."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flows import ingest as flow_module
from flows.ingest import LISTENER, Listener, ingest
from flows.outcome import Progress, Report, Tally

REPORT = Report(
    run_id="r",
    tallies={"seeds": Tally(read=1, new=1)},
    skipped=0,
    failures=[],
    lake=Path("lake"),
    articles=1,
    batches=1,
    seconds=0.1,
)


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """Put a pipeline in place that notes how it is called; return the note."""
    monkeypatch.chdir(tmp_path)
    note: dict[str, Any] = {}

    async def run(lake: Path, seeds: Sequence[Path], **options: Any) -> Report:
        note.update(options, lake=lake, seeds=tuple(seeds))
        options["progress"](Progress(entries=1, files=1))
        return REPORT

    monkeypatch.setattr(flow_module, "run", run)
    return note


def in_run(monkeypatch: pytest.MonkeyPatch, made: list[dict[str, Any]]) -> None:
    """Pretend to be in a flow run, with an API that keeps artifacts in `made`."""
    context = SimpleNamespace(get=lambda: SimpleNamespace(flow_run=SimpleNamespace(id="run-1")))
    monkeypatch.setattr(flow_module, "FlowRunContext", context)

    async def create(markdown: str, **fields: Any) -> None:
        made.append({"markdown": markdown, **fields})

    @asynccontextmanager
    async def client() -> AsyncIterator[SimpleNamespace]:
        async def update(run_id: str, **fields: Any) -> None:
            made.append({"run": run_id, **fields})

        yield SimpleNamespace(update_flow_run=update)

    monkeypatch.setattr(flow_module, "acreate_markdown_artifact", create)
    monkeypatch.setattr(flow_module, "get_client", client)


def test_parameters_make_a_form() -> None:
    """Every parameter is optional, typed and explained, so that a deployment shows a form."""
    properties = ingest.parameters.properties
    expected = "lake seeds sources now all_feeds dry_run within lock_timeout"
    assert set(properties) == set(expected.split())
    assert ingest.parameters.required == []
    assert all(shape.get("description") for shape in properties.values())


def test_the_machines_settings_fill_empty_parameters(
    called: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a deployment leaves empty, the worker's variables decide."""
    monkeypatch.setenv("NEWSLAKE_LAKE", "theirs")
    asyncio.run(ingest.fn(now=datetime(2026, 11, 24)))  # noqa: DTZ001 a form gives no zone
    assert called["lake"] == Path("theirs")
    assert called["now"] == datetime(2026, 11, 24, tzinfo=UTC)


def test_whoever_listens_hears_begin_progress_and_end(called: dict[str, Any]) -> None:
    """The command line follows the run within its process."""
    heard: list[object] = []
    LISTENER.set(Listener(lambda: heard.append("began"), heard.append, heard.append))
    try:
        asyncio.run(ingest.fn(lake=Path("l")))
    finally:
        LISTENER.set(Listener())
    assert heard == ["began", Progress(entries=1, files=1), REPORT]


def test_the_run_is_named_by_prefect_and_leaves_an_artifact(
    called: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run's id is the flow run's, its name says what it did, the artifact holds the table."""
    made: list[dict[str, Any]] = []
    in_run(monkeypatch, made)
    asyncio.run(ingest.fn())
    assert called["run_id"] == "run-1"
    named, artifact = made
    assert named == {"run": "run-1", "name": "ingest: 1 new"}
    assert artifact["key"] == "ingest-report"
    assert "| total | 1 | 1 |" in artifact["markdown"]


def test_a_lost_api_costs_the_artifact_only(
    called: dict[str, Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The data are committed by then: the run ends well, and the log says what is missing."""
    in_run(monkeypatch, [])

    async def create(*_: object, **__: object) -> None:
        raise ConnectionError("gone")

    monkeypatch.setattr(flow_module, "acreate_markdown_artifact", create)
    assert asyncio.run(ingest.fn()) == REPORT
    assert "artifact_failed" in caplog.text
