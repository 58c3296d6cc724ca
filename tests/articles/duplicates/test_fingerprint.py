"""Fingerprints: what is kept of a text, and what copies share."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.duplicates.fingerprint import KEYS, TERMS, Fingerprint, fingerprint, is_kept
from articles.terms import words as words_room
from articles.terms.find import find_terms
from articles.text.normal_form import squash

FRAGMENTS = [
    "The ", "harbour ", "Leeds ", "Dr. ", "minister ", "BREAKING ", ". ", "\n", " ", "", "1,250",
    "1.", "٣", "٬", "中", "港口", "的", "서울", "カタカナ", "の", "ประเทศ", "مدرسة", "ـ", "\u0301",
    "\0", "\ud800", "\udc00", "\U00020000\U00020001", "😀", "\U0001e900", "\U000e0100", "ß", "İ",
]  # fmt: skip
anything = st.one_of(
    st.text(alphabet=st.characters(codec=None), max_size=60),
    st.lists(st.sampled_from(FRAGMENTS), max_size=60).map("".join),
)


def hashes(text: str) -> list[int]:
    """Return the hashes of the terms of a text."""
    found: list[int] = find_terms([text]).hashes.tolist()
    return found


def fingerprint_of(text: str) -> Fingerprint:
    """Return the fingerprint of a text that has one."""
    (one,) = fingerprint([text])
    assert one is not None
    return one


def plain(one: Fingerprint | None) -> object:
    """Return a fingerprint as something that == compares."""
    return one and (
        one.keys.tolist(),
        one.terms.tolist(),
        one.order.tolist(),
        one.bits.tolist(),
        one.thinned,
        one.words,
    )


def report(words: int, seed: int) -> str:
    """Return a text of made-up words, with names and numbers among them."""
    rng = random.Random(seed)  # noqa: S311 - made-up words are no secrets
    syllables = ["ba", "re", "lo", "min", "tar", "ves", "ku", "sol", "ad", "pi", "nor", "gel"]
    vocabulary = ["".join(rng.choices(syllables, k=rng.randint(1, 4))) for _ in range(3_000)]
    names = [word.capitalize() for word in vocabulary[:300]]
    told = []
    for _ in range(words):
        kind = rng.random()
        pool = names if kind < 0.06 else vocabulary
        told.append(str(rng.randint(2, 9_000)) if kind > 0.97 else rng.choice(pool))
    return " ".join(told)


@settings(max_examples=300)
@given(st.lists(anything, max_size=6))
def test_a_fingerprint_is_bounded_and_the_same_alone_and_in_a_batch(texts: list[str]) -> None:
    """Any texts have fingerprints, within bounds, whatever texts are read with them."""
    together = fingerprint(texts)
    assert [plain(one) for one in together] == [plain(fingerprint([text])[0]) for text in texts]
    for one in together:
        if one is not None:
            assert len(one.keys) <= KEYS
            assert len(one.terms) <= TERMS
            assert (np.diff(one.keys.astype(np.int64)) > 0).all()


def test_no_texts_have_no_fingerprintes() -> None:
    """Nothing in, nothing out; a text without letters has none."""
    assert fingerprint([]) == []
    assert fingerprint(["", "😀 ... !", "  "]) == [None, None, None]


def test_a_null_sign_parts_words_and_not_texts() -> None:
    """It is read as a space."""
    assert hashes("harbour\0nurses") == hashes("harbour nurses")
    assert len(fingerprint(["harbour\0nurses", "other"])) == 2


@pytest.mark.parametrize("begin", [0.0, 0.35, 0.7])
def test_a_cut_copy_shares_keys_with_its_whole(begin: float) -> None:
    """Thirty percent of a text are found by its keys, from wherever they are cut."""
    whole = report(500, seed=1)
    cut = whole[int(begin * len(whole)) :][: int(0.3 * len(whole))]
    assert len(np.intersect1d(fingerprint_of(whole).keys, fingerprint_of(cut).keys)) >= 5


def test_unrelated_texts_share_no_keys() -> None:
    """Keys do not meet by chance."""
    one, other = fingerprint_of(report(500, seed=1)), fingerprint_of(report(500, seed=2))
    assert not len(np.intersect1d(one.keys, other.keys))


def test_a_report_and_its_quarter_share_terms_at_their_shared_thinning() -> None:
    """Of two long texts the same terms are kept, once both are thinned alike."""
    whole = report(20_000, seed=3)
    one, part = fingerprint_of(whole), fingerprint_of(whole[: len(whole) // 4])
    assert one.thinned > part.thinned > 0
    assert one.words == 20_000
    kept = part.terms[is_kept(part.terms, one.thinned)]
    assert len(kept) > 50
    # Seen from the quarter, a word may be no name yet: kinds are left out, one may be missing.
    assert len(np.setdiff1d(kept >> 6, one.terms >> 6)) <= 1


def test_a_text_that_repeats_itself_has_all_its_keys() -> None:
    """Pairs that come again and again leave room for the others."""
    rare = report(120, seed=4)
    repeated = " ".join([report(40, seed=5)] * 60) + " " + rare
    assert len(fingerprint_of(repeated).keys) == KEYS


def test_a_text_read_in_parts_has_the_terms_of_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where a text is cut for reading shows neither in its terms nor in its keys."""
    texts = [squash(report(words, seed=words)).lower() for words in (300, 5, 700)]
    whole = find_terms(texts)
    fingerprints = [plain(one) for one in fingerprint(texts)]
    monkeypatch.setattr(words_room, "_PART_CHARACTERS", 500)
    monkeypatch.setattr(words_room, "_BATCH_CHARACTERS", 1_200)
    parts = find_terms(texts)
    for name in ("hashes", "stems", "rarities", "kinds", "begins", "ends", "starts", "words"):
        assert (getattr(whole, name) == getattr(parts, name)).all(), name
    assert [plain(one) for one in fingerprint(texts)] == fingerprints


def test_a_text_that_only_repeats_itself_has_no_fingerprint() -> None:
    """Of a few words, a thousand times over, a sample may keep none: that tells nothing."""
    assert fingerprint(["Leeds harbour hospital 260 " * 500]) == [None]
