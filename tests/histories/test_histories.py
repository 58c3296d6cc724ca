"""Random histories against the reference model; scripts/histories plays more of them."""

from collections.abc import Iterator
from pathlib import Path

import mutants
import pytest
from history import PENDING, RULES, history
from loopback import FeedServer
from mutants import Mutant
from play import play

from flows.workers.pool import Pool

RUNS = 4
"""Of a history here: enough to meet kills, disasters and what was there before."""
KILLED_SEED = 85
"""Its first run is killed between two parts of a document."""
MUTANTS: tuple[tuple[Mutant, int], ...] = (
    (mutants.a_key_is_skipped, 85),
    (mutants.a_watermark_moves_early, 1),
    (mutants.a_sighting_never_moves, 309),
    (mutants.a_state_comes_before_its_entries, 85),
    (mutants.what_was_carried_is_forgotten, 309),
    (mutants.an_old_index_is_believed, 326),
    (mutants.a_file_moves_what_a_feed_carries, 172),
)
"""Each with the first seed that is known to meet it: looking for one takes minutes."""


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


@pytest.mark.parametrize("seed", range(1, 3))
def test_a_history_ends_as_the_rules_say(
    seed: int, tmp_path: Path, server: FeedServer, pool: Pool
) -> None:
    """Whatever happens to feeds, files and lake, the tables are those of the written rules."""
    assert play(history(seed, runs=RUNS), tmp_path, server, pool).difference == ""


def test_a_history_of_killed_processes_ends_as_the_rules_say(
    tmp_path: Path, server: FeedServer, pool: Pool
) -> None:
    """Kill -9 in the middle of a run loses nothing and doubles nothing."""
    made = history(KILLED_SEED, RULES, processes=True, runs=2)
    assert "killed" in " ".join(made.told)
    assert play(made, tmp_path, server, pool).difference == ""


@pytest.mark.parametrize(
    ("mutant", "seed"), MUTANTS, ids=[mutant.__name__ for mutant, _ in MUTANTS]
)
def test_a_broken_rule_is_noticed(
    mutant: Mutant, seed: int, tmp_path: Path, server: FeedServer, pool: Pool
) -> None:
    """A small change of the product that breaks a rule is caught by one short history."""
    made = history(seed, RULES, runs=RUNS)
    with mutant():
        assert play(made, tmp_path, server, pool).difference


def test_a_seed_is_always_the_same_history() -> None:
    """So a difference can be played again; what waits for a rule is in none of them."""
    assert history(7) == history(7)
    assert history(7) != history(8)
    steps = [step for seed in range(100) for step in history(seed).steps]
    waiting = {"copied": "ids", "catalog_gone": "catalog", "catalog_older": "catalog"}
    assert all((step in steps) != (rule in PENDING) for step, rule in waiting.items())
