"""What decided, in a sentence: which words the measures get."""

import numpy as np

from articles.duplicates.measures import NAMES
from articles.duplicates.model import shipped
from articles.duplicates.wording import THEMES, sentence


def test_every_measure_is_told_of_by_one_theme() -> None:
    """So that nothing that the model weighs is left out of the sentence."""
    told = [name for theme in THEMES for name in theme.measures]
    assert sorted(told) == sorted(NAMES)


def test_what_the_measures_add_is_the_whole() -> None:
    """The steps of all measures make the log odds, whatever the measures are."""
    rng = np.random.default_rng(1)
    rows = rng.uniform(-1, 4, (50, len(NAMES)))
    model = shipped()
    sums, added = model.sums(rows)
    np.testing.assert_allclose(1 / (1 + np.exp(-sums)), model.probabilities(rows))
    start = sums - added.sum(axis=1)
    np.testing.assert_allclose(start, start[0])


def test_the_weightiest_is_said_first_and_what_speaks_against_it_last() -> None:
    """Three reasons at most, and one against them."""
    measures = dict.fromkeys(NAMES, 0.5) | {"log_terms": 2.0, "runs": 0.9, "lead_long": 0.1}
    added = dict.fromkeys(NAMES, 0.0) | {"runs": 2.0, "log_terms": 1.0, "lead_long": -1.0}
    said = sentence(list(measures.values()), list(added.values()), is_same=True)
    assert said == (
        "They are the same word for word over long stretches, and the texts are short, although "
        "they begin with other news."
    )


def test_where_nothing_speaks_clearly_that_is_said() -> None:
    """A sentence comes of any measures."""
    nothing = [0.0] * len(NAMES)
    assert sentence(nothing, nothing, is_same=False) == "Nothing speaks clearly for either."
