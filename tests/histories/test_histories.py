"""Random histories against the reference model; scripts/histories plays more of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from history import PENDING, history
from loopback import FeedServer
from mutants import MUTANTS, Mutant
from play import play

from flows.workers import Pool

RUNS = 4
"""Of a history here: enough to meet kills, disasters and what was there before."""
MUTANT_SEEDS = 6
"""At most so many histories may pass before a mutant is caught."""


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """Return one worker for all runs: starting it takes longer than a run."""
    with Pool(workers=1) as made:
        yield made


@pytest.fixture(scope="module")
def server() -> Iterator[FeedServer]:
    """Return a feed server for all histories."""
    made = FeedServer()
    yield made
    made.close()


@pytest.mark.parametrize("seed", range(1, 5))
def test_a_history_ends_as_the_rules_say(
    seed: int, tmp_path: Path, server: FeedServer, pool: Pool
) -> None:
    """Whatever happens to feeds, files and lake, the tables are those of the written rules."""
    assert play(history(seed, runs=RUNS), tmp_path, server, pool).difference == ""


def test_a_history_of_killed_processes_ends_as_the_rules_say(
    tmp_path: Path, server: FeedServer, pool: Pool
) -> None:
    """Kill -9 in the middle of a run loses nothing and doubles nothing."""
    made = history(KILLED_SEED, processes=True, runs=RUNS)
    assert "killed" in " ".join(made.told)
    assert play(made, tmp_path, server, pool).difference == ""


KILLED_SEED = 1


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_broken_rule_is_noticed(
    mutant: Mutant, tmp_path: Path, server: FeedServer, pool: Pool
) -> None:
    """A small change of the product that breaks a rule is caught by one of the first histories."""
    for seed in range(1, MUTANT_SEEDS + 1):
        with mutant():
            played = play(history(seed, runs=RUNS), tmp_path / str(seed), server, pool)
        if played.difference:
            return
    pytest.fail(f"{mutant.__name__} was not noticed in {MUTANT_SEEDS} histories")


def test_a_seed_is_always_the_same_history() -> None:
    """So a difference can be played again; what waits for a rule is in none of them."""
    assert history(7) == history(7)
    assert history(7) != history(8)
    names = {step for seed in range(200) for step in history(seed).steps if isinstance(step, str)}
    assert not names & {"copied", "catalog_gone", "catalog_empty", "catalog_older"} or not PENDING
