"""Runs the deployment, a process of `serve`: `python -m flows.service.runner OPTIONS`."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterEndTime,
)
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import FlowRunSort
from prefect.runner import Runner

from flows.service import stale_runs
from flows.service.child_process import on_parents_end
from flows.service.deployment import deployment
from flows.service.serve_options import ServeOptions
from flows.terminal.text import plural, printable

log = logging.getLogger(__name__)
START_SECONDS = 120.0
"""How long the server may take to answer: its first start makes its database."""
LOOK_SECONDS = 2.0
"""The time between two looks for runs that are due, and for runs that ended."""
SWEEP_SECONDS = 60.0
"""The time between two looks for runs whose process is gone, where others use the server too."""
END_SECONDS = 5.0
"""How long a run may take to end after SIGTERM: its commit, then Prefect's last words."""


async def serve(options: ServeOptions) -> None:
    """Deploy, put right what an earlier `serve` left, and run what is due until SIGTERM."""
    began = datetime.now(UTC)
    runner = Runner(
        name="newslake", query_seconds=LOOK_SECONDS, prefetch_seconds=1, pause_on_shutdown=True
    )
    async with get_client() as client:
        await _answering(client)
        first = datetime.now(UTC)
        deployment_id = await runner.aadd_deployment(await deployment(options, first))

        async def sweep() -> None:
            await stale_runs.put_right(
                client, deployment_id, alone=options.alone, ours=_under_way(runner)
            )

        await stale_runs.put_right(client, deployment_id, alone=options.alone)
        await stale_runs.drop_missed(client, deployment_id, first)
        await _schedule(client, deployment_id, first)
        printer = RunPrinter(client, FlowRunFilterDeploymentId(any_=[deployment_id]), began)
        repeated = [asyncio.create_task(_again_and_again(printer.print_ended, LOOK_SECONDS))]
        if not options.alone:
            repeated.append(asyncio.create_task(_again_and_again(sweep, SWEEP_SECONDS)))
        under_way = await _until_terminated(client, runner)
        for task in repeated:
            task.cancel()
        with suppress(Exception):  # a server that is going down
            await stale_runs.cancel(client, under_way)
            await printer.print_ended()


async def _schedule(client: PrefectClient, deployment_id: UUID, first: datetime) -> None:
    """Schedule the first run; Prefect's scheduler would look later and only ahead: it misses it."""
    await client.request(
        "POST",
        "/deployments/{id}/schedule",
        path_params={"id": deployment_id},
        json={"start_time": first.isoformat(), "min_runs": 1},
    )


async def _answering(client: PrefectClient) -> None:
    """Return when the server answers. Raises TimeoutError after START_SECONDS."""
    async with asyncio.timeout(START_SECONDS):
        while await client.api_healthcheck() is not None:  # noqa: ASYNC110 of another process
            await asyncio.sleep(0.1)


async def _until_terminated(client: PrefectClient, runner: Runner) -> set[UUID]:
    """Run what is due until SIGTERM; then a run under way has END_SECONDS to end as cancelled.

    Returns the runs that were under way.
    """
    terminated = asyncio.Event()
    working = asyncio.create_task(runner.start())
    await asyncio.sleep(0)  # the runner's own way to take SIGTERM calls itself in a deadlock
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, terminated.set)
    loop.add_signal_handler(signal.SIGINT, terminated.set)
    waiting = asyncio.create_task(terminated.wait())
    await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if working.done():
        waiting.cancel()
        await working  # raises what ended it
        return set()
    await _let_go(client, runner)
    under_way = _under_way(runner)
    with suppress(TimeoutError):
        async with asyncio.timeout(END_SECONDS):
            await runner.astop()
            await asyncio.wait({working})
    return under_way


def _under_way(runner: Runner) -> set[UUID]:
    """Return the runs whose processes the runner has."""
    return runner._process_manager.flow_run_ids()  # noqa: SLF001 no other way to know


async def _let_go(client: PrefectClient, runner: Runner) -> None:
    """Wait for processes whose run ended: the runner would make a completed run a cancelled one."""
    with suppress(Exception):  # whatever the API's client raises
        async with asyncio.timeout(END_SECONDS):
            for run_id in _under_way(runner):
                run = await client.read_flow_run(run_id)
                ended = run.state is not None and run.state.is_final()
                while ended and run_id in _under_way(runner):  # noqa: ASYNC110 the runner's
                    await asyncio.sleep(0.1)


async def _again_and_again(act: Callable[[], Awaitable[None]], seconds: float) -> None:
    """Act, wait, and act again until cancelled; a server that is away for a while is no reason."""
    while True:
        with suppress(Exception):  # whatever the API's client raises
            await act()
        await asyncio.sleep(seconds)


class RunPrinter:
    """Prints a line for each run that ended."""

    def __init__(
        self, client: PrefectClient, ours: FlowRunFilterDeploymentId, began: datetime
    ) -> None:
        self._client = client
        self._ours = ours
        self._after = began
        self._printed: set[object] = set()

    async def print_ended(self) -> None:
        """Print what ended since the last time."""
        ended = await self._client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                deployment_id=self._ours,
                end_time=FlowRunFilterEndTime.model_validate({"after_": self._after}),
            ),
            sort=FlowRunSort.END_TIME_DESC,
            limit=50,
        )
        for run in reversed(ended):
            if run.id not in self._printed:
                self._printed.add(run.id)
                print(ended_line(run), flush=True)  # noqa: T201 what a person watches
        if ended and ended[0].end_time:
            self._after = ended[0].end_time
            self._printed &= {run.id for run in ended}


def ended_line(run: FlowRun) -> str:
    """Return how a run ended, for a person: `13:05:02 ingest: 48 due feeds: completed, 3 s`."""
    ended = run.end_time or datetime.now(UTC)
    state = ((run.state and run.state.name) or "ended").lower()
    line = f"{ended.astimezone():%H:%M:%S} {printable(run.name)}: {state}"
    if run.total_run_time:
        line += f", {plural(round(run.total_run_time.total_seconds()), 'second')}"
    if run.state and run.state.message and not run.state.is_completed():
        line += f" ({printable(run.state.message.splitlines()[0])})"
    return line


def main(text: str) -> int:
    """Serve what the options (ServeOptions as JSON) say; return the exit code."""
    on_parents_end(lambda: os.kill(os.getpid(), signal.SIGTERM), END_SECONDS + 2)
    try:
        asyncio.run(serve(ServeOptions.from_json(text)))
    except TimeoutError:
        sys.stderr.write(f"newslake: Prefect did not answer within {START_SECONDS:.0f} s.\n")
        return 1
    except Exception as error:  # whatever the API's client raises
        log.debug("serve_failed", exc_info=True)
        sys.stderr.write(f"newslake: {type(error).__name__}: {' '.join(str(error).split())}\n")
        return 1
    return 0


if __name__ == "__main__":
    code = main(sys.argv[1])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # Prefect's threads drain events for 7 s at the interpreter's own end
