"""A feed server on loopback and workers for the tests of runs, and loggers as they were."""

import logging
from collections.abc import Iterator
from functools import cache

import pytest
from loopback import FeedServer

from connectors.http import fetch
from flows import logs
from flows.workers.pool import Pool


@pytest.fixture
def feeds() -> Iterator[FeedServer]:
    """Return a feed server that runs for one test."""
    server = FeedServer()
    yield server
    server.close()


@pytest.fixture(scope="session", autouse=True)
def _certificates_are_read_once() -> Iterator[None]:
    """Let all runs share the machine's certificates: reading them takes a tenth of a run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetch, "_trusted", cache(fetch._trusted))
        yield


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """Return workers for all runs: starting them takes longer than a run."""
    with Pool() as made:
        yield made


@pytest.fixture
def restored_loggers() -> Iterator[None]:
    """Leave the loggers as they were."""
    yield
    for room in logs.ROOMS:
        logging.getLogger(room).handlers.clear()
        logging.getLogger(room).setLevel(logging.NOTSET)
        logging.getLogger(room).propagate = True
