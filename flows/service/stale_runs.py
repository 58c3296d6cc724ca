"""What an earlier `newslake serve` left behind in Prefect's database, put right before the next.

A run whose process was killed stays RUNNING there for ever, and its place among the concurrent runs
(one) stays taken: every later run would be skipped in silence. Runs that were due while nobody
served would all start at once.
"""

import logging
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.events.filters import EventFilter, EventNameFilter, EventOccurredFilter
from prefect.events.filters import EventResourceFilter as Resource
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Crashed

log = logging.getLogger(__name__)

SILENCE = timedelta(seconds=120)
"""How long a living run can be silent: it says every 30 s that it lives (environment.prepare)."""
OCCUPYING = (StateType.RUNNING, StateType.PENDING, StateType.CANCELLING)
"""The states in which a run takes the one place among concurrent runs."""
PAGE = 200
"""Runs that the API gives at once."""
STOPPED = "newslake serve was stopped. What was committed is kept."
CRASHED = "Its process is gone: newslake or this machine was killed. What was committed is kept."


async def put_right(
    client: PrefectClient,
    deployment_id: UUID,
    *,
    alone: bool,
    ours: Collection[UUID] = frozenset(),
) -> int:
    """Mark runs without a process as CRASHED, and free the place they took; return how many.

    Args:
        client: The server's client.
        deployment_id: The deployment whose runs are looked at.
        alone: Nobody else can be running this deployment, so that every run but `ours` is dead;
            otherwise a run is only dead after SILENCE.
        ours: The runs whose processes this one has.
    """
    others = [run for run in await _runs(client, deployment_id, OCCUPYING) if run.id not in ours]
    dead = [run for run in others if alone or not await _lives(client, run)]
    for run in dead:
        await client.set_flow_run_state(run.id, Crashed(message=CRASHED), force=True)
        log.warning("run_crashed", extra={"run": str(run.id), "name_of_run": run.name})
    if dead or alone:
        await _free(client, deployment_id)
    return len(dead)


async def cancel(client: PrefectClient, under_way: set[UUID]) -> None:
    """Mark the runs that were under way when all was stopped, and did not end, as CANCELLED."""
    for run_id in under_way:
        run = await client.read_flow_run(run_id)
        if run.state and run.state.type in (*OCCUPYING, StateType.CRASHED):  # by our own SIGTERM
            await client.set_flow_run_state(run_id, Cancelled(message=STOPPED), force=True)


async def drop_missed(client: PrefectClient, deployment_id: UUID, now: datetime) -> int:
    """Take out scheduled runs whose time passed while nobody served; return how many.

    The next run polls whatever became due meanwhile; a pile of skipped ones tells nobody anything.
    """
    waiting = await _runs(client, deployment_id, (StateType.SCHEDULED,))
    missed = [
        run
        for run in waiting
        if run.auto_scheduled and run.expected_start_time and run.expected_start_time < now
    ]
    for run in missed:
        await client.delete_flow_run(run.id)
    return len(missed)


async def _runs(
    client: PrefectClient, deployment_id: UUID, states: tuple[StateType, ...]
) -> list[FlowRun]:
    """Return the deployment's runs in these states, all pages of them."""
    chosen = FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=[deployment_id]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states))),
    )
    runs: list[FlowRun] = []
    while len(page := await client.read_flow_runs(
        flow_run_filter=chosen, limit=PAGE, offset=len(runs)
    )) == PAGE:  # fmt: skip
        runs += page
    return runs + page


async def _lives(client: PrefectClient, run: FlowRun) -> bool:
    """Return whether the run changed its state or gave a sign of life within SILENCE."""
    since = datetime.now(UTC) - SILENCE
    if run.state and run.state.timestamp > since:
        return True
    heartbeats = await client.read_events(
        EventFilter(
            event=EventNameFilter(name=["prefect.flow-run.heartbeat"]),
            resource=Resource(id=[f"prefect.flow-run.{run.id}"]),
            occurred=EventOccurredFilter.model_validate({"since": since}),
        ),
        limit=1,
    )
    return bool(heartbeats.events)


async def _free(client: PrefectClient, deployment_id: UUID) -> None:
    """Free the place among concurrent runs if no run is left that could hold it.

    The server keeps in memory who holds it; after a restart nobody would ever give it back.
    """
    limit = (await client.read_deployment(deployment_id)).global_concurrency_limit
    if limit is None or not limit.active_slots or await _runs(client, deployment_id, OCCUPYING):
        return
    try:
        await client.update_global_concurrency_limit(
            limit.name, GlobalConcurrencyLimitUpdate(active_slots=0)
        )
    except ObjectNotFound:  # the deployment was deleted meanwhile
        log.debug("limit_gone")
