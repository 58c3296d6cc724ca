"""The deployment `ingest` of `newslake serve`, as Prefect is told of it."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from importlib.metadata import version

from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Interval
from prefect.types.entrypoint import EntrypointType

NAME = "ingest"
WITHIN = 0.8
"""The share of the interval in which a run may begin polls, so that the next is not skipped."""
DESCRIPTION = """Polls the folders of seed files and every feed that is due, and stores what is new
in the lake. Runs do not overlap: one that would start while another works is cancelled, and what it
would have polled is polled by the next.

*Run > Custom run* takes other parameters; those left empty come from newslake's settings
(`NEWSLAKE_*` variables, `newslake.toml`) on the machine that serves."""


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What is to be served; folders and files are absolute, for runs start anywhere."""

    lake: str
    seeds: list[str]
    sources: str | None
    """None: the default one is not there, so far."""
    every: float
    """Seconds from one scheduled run to the next."""
    alone: bool
    """Whether the server is our own, which nobody else runs flows on."""


async def deployment(order: ServeOptions, first: datetime) -> RunnerDeployment:
    """Return the deployment, its first run scheduled at `first` (aware)."""
    from flows.ingest import ingest

    return await ingest.ato_deployment(
        name=NAME,
        description=DESCRIPTION,
        tags=["newslake"],
        version=version("newslake"),
        schedule=Interval(timedelta(seconds=order.every), anchor_date=first, timezone="UTC"),
        paused=False,
        parameters={
            "lake": order.lake,
            "seeds": order.seeds,
            "within": round(order.every * WITHIN, 1),
        }
        | ({"sources": order.sources} if order.sources else {}),
        concurrency_limit=ConcurrencyLimitConfig(
            limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW
        ),
        # A module, not a file: a file would be imported a second time, as another module.
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


def told(order: ServeOptions) -> str:
    """Return the order as `main` takes it."""
    return json.dumps(asdict(order))
