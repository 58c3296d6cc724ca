"""How a made-up story comes back in ways that nothing was tuned on, and what is only like it.

A function takes the story and returns a text, or nothing where the language has no such way.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random

from synthetic import boilerplate
from synthetic.language import Sentence
from synthetic.numerals import in_digits, in_words
from synthetic.reading import printed, scanned
from synthetic.spinners import numbers_changed, synonyms
from synthetic.stories import (
    PARAGRAPHS,
    PRINTED_SPACE,
    Story,
    invent,
    moved_on,
    retold,
    text,
    told,
)

MOVED = (0.2, 0.4)
"""The share of sentences that stand elsewhere."""
BACKGROUND = (0.5, 0.68)
"""The share of a later article's characters that is the story's, word for word."""

_TITLES = (
    ("org1", "matter1", "place1"), ("person1", "measure1"), ("place1", "group1", "matter1"),
)  # fmt: skip

Numbered = Callable[[Sequence[Sentence], str], tuple[Sentence, ...]]
Rewrite = Callable[[Story, Random], str]


def sentences_moved(story: Story, rng: Random) -> str:
    """Return it with some sentences in other paragraphs; the first one stays."""
    sentences = list(told(story))
    for _ in range(round(rng.uniform(*MOVED) * len(sentences))):
        sentence = sentences.pop(rng.randrange(1, len(sentences)))
        sentences.insert(rng.randrange(1, len(sentences) + 1), sentence)
    return text(sentences, story.language)


def respun(story: Story, rng: Random) -> str:
    """Return it with two thirds of its words replaced and all clauses swapped."""
    return text(synonyms(told(story), story.language, rng, 2 / 3, swapped=1), story.language)


def paragraph_replaced(story: Story, rng: Random) -> str:
    """Return it with one paragraph told by another hand, and three numbers brought up to date."""
    sentences, new = list(told(story)), list(retold(story, rng))
    begins = [sum(PARAGRAPHS[:n]) for n in range(1, len(PARAGRAPHS))]
    at = rng.choice([begin for begin in begins if begin < len(sentences) - 1])
    size = PARAGRAPHS[begins.index(at) + 1]
    sentences[at : at + size] = new[1 : 1 + size]
    return text(numbers_changed(sentences, rng, 3), story.language)


def wire_mix(story: Story, rng: Random) -> str:
    """Return 40 to 70 % of it between a first and a last line of the paper's own.

    Lines that belong to the page stand between its paragraphs.
    """
    language, sentences = story.language, list(told(story))
    keep = max(4, round(rng.uniform(0.4, 0.7) * len(sentences)))
    kept = sentences[: keep + 1]
    del kept[rng.randrange(2, len(kept))]
    whole = text(synonyms(kept, language, rng, 0.05, swapped=0), language)
    first, last = (text([sentence], language) for sentence in retold(story, rng)[1:3])
    paragraphs = whole.split("\n\n")
    lines = boilerplate.head(language, rng) + boilerplate.foot(language, rng)
    for line in rng.sample(lines, 2):
        paragraphs.insert(rng.randint(1, len(paragraphs)), line)
    return "\n\n".join([boilerplate.byline(language, rng), first, *paragraphs, last])


def summary_reworded(story: Story, rng: Random) -> str:
    """Return a title of other words and the first three sentences with a third of theirs new."""
    language = story.language
    glue = " " if language.spaced else ""
    named = (story.values[name] for name in rng.choice(_TITLES))
    title = glue.join(name if glue else name.replace(" ", "") for name in named)
    title = title.replace(PRINTED_SPACE, " ")
    return f"{title}\n\n{text(synonyms(told(story)[:3], language, rng, 1 / 3), language)}"


def numbers_worded(story: Story, _rng: Random) -> str:
    """Return it with small numbers in words, in Han digits or in the script's own digits."""
    return _renumbered(story, in_words)


def numbers_in_digits(story: Story, _rng: Random) -> str:
    """Return it with small numbers that were words in digits."""
    return _renumbered(story, in_digits)


def regional(story: Story, rng: Random) -> str:
    """Return the same telling for another place: other places, other organization, other numbers.

    Half of them have another person too.
    """
    language = story.language
    other = invent(language, rng).values
    kept = ("matter", "measure", "group", "person", "last", "weekday")
    new = {slot: value for slot, value in other.items() if not slot.startswith(kept)}
    if rng.random() < 0.5:
        new |= {slot: other[slot] for slot in ("person1", "last1")}
    return text(told(replace(story, values={**story.values, **new})), language)


def weeks_later(story: Story, rng: Random) -> str:
    """Return a later article: news with numbers of its own, half or more of it background.

    The background is the story's word for word, never its first two sentences.
    """
    language, before = story.language, told(story)
    news = moved_on(story, rng)
    share = rng.uniform(*BACKGROUND)
    background = list(before[rng.randint(2, 3) :])
    while len(background) > 3 and rng.random() < 0.6:
        del background[rng.randrange(len(background))]
    size = len(text(background, language)) * (1 - share) / share
    lead: list[Sentence] = []
    for sentence in news:
        if lead and len(text([*lead, sentence], language)) > size:
            break
        lead.append(sentence)
    return text([*lead, *background], language)


CARRYING: Mapping[str, Rewrite] = {
    "sentences moved": sentences_moved,
    "spun67 words": respun,
    "paragraph replaced": paragraph_replaced,
    "wire mix": wire_mix,
    "summary reworded": summary_reworded,
    "numbers worded": numbers_worded,
    "numbers in digits": numbers_in_digits,
}
"""What carries the story's text."""

ALIKE: Mapping[str, Rewrite] = {"regional": regional, "weeks later": weeks_later}
"""What is other news."""


def rewrites(story: Story, seed: str) -> Iterator[tuple[str, str, bool]]:
    """Yield each class's name, its text, and whether it carries the story's text."""
    for ways, same in ((CARRYING, True), (ALIKE, False)):
        for name, rewrite in ways.items():
            made = rewrite(story, Random(f"{seed} {name}"))  # noqa: S311 - no secret
            if made:
                yield name, made, same


def _renumbered(story: Story, numbered: Numbered) -> str:
    before = [[tuple(scanned(part))] for part in text(told(story), story.language).split("\n\n")]
    after = [numbered(paragraph, story.language.code) for paragraph in before]
    return "" if printed(after, "") == printed(before, "") else printed(after, "")
