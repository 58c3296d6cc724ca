"""The deployment `ingest` of `newslake serve`, as Prefect is told of it."""

from datetime import datetime, timedelta
from importlib.metadata import version

from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Interval
from prefect.types.entrypoint import EntrypointType

from flows.service.serve_options import ServeOptions

NAME = "ingest"
WITHIN = 0.8
"""The share of the interval in which a run may begin polls, so that the next is not skipped."""
DESCRIPTION = """Polls the folders of seed files and every feed that is due, and stores what is new
in the lake. Runs do not overlap: one that would start while another works is cancelled, and what it
would have polled is polled by the next.

*Run > Custom run* takes other parameters; those left empty come from newslake's settings
(`NEWSLAKE_*` variables, `newslake.toml`) on the machine that serves."""


async def deployment(options: ServeOptions, first: datetime) -> RunnerDeployment:
    """Return the deployment, its first run scheduled at `first` (aware)."""
    from flows.ingest import ingest

    return await ingest.ato_deployment(
        name=NAME,
        description=DESCRIPTION,
        tags=["newslake"],
        version=version("newslake"),
        schedule=Interval(timedelta(seconds=options.every), anchor_date=first, timezone="UTC"),
        paused=False,
        parameters={
            "lake": options.lake,
            "seeds": options.seeds,
            "within": round(options.every * WITHIN, 1),
        }
        | ({"sources": options.sources} if options.sources else {}),
        concurrency_limit=ConcurrencyLimitConfig(
            limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW
        ),
        # A module, not a file: a file would be imported a second time, as another module.
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
