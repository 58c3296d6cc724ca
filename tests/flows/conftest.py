"""A feed server on loopback for the tests of runs."""

from collections.abc import Iterator

import pytest
from loopback import FeedServer


@pytest.fixture
def feeds() -> Iterator[FeedServer]:
    """Return a feed server that runs for one test."""
    server = FeedServer()
    yield server
    server.close()
