"""Pairs of entries under one guid: honest edits of an article, and reuses for another one.

Each is a `Pair`: what the feed carried before, what it carries now, and which of the two it is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from random import Random
from typing import Literal

from articles.model.entries import Entry, Markup
from synthetic import templates as automated
from synthetic.language import Sentence, Token, load
from synthetic.spinners import numbers_changed, synonyms
from synthetic.stories import Story, followed_up, invent, retold, text, told
from synthetic.variants import live

FIRST = datetime(2026, 3, 2, 8, tzinfo=UTC)
TYPOS = 0.04
"""The share of words with a typing error in it."""
BRIEF = 3
"""Sentences of a summary."""
CORRECTED = 3
"""Numbers that a correction changes."""

Links = Literal["kept", "changed", "absent"]


@dataclass(frozen=True, slots=True)
class Content:
    """What an entry says."""

    title: str | None
    body: str
    kind: Literal["full", "summary"] = "full"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entries under one guid of one feed."""

    language: str
    kind: str
    is_edit: bool
    links: Links
    before: Content
    after: Content
    redated: bool
    """Whether the entry states another date now."""

    @property
    def entries(self) -> tuple[Entry, Entry]:
        """What the feed delivered before, and what it delivers now."""
        first, second = (
            None if self.links == "absent" else f"https://paper.example/{name}"
            for name in ("first", "first" if self.links == "kept" else "second")
        )
        later = FIRST + timedelta(days=1) if self.redated else FIRST
        return _entry(self.before, first, FIRST), _entry(self.after, second, later)


def _entry(content: Content, url: str | None, date: datetime) -> Entry:
    title = None if content.title is None else Markup(content.title)
    texts = {"content" if content.kind == "full" else "summary": Markup(content.body)}
    return Entry(
        key="7", guid="7", url=url, title=title, published=date.isoformat(),
        **texts,  # type: ignore[arg-type]
    )  # fmt: skip


def pairs(seed: int, code: str, stories: int) -> Iterator[Pair]:
    """Yield edits and reuses of some stories of a language, and reuses by automated news."""
    language = load(code)
    for n in range(stories):
        rng = Random(f"{seed} {code} {n}")  # noqa: S311 - no secret
        story = invent(language, rng)
        yield from edits(code, _edits(story, rng), _titles(story))
        yield from _reused(story, rng)
    for family in automated.families(code):
        rng = Random(f"{seed} {code} {family.name}")  # noqa: S311 - no secret
        made = automated.written(family, language, rng, min(stories, automated.SERIES))
        for one, other in pairwise(made):
            for title in (family.name, f"{family.name}: {other.split()[0]} 3"):
                before, after = Content(family.name, one), Content(title, other)
                yield Pair(code, "automated", False, "changed", before, after, redated=True)


def edits(
    code: str, made: Mapping[str, tuple[Content, Content]], titles: tuple[str, str]
) -> Iterator[Pair]:
    """Yield each edit with links kept, changed and absent, titles and dates kept and changed.

    An edit that replaces two fifths of the words keeps its title.
    """
    for kind, (before, after) in made.items():
        heads = [titles[0], *([] if kind.startswith("two fifths") else [titles[1]])]
        for title in [titles[1]] if kind == "retitled" else heads:
            old, new = replace(before, title=titles[0]), replace(after, title=title)
            for links in ("kept", "changed", "absent"):
                for redated in (False, True):
                    yield Pair(code, kind, True, links, old, new, redated)


def reuses(code: str, kind: str, before: Content, after: Content) -> Iterator[Pair]:
    """Yield a guid that comes with another article: with another link, and without any."""
    for links in ("changed", "absent"):
        yield Pair(code, kind, False, links, before, after, redated=True)


def _titles(story: Story) -> tuple[str, str]:
    """Return the title of a story, and another one for it."""
    glue = " " if story.language.spaced else ""
    named = [story.values[name] for name in ("org1", "matter1", "place1", "person1", "measure1")]
    return glue.join(named[:3]), glue.join(named[3:])


def _reused(story: Story, rng: Random) -> Iterator[Pair]:
    language = story.language
    first, second = _titles(story)
    before, other = text(told(story), language), invent(language, rng)
    brief, other_brief = (text(told(one)[:BRIEF], language) for one in (story, other))
    another = {
        "another article": Content(_titles(other)[0], text(told(other), language)),
        "follow-up": Content(second, text(followed_up(story, rng), language)),
        "another telling": Content(second, text(retold(story, rng), language)),
    }
    for kind, after in another.items():
        yield from reuses(language.code, kind, Content(first, before), after)
    after = Content(_titles(other)[0], other_brief, "summary")
    yield from reuses(language.code, "other summary", Content(first, brief, "summary"), after)


def _edits(story: Story, rng: Random) -> dict[str, tuple[Content, Content]]:
    """Return the kinds of honest edits, each a text before and after."""
    language, sentences = story.language, told(story)
    print_ = partial(text, language=language)
    whole, new = print_(sentences), list(retold(story, rng))
    cut, at = rng.randrange(1, len(sentences) - 2), rng.randrange(1, len(sentences))
    grown = list(live(story, rng))
    spun = partial(synonyms, sentences, language, rng, swapped=0)
    afters = {
        "typos": print_(_mistyped(sentences, rng)),
        "a fifth replaced": print_(spun(0.2)),
        "two fifths replaced": print_(spun(0.4)),
        "paragraph added": print_([*sentences[:at], *new[1:4], *sentences[at:]]),
        "paragraph cut": print_([*sentences[:cut], *sentences[cut + 2 :]]),
        "numbers corrected": print_(numbers_changed(sentences, rng, CORRECTED)),
        "retitled": whole,
        "lead only": print_(sentences[: max(3, len(sentences) // 3)]),
    }
    made = {kind: (Content(None, whole), Content(None, after)) for kind, after in afters.items()}
    made["live page grows"] = Content(None, grown[0]), Content(None, grown[-1])
    made["summary becomes full"] = (
        Content(None, print_(sentences[:BRIEF]), "summary"), Content(None, whole),
    )  # fmt: skip
    brief = synonyms(sentences[:BRIEF], language, rng, 0.4, swapped=0)
    made["two fifths replaced, short"] = (
        Content(None, print_(sentences[:BRIEF]), "summary"), Content(None, print_(brief), "summary")
    )  # fmt: skip
    return made


def _mistyped(sentences: Sequence[Sentence], rng: Random) -> list[Sentence]:
    return [tuple(_typo(token, rng) for token in sentence) for sentence in sentences]


def _typo(token: Token, rng: Random) -> Token:
    if rng.random() >= TYPOS or len(token.text) < 3:
        return token
    at = rng.randrange(1, len(token.text) - 1)
    swapped = token.text[at + 1] + token.text[at]
    return token._replace(text=token.text[:at] + swapped + token.text[at + 2 :])


_TOKEN = re.compile(
    "[\u3040-\u30ff\u3400-\u9fff]{1,2}|[\u0e00-\u0eff]{1,4}"
    "|[^\\W\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff]+|.",
    re.DOTALL,
)


def real_edits(whole: str, pool: Sequence[str], rng: Random) -> dict[str, tuple[Content, Content]]:
    """Return edits of a text of which only its letters are known; `pool` are others' words."""
    tokens = _TOKEN.findall(whole)
    third = whole[: len(whole) // 3]
    brief = "".join(tokens[:80])
    made = {
        "typos": _spun(tokens, pool, rng, TYPOS),
        "a fifth replaced": _spun(tokens, pool, rng, 0.2),
        "two fifths replaced": _spun(tokens, pool, rng, 0.4),
        "paragraph cut": third + whole[len(whole) // 2 :],
        "retitled": whole,
        "lead only": third,
    }
    pairs_ = {kind: (Content(None, whole), Content(None, after)) for kind, after in made.items()}
    pairs_["summary becomes full"] = Content(None, brief, "summary"), Content(None, whole)
    pairs_["two fifths replaced, short"] = (
        Content(None, brief, "summary"),
        Content(None, _spun(_TOKEN.findall(brief), pool, rng, 0.4), "summary"),
    )
    return pairs_


def words_of(whole: str) -> list[str]:
    """Return a text's words, as `real_edits` takes them for its pool."""
    return [token for token in _TOKEN.findall(whole) if token[0].isalnum()]


def _spun(tokens: Sequence[str], pool: Sequence[str], rng: Random, share: float) -> str:
    """Return a text with a share of its words replaced by others of like length."""
    spun = list(tokens)
    places = [n for n, token in enumerate(tokens) if token[0].isalnum()]
    for n in rng.sample(places, round(share * len(places))):
        others = [rng.choice(pool) for _ in range(9)]
        spun[n] = min(others, key=partial(_unlikeness, tokens[n]))
    return "".join(spun)


def _unlikeness(word: str, other: str) -> tuple[bool, int]:
    """Return what makes another word unfit to stand in a word's place."""
    return other == word, abs(len(other) - len(word))
