"""Our log lines in a run's log in Prefect's UI, with their fields; Prefect loads this handler.

`environment.prepare` names it as the class of Prefect's handler `api`, and our rooms as extra
loggers.
"""

import copy
import logging
import os
from typing import Any

from prefect.context import FlowRunContext, TaskRunContext
from prefect.logging.handlers import APILogHandler

from flows import logs


class ToRun(APILogHandler):
    """Sends records to the run of this process, from whatever thread they come."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logs.Fields())
        self._run_id = os.environ.get("PREFECT__FLOW_RUN_ID")
        # Where a run is a process of its own (serve), no command has set our loggers up.
        logs.start_once(os.environ.get("NEWSLAKE_LOG_LEVEL") or "warning")

    def prepare(self, record: logging.LogRecord) -> dict[str, Any]:
        """As Prefect's, but threads of ours, which have no context, speak for the run as well."""
        if context := FlowRunContext.get():
            self._run_id = str(context.flow_run.id) if context.flow_run else self._run_id
        elif self._run_id and not TaskRunContext.get() and not hasattr(record, "flow_run_id"):
            record = copy.copy(record)
            record.flow_run_id = self._run_id
        return super().prepare(record)
