"""The deployment, what an earlier serve left behind, and the lines on runs; without a server."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.states import Cancelled, Completed, Crashed, Failed, Pending, Running, Scheduled

from flows.service import stale_runs
from flows.service.deployment import deployment
from flows.service.runner import ended_line
from flows.service.serve_options import ServeOptions

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
OPTIONS = ServeOptions("/data/lake", ["/data/seeds"], "/data/sources.toml", every=300.0, alone=True)
DEPLOYMENT = UUID(int=1)


def test_the_deployment_is_on_a_schedule_without_overlap() -> None:
    """Every five minutes from the first time on; a run that would overlap is cancelled."""
    made = asyncio.run(deployment(OPTIONS, NOW))
    (schedule,) = made.schedules or []
    assert schedule.schedule is not None
    assert schedule.schedule.model_dump(include={"interval", "anchor_date"}) == {
        "interval": timedelta(seconds=300),
        "anchor_date": NOW,
    }
    assert made.concurrency_limit == 1
    assert made.concurrency_options is not None
    assert made.concurrency_options.collision_strategy == "CANCEL_NEW"
    assert not made.paused


def test_the_deployment_makes_a_usable_form() -> None:
    """The module is the entrypoint, folders are filled in, every parameter says what it is."""
    made = asyncio.run(deployment(OPTIONS, NOW))
    assert made.entrypoint == "flows.ingest.ingest"
    assert made.parameters == {
        "lake": "/data/lake",
        "seeds": ["/data/seeds"],
        "sources": "/data/sources.toml",
        "within": 240.0,
    }
    shapes = made._parameter_openapi_schema.properties
    assert set(made.parameters) < set(shapes)
    assert all(shape.get("description") for shape in shapes.values())
    assert made.description
    assert made.version
    assert made.tags == ["newslake"]


class Client:
    """A server's client: runs, a limit, signs of life; it notes what is done to them."""

    def __init__(self, *runs: FlowRun, slots: int = 0, living: tuple[UUID, ...] = ()) -> None:
        self.runs = {run.id: run for run in runs}
        self.slots = slots
        self.living = living

    async def read_flow_runs(self, *, flow_run_filter: Any, limit: int, offset: int) -> Any:
        """Return a page of the runs in these states."""
        states = flow_run_filter.state.type.any_
        assert flow_run_filter.deployment_id.any_ == [DEPLOYMENT]
        found = [run for run in self.runs.values() if run.state and run.state.type in states]
        return found[offset : offset + limit]

    async def read_flow_run(self, run_id: UUID) -> FlowRun:
        """Return a run."""
        return self.runs[run_id]

    async def set_flow_run_state(self, run_id: UUID, state: State[Any], *, force: bool) -> None:
        """Note the state."""
        assert force
        self.runs[run_id].state = state

    async def delete_flow_run(self, run_id: UUID) -> None:
        """Forget the run."""
        del self.runs[run_id]

    async def read_events(self, chosen: Any, limit: int) -> Any:
        """Return whether the run gave a sign of life."""
        (resource,) = chosen.resource.id
        lives = UUID(resource.removeprefix("prefect.flow-run.")) in self.living
        return SimpleNamespace(events=["beat"] if lives else [])

    async def read_deployment(self, deployment_id: UUID) -> Any:
        """Return what there is to know of its limit."""
        limit = SimpleNamespace(name="limit", active_slots=self.slots)
        return SimpleNamespace(global_concurrency_limit=limit)

    async def update_global_concurrency_limit(self, name: str, change: Any) -> None:
        """Note how many places are taken."""
        assert name == "limit"
        self.slots = change.active_slots


def run_in(state: State[Any], *, since: timedelta = timedelta(hours=1), **fields: Any) -> FlowRun:
    """Return a run that is in this state for so long."""
    state.timestamp = cast("Any", datetime.now(UTC) - since)
    return FlowRun.model_validate({"id": uuid4(), "flow_id": uuid4(), "name": "quiet-otter"}
                                  | fields | {"state": state})  # fmt: skip


def put_right(client: Client, **options: Any) -> int:
    """Do what serve does at its start."""
    return asyncio.run(stale_runs.put_right(cast("PrefectClient", client), DEPLOYMENT, **options))


def states(client: Client) -> list[StateType]:
    """Return the states of all runs, in their order."""
    return [run.state.type for run in client.runs.values() if run.state]


def test_runs_of_a_killed_serve_are_crashed_and_their_place_is_free() -> None:
    """On our own server nobody else runs: what is RUNNING or PENDING at the start is dead."""
    client = Client(run_in(Running()), run_in(Pending()), run_in(Completed()), slots=1)
    assert put_right(client, alone=True) == 2
    assert states(client) == [StateType.CRASHED, StateType.CRASHED, StateType.COMPLETED]
    assert client.slots == 0


def test_a_place_that_nobody_holds_is_freed() -> None:
    """A run that was deleted in the UI, or crashed with the server, may have left it taken."""
    client = Client(run_in(Completed()), slots=1)
    assert put_right(client, alone=True) == 0
    assert client.slots == 0


@pytest.mark.parametrize("sign", ["state", "heartbeat", "ours"])
def test_a_living_run_of_somebody_else_is_left_alone(sign: str) -> None:
    """On a shared server a run is dead only after two minutes without a sign of life."""
    run = run_in(Running(), since=timedelta(seconds=5 if sign == "state" else 3600))
    dead = run_in(Running())
    client = Client(run, dead, slots=1, living=(run.id,) if sign == "heartbeat" else ())
    assert put_right(client, alone=False, ours={run.id} if sign == "ours" else set()) == 1
    assert states(client) == [StateType.RUNNING, StateType.CRASHED]
    assert client.slots == 1


def test_all_pages_are_read() -> None:
    """A weekend can leave more runs than the API gives at once."""
    client = Client(*(run_in(Running()) for _ in range(stale_runs.PAGE + 1)))
    assert put_right(client, alone=True) == stale_runs.PAGE + 1


def test_missed_runs_are_dropped() -> None:
    """Runs that were due while nobody served do not run at once; what a person asked for does."""
    missed = run_in(Scheduled(), auto_scheduled=True, expected_start_time=NOW - timedelta(hours=1))
    due = run_in(Scheduled(), auto_scheduled=True, expected_start_time=NOW)
    asked = run_in(Scheduled(), expected_start_time=NOW - timedelta(hours=1))
    client = Client(missed, due, asked)
    dropped = stale_runs.drop_missed(cast("PrefectClient", client), DEPLOYMENT, NOW)
    assert asyncio.run(dropped) == 1
    assert list(client.runs) == [due.id, asked.id]


def test_runs_that_did_not_end_in_time_are_cancelled() -> None:
    """When serve stops, its runs are not left RUNNING, nor called crashed for its own SIGTERM."""
    client = Client(run_in(Completed()), run_in(Running()), run_in(Crashed()))
    asyncio.run(stale_runs.cancel(cast("PrefectClient", client), set(client.runs)))
    assert states(client) == [StateType.COMPLETED, StateType.CANCELLED, StateType.CANCELLED]


def test_a_line_for_each_run() -> None:
    """Name, state and time; the reason if it did not complete; nothing that steers a terminal."""
    times: dict[str, Any] = {"end_time": NOW, "total_run_time": timedelta(seconds=3)}
    done = run_in(Completed(message="All states completed."), **times)
    done.name = "ingest: 48 due feeds, 12 new\x1b[2J"
    clock = NOW.astimezone().strftime("%H:%M:%S")
    said = f"{clock} ingest: 48 due feeds, 12 new\N{REPLACEMENT CHARACTER}[2J: completed, 3 seconds"
    assert ended_line(done) == said
    failed = run_in(Failed(message="The lake is locked.\nTraceback"), **times)
    assert ended_line(failed).endswith("failed, 3 seconds (The lake is locked.)")
    skipped = run_in(Cancelled(message="Deployment concurrency limit reached."), end_time=NOW)
    assert ended_line(skipped).endswith("cancelled (Deployment concurrency limit reached.)")


def test_options_go_to_the_runner_as_text() -> None:
    """What one process writes on the command line of the other is what that one reads."""
    assert ServeOptions.from_json(OPTIONS.to_json()) == OPTIONS
