"""The made-up news is as varied as the figures that rest on it need."""

from collections import Counter
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
from synthetic import stories
from synthetic.language import Fact, Language, Unreadable, codes, load, parted, slots, words

PHRASES = {
    "people": 60, "places": 60, "organizations": 40, "matters": 80, "measures": 60, "groups": 40,
    "months": 12, "weekdays": 7,
}  # fmt: skip
FACTS = {"leads": 14, "details": 32, "quotes": 24, "background": 18, "outlook": 10}
FRAME = 'code = "xx"\nspaced = true\ndate = "{day}"\nthousands = ""\ndecimal = "."\n'


@pytest.fixture(scope="module", params=codes())
def language(request: pytest.FixtureRequest) -> Language:
    """Each language that has a file."""
    return load(request.param)


def seeded(seed: int) -> Random:
    """Return a generator of chances that every run of the test has again."""
    return Random(seed)  # noqa: S311 - a generator of texts, not of secrets


def named_facts(language: Language) -> list[tuple[str, Fact]]:
    """Return every fact with its place in the file."""
    return [
        (f"{language.code}.toml facts.{section}[{n}]", fact)
        for section, facts in language.facts.items()
        for n, fact in enumerate(facts)
    ]


def shared(one: str, other: str) -> float:
    """Return the share of the words of two frames that they have in common."""
    counts = [Counter(word.casefold() for word in words(frame)) for frame in (one, other)]
    mean = (counts[0].total() + counts[1].total()) / 2
    return (counts[0] & counts[1]).total() / max(1, mean)


def test_lists_are_long_enough(language: Language) -> None:
    """Each list has as many phrases and facts as the benchmark draws from, all different."""
    lists = {key: getattr(language, key) for key in PHRASES} | dict(language.facts)
    short = {
        key: len(set(lists[key]))
        for key, least in (PHRASES | FACTS).items()
        if len(set(lists[key])) < least or len(set(lists[key])) < len(lists[key])
    }
    assert not short, f"{language.code}.toml: too few, or some twice"


def test_many_words_have_synonyms(language: Language) -> None:
    """A spinner finds synonyms for a tenth of the words of the frames."""
    frames = [frame for _, fact in named_facts(language) for frame in fact]
    found = [word in language.synonyms for frame in frames for word in words(frame)]
    assert sum(found) / len(found) > 0.1, language.code
    assert len(language.synonyms) >= 400, language.code


def test_renderings_differ_in_words(language: Language) -> None:
    """Two renderings of a fact share less than 60 % of their words."""
    alike = [
        f"{place}: {shared(one, other):.0%}: {one} | {other}"
        for place, fact in named_facts(language)
        for one, other in combinations(fact, 2)
        if shared(one, other) >= 0.6
    ]
    assert not alike, "\n".join(alike)


def test_no_fact_is_told_twice(language: Language) -> None:
    """No rendering comes twice, nor comes near to one of another fact."""
    facts = [
        (place, frame, frozenset(word.casefold() for word in words(frame)))
        for place, fact in named_facts(language)
        for frame in fact
    ]
    near = [
        f"{place} | {other}: {frame}"
        for (place, frame, one), (other, _, two) in combinations(facts, 2)
        if len(one & two) > 0.8 * min(len(one), len(two)) and place != other and len(one) > 4
    ]
    assert not near, "\n".join(near)
    assert len({frame for _, frame, _ in facts}) == len(facts)


def test_frames_are_sentences(language: Language) -> None:
    """A frame has the length of a sentence and at most six slots."""
    odd = [
        f"{place}: {len(frame.split(' '))} tokens: {frame}"
        for place, fact in named_facts(language)
        for frame in fact
        if not 7 <= len(frame.split(" ")) <= 45 or len(slots(frame)) > 6
    ]
    assert not odd, "\n".join(odd)


def test_a_seed_makes_the_same_stories(language: Language) -> None:
    """The same seed invents, retells and follows up the same story; another seed another one."""
    one, again, other = (everything(language, seed) for seed in (1, 1, 2))
    assert one == again
    assert one != other


def everything(language: Language, seed: int) -> list[str]:
    """Return a story's text, that by another hand, and the later article's."""
    rng = seeded(seed)
    story = stories.invent(language, rng)
    tellings = (
        stories.told(story), stories.retold(story, rng), stories.followed_up(story, rng)
    )  # fmt: skip
    return [stories.text(sentences, language) for sentences in tellings]


def test_stories_share_few_sentences(language: Language) -> None:
    """Two stories of one language share hardly a sentence, and no slot is left open."""
    told = [stories.told(stories.invent(language, seeded(seed))) for seed in range(20)]
    both = [len(set(one) & set(other)) for one, other in combinations(told, 2)]
    assert sum(both) / len(both) < 0.5, language.code
    assert max(both) <= 3, language.code
    assert all(10 <= len(sentences) <= 22 for sentences in told), language.code
    assert not any("{" in token.text for story in told for line in story for token in line)


def test_another_hand_tells_other_facts(language: Language) -> None:
    """Another hand shares at most a fifth of its facts with the story, and no sentence."""
    for seed in range(10):
        rng = seeded(seed)
        story = stories.invent(language, rng)
        anew = stories.retold(story, rng)
        assert not set(anew) & set(stories.told(story)), language.code
        assert 10 <= len(anew) <= 22


def test_a_later_article_repeats_a_part(language: Language) -> None:
    """A quarter to half of a later article's sentences are the story's, and they come last."""
    for seed in range(10):
        rng = seeded(seed)
        story = stories.invent(language, rng)
        before, later = set(stories.told(story)), stories.followed_up(story, rng)
        repeated = [sentence in before for sentence in later]
        assert 0.25 <= sum(repeated) / len(later) <= 0.5, language.code
        assert repeated == sorted(repeated), language.code


def test_paragraphs_hold_every_sentence(language: Language) -> None:
    """A text has one to three sentences a paragraph, each as it was, in order."""
    sentences = stories.told(stories.invent(language, seeded(3)))
    text = stories.text(sentences, language)
    printed = [
        (" " if language.spaced else "").join(t.text for t in s).replace(stories.PRINTED_SPACE, " ")
        for s in sentences
    ]
    positions = [text.index(sentence) for sentence in printed]
    assert positions == sorted(positions)
    assert len(sentences) / 3 <= len(text.split("\n\n")) <= len(sentences)


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ('[["a {n1}.", "b {n1}."]]', "facts.leads[0]: 2 renderings"),
        ('[["a {n1}.", "b {n1}.", "c {n2}."]]', "rendering 2 (c {n2}....): slots not in every"),
        ('[["a {x1}.", "b {x1}.", "c {x1}."]]', "rendering 0 (a {x1}....): unknown slots ['x1']"),
        ('[["a  b.", "b a.", "c d."]]', "rendering 0 (a  b....): double or outer spaces"),
    ],
)
def test_a_bad_file_says_what_is_wrong(
    facts: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unreadable file's error names the file, the fact and the problem."""
    monkeypatch.setattr("synthetic.language._FOLDER", tmp_path)
    (tmp_path / "xx.toml").write_text(f"{FRAME}[facts]\nleads = {facts}\n")
    with pytest.raises(Unreadable) as raised:
        load("xx")
    assert str(raised.value).startswith("xx.toml: ")
    assert problem in str(raised.value)


def test_a_token_is_parted_from_its_punctuation() -> None:
    """Quotes and stops are parted from the word; what is inside a word stays."""
    assert parted("“well-known,”") == ("“", "well-known", ",”")
    assert parted("—") == ("—", "", "")
