"""A feed server on loopback and workers for the tests of runs, and loggers as they were."""

import logging
from collections.abc import Iterator

import pytest
from loopback import FeedServer

from flows import logs
from flows.workers.pool import Pool


@pytest.fixture
def feeds() -> Iterator[FeedServer]:
    """Return a feed server that runs for one test."""
    server = FeedServer()
    yield server
    server.close()


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
