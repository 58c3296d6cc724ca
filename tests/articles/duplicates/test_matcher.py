"""Matching: which groups come of a set of texts."""

from collections.abc import Callable, Mapping
from itertools import permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.duplicates.matcher import Matched, match_all

SYLLABLES = ["ba", "re", "lo", "min", "tar", "ves", "ku", "sol", "ad", "pi", "nor", "gel"]
Change = Callable[[str, Random], str]


def report(seed: int, count: int = 120) -> str:
    """Return a text of made-up words, with names and numbers among them."""
    rng = Random(seed)  # noqa: S311 - made-up words are no secrets
    words = []
    for _ in range(count):
        word = "".join(rng.choices(SYLLABLES, k=rng.randint(1, 4)))
        kind = rng.random()
        number = str(rng.randint(2, 9_000))
        words.append(number if kind > 0.95 else word.capitalize() if kind < 0.1 else word)
    return " ".join(words)


def same(text: str, _rng: Random) -> str:
    """Return the text."""
    return text


def signed(text: str, _rng: Random) -> str:
    """Put a byline before it and a credit after it."""
    return f"By Tom Becker\n\n{text}\n\nAll rights reserved."


def cut(text: str, rng: Random) -> str:
    """Keep some beginning of it."""
    return text[: int(len(text) * rng.uniform(0.2, 0.9))]


def prefaced(text: str, rng: Random) -> str:
    """Put another text before it, as a follow-up does."""
    return f"{report(rng.randrange(1 << 30), rng.choice([5, 20, 60]))} {text}"


def touched(text: str, rng: Random) -> str:
    """Replace some words and numbers."""
    others = report(rng.randrange(1 << 30)).split()
    share = rng.uniform(0, 0.8)
    return " ".join(
        rng.choice(others) if rng.random() < share else word for word in text.split(" ")
    )


CHANGES: list[Change] = [same, signed, cut, prefaced, touched]


@st.composite
def texts(draw: st.DrawFn) -> dict[str, str]:
    """Draw a few texts with copies of them, some of them copies of copies, in any order."""
    rng = Random(draw(st.integers(0, 1 << 30)))  # noqa: S311 - as above
    made = [report(rng.randrange(1 << 30)) for _ in range(draw(st.integers(1, 3)))]
    for change in draw(st.lists(st.sampled_from(CHANGES), max_size=10)):
        made.append(change(rng.choice(made), rng))
    rng.shuffle(made)
    return {f"article-{n}": text for n, text in enumerate(made)}


def groups(found: Matched) -> set[frozenset[str]]:
    """Return the members of each group."""
    members: dict[str, set[str]] = {}
    for member, canonical in found.canonical.items():
        members.setdefault(canonical, set()).add(member)
    return {frozenset(one) for one in members.values()}


def arrived(given_texts: Mapping[str, str]) -> Mapping[str, int]:
    """Return the place of each article in the order of arrival."""
    return {name: n for n, name in enumerate(given_texts)}


@settings(max_examples=60, deadline=None)
@given(texts())
def test_a_canonical_article_matches_every_member_of_its_group(made: dict[str, str]) -> None:
    """No chains: each member was compared with its canonical article, and is the same."""
    found = match_all(made)
    decisions = {
        frozenset((one.article_id, one.other_article_id)): one.comparison.decision
        for one in found.compared
    }
    assert found.canonical.keys() <= made.keys()
    for member, canonical in found.canonical.items():
        assert found.canonical[canonical] == canonical
        assert member == canonical or decisions[frozenset((member, canonical))] == "same"
    assert all(len(group) >= 2 for group in groups(found))


@settings(max_examples=60, deadline=None)
@given(texts())
def test_a_pair_is_compared_once_the_later_article_first(made: dict[str, str]) -> None:
    """No article is compared with itself, no pair twice, and the same set gives the same."""
    found = match_all(made)
    place = arrived(made)
    pairs = [(one.article_id, one.other_article_id) for one in found.compared]
    assert all(place[one] > place[other] for one, other in pairs)
    assert len(set(pairs)) == len(pairs)
    assert match_all(made) == found


def test_no_texts_have_no_groups() -> None:
    """Nothing in, nothing out."""
    found = match_all({})
    assert not found.canonical
    assert not found.compared


@pytest.mark.parametrize("text", ["", "No comment.", "😀 ... !"])
def test_texts_without_a_fingerprint_are_in_no_group(text: str) -> None:
    """Equal as they may be: they say too little. Others are matched beside them."""
    one = report(1)
    found = match_all({"a": text, "b": one, "c": text, "d": one, "e": text})
    assert found.canonical == {"b": "b", "d": "b"}
    assert [(one.article_id, one.other_article_id) for one in found.compared] == [("d", "b")]


def test_the_order_of_arrival_changes_only_who_is_canonical() -> None:
    """A text, its copy, the copy with a byline and half of it: the first stands for the others."""
    one = report(2)
    carriers = {
        "text": one,
        "copy": one.replace(" ", "  "),
        "signed": signed(one, Random(1)),  # noqa: S311 - as above
        "half": one[: len(one) // 2],
        "unrelated": report(3),
    }
    for order in permutations(carriers):
        found = match_all({name: carriers[name] for name in order})
        assert groups(found) == {frozenset(carriers) - {"unrelated"}}
        first = next(name for name in order if name != "unrelated")
        assert set(found.canonical.values()) == {first}


def test_a_copy_is_found_however_many_texts_came_between() -> None:
    """Texts are read in batches, and what was read before is remembered."""
    made = {f"article-{n}": report(n, 40) for n in range(600)}
    copies = {f"copy-{n}": made[f"article-{n}"] for n in (0, 299, 599)}
    found = match_all({**made, **copies})
    expected = {frozenset((f"article-{n}", f"copy-{n}")) for n in (0, 299, 599)}
    assert groups(found) == expected


def test_texts_that_only_a_third_one_holds_are_not_chained() -> None:
    """The third stands for both, whenever it came: it is the only one that matches the others."""
    one, other = report(4), report(5)
    carriers = {"one": one, "other": other, "both": f"{one}\n\n{other}"}
    for order in permutations(carriers):
        found = match_all({name: carriers[name] for name in order})
        assert found.canonical == dict.fromkeys(carriers, "both")
