"""A run that ends in its middle, as if its process had: before it stores a batch."""

import pytest

from flows.polling import batch_buffer


class Killed(Exception):
    """Stands for the end of the process."""


def stop_before(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the storing of this batch (from 1), and of all that follow, end the run."""
    count = 0

    def store(*given: object) -> None:
        nonlocal count
        count += 1
        if count >= batch:
            raise Killed
        stored(*given)  # type: ignore[arg-type]

    stored = batch_buffer.store  # type: ignore[attr-defined]
    monkeypatch.setattr(batch_buffer, "store", store)
