"""Prefect's server and UI, a process of `serve`: `python -m flows.service.api_server PORT`."""

import os
import signal
import sys
import time

from flows.service.child_process import on_parents_end

PARENT_SECONDS = 10.0
"""How long it lives on after its parent's end, for the runs to say how they ended."""
GRACE_SECONDS = 3
"""How long open connections may stay at the end: a browser on the UI keeps one for ever."""


def main(port: int) -> None:
    """Serve on 127.0.0.1 until SIGTERM, or until the parent is gone."""
    on_parents_end(_end_soon, PARENT_SECONDS)
    import uvicorn  # Prefect's own dependency, and how Prefect runs its server
    from prefect.server.api.server import create_app

    uvicorn.run(
        create_app(),
        host="127.0.0.1",
        port=port,
        log_level="warning",
        timeout_keep_alive=5,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _end_soon() -> None:
    time.sleep(PARENT_SECONDS / 2)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(int(sys.argv[1]))
