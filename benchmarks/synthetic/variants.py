"""How a text comes back elsewhere: copies, cuts, syndication, rewording; each class a function.

A variant takes the story and returns a text that carries the story's text.
"""

import html
import textwrap
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from random import Random

from articles.model.entries import Markup
from articles.text.clean import clean
from synthetic import boilerplate
from synthetic.language import Language, Sentence
from synthetic.spinners import damaged, other_number, paraphrase, reordered, synonyms
from synthetic.stories import Story, retold, text, told

Variant = Callable[[Story, Random], str]


def exact(story: Story, _rng: Random) -> str:
    """Return the text as it was first told."""
    return text(told(story), story.language)


def whitespace(story: Story, rng: Random) -> str:
    """Return it with other paragraphs, lines wrapped, and double and no-break spaces."""
    left = [text([sentence], story.language) for sentence in told(story)]
    glue = " " if story.language.spaced else ""
    paragraphs = []
    while left:
        size = rng.randint(1, 5)
        paragraphs.append(glue.join(left[:size]))
        left = left[size:]
    if story.language.spaced and rng.random() < 0.5:
        return "\r\n\r\n".join(textwrap.fill(paragraph, 72) for paragraph in paragraphs)
    spaced = rng.choice(["\n", "\n\n", "\n\n\n"]).join(paragraphs)
    return "".join(_space(sign, rng) if sign == " " else sign for sign in spaced)


def encoding(story: Story, rng: Random) -> str:
    """Return it with other quotes and dashes, decomposed, escaped or as mojibake, then cleaned."""
    way = rng.choice((_other_signs, _decomposed, _escaped, _misread))
    return clean(Markup(way(exact(story, rng))))[0]


def byline(story: Story, rng: Random) -> str:
    """Return it with a byline or a dateline at the head, or a credit at the foot."""
    whole, language = exact(story, rng), story.language
    ways = (
        lambda: f"{boilerplate.byline(language, rng)}\n\n{whole}",
        lambda: f"{whole}\n\n{boilerplate.credit(language, rng)}",
        lambda: _with_dateline(whole, language, rng),
        lambda: f"{boilerplate.byline(language, rng)}\n\n{_with_dateline(whole, language, rng)}",
    )
    return rng.choice(ways)()


def around(story: Story, rng: Random) -> str:
    """Return it between two or three lines of the outlet's own at head and foot."""
    head = boilerplate.head(story.language, rng)
    return "\n\n".join([*head, exact(story, rng), *boilerplate.foot(story.language, rng)])


def lead(story: Story, _rng: Random) -> str:
    """Return the first 30 % of its sentences."""
    sentences = told(story)
    return text(sentences[: max(2, round(0.3 * len(sentences)))], story.language)


def half(story: Story, _rng: Random) -> str:
    """Return the first half of its sentences."""
    sentences = told(story)
    return text(sentences[: len(sentences) // 2], story.language)


def revised(story: Story, rng: Random) -> str:
    """Return it with two sentences changed, one added and one number corrected."""
    sentences = list(_one_number_changed(told(story), rng))
    others = paraphrase(story, rng, 1.0)
    for n in rng.sample(range(len(sentences)), 2):
        sentences[n] = others[n]
    sentences.insert(rng.randrange(1, len(sentences)), rng.choice(retold(story, rng)))
    return text(sentences, story.language)


def wire(story: Story, rng: Random) -> str:
    """Return what a paper makes of it: cut, touched up, with lines and a paragraph of its own."""
    language, sentences = story.language, list(told(story))
    sentences = sentences[: round(rng.uniform(0.6, 1) * len(sentences))]
    for _ in range(rng.randint(1, 2)):
        del sentences[rng.randrange(1, len(sentences) - 1)]
    whole = text(synonyms(sentences, language, rng, rng.uniform(0.05, 0.1), swapped=0), language)
    paragraphs = _with_dateline(whole, language, rng).split("\n\n")
    own = text(retold(story, rng)[1:3], language).replace("\n\n", " " if language.spaced else "")
    paragraphs.insert(rng.randint(1, len(paragraphs)), own)
    return "\n\n".join(
        [boilerplate.byline(language, rng), *paragraphs, *boilerplate.foot(language, rng)]
    )


def spun_words(story: Story, rng: Random, share: float) -> str:
    """Return it with `share` of its words replaced and clauses swapped."""
    return text(synonyms(told(story), story.language, rng, share), story.language)


def spun_facts(story: Story, rng: Random, share: float) -> str:
    """Return it with `share` of its facts in another rendering."""
    return text(paraphrase(story, rng, share), story.language)


def shuffled(story: Story, rng: Random) -> str:
    """Return it spun by a fifth, its sentences in another order."""
    return text(reordered(_spun(story, rng, 0.2), rng), story.language)


def broken(story: Story, rng: Random) -> str:
    """Return it spun by 20 to 40 %, a quarter of its names and numbers damaged."""
    spun = _spun(story, rng, rng.uniform(0.2, 0.4))
    return text(damaged(spun, story.language, rng), story.language)


def corrected(story: Story, rng: Random) -> str:
    """Return it with one number changed and nothing else."""
    return text(_one_number_changed(told(story), rng), story.language)


def live(story: Story, rng: Random) -> Iterator[str]:
    """Yield three states of a live blog: newer ones put two or three sentences on top."""
    new = iter(retold(story, rng))
    minute = rng.randint(6 * 60, 18 * 60)
    whole = f"{_clock(minute)} {exact(story, rng)}"
    yield whole
    for _ in range(2):
        minute += rng.randint(9, 80)
        sentences = [next(new) for _ in range(rng.randint(2, 3))]
        entry = text(sentences, story.language).replace("\n\n", " ")
        whole = f"{_clock(minute)} {entry}\n\n{whole}"
        yield whole


VARIANTS: Mapping[str, Variant] = {
    "exact": exact,
    "whitespace": whitespace,
    "encoding": encoding,
    "byline": byline,
    "boilerplate": around,
    "lead": lead,
    "half": half,
    "revised": revised,
    "wire": wire,
    **{f"spun{n} words": partial(spun_words, share=n / 100) for n in (20, 40, 60)},
    **{f"spun{n} facts": partial(spun_facts, share=n / 100) for n in (20, 40, 60)},
    "reordered": shuffled,
    "damaged": broken,
    "corrected": corrected,
}
"""Every class but `live`, which has three texts a story."""


def variants(story: Story, rng: Random) -> Iterator[tuple[str, str]]:
    """Yield each class's name with its text, three times for `live`."""
    for name, variant in VARIANTS.items():
        yield name, variant(story, rng)
    for state in live(story, rng):
        yield "live", state


def _spun(story: Story, rng: Random, share: float) -> tuple[Sentence, ...]:
    if rng.random() < 0.5:
        return paraphrase(story, rng, share)
    return synonyms(told(story), story.language, rng, share)


def _one_number_changed(sentences: Sequence[Sentence], rng: Random) -> tuple[Sentence, ...]:
    places = [
        (n, m)
        for n, sentence in enumerate(sentences)
        for m, token in enumerate(sentence)
        if token.kind == "number" and any(map(str.isdigit, token.text))
    ]
    if not places:
        return tuple(sentences)
    row, place = rng.choice(places)
    changed, token = list(sentences), sentences[row][place]
    other = token._replace(text=other_number(token.text, rng))
    changed[row] = (*sentences[row][:place], other, *sentences[row][place + 1 :])
    return tuple(changed)


def _with_dateline(whole: str, language: Language, rng: Random) -> str:
    line = boilerplate.dateline(language, rng)
    return f"{line} {whole}" if language.spaced else f"{line}{whole}"


def _space(sign: str, rng: Random) -> str:
    return rng.choice([sign] * 6 + [sign * 2, "\u00a0"])


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


_SIGNS = str.maketrans({
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "'": "’", "–": "-",
    "—": "-", "-": "‑", '"': "”", "…": "...",
})  # fmt: skip


def _other_signs(whole: str) -> str:
    return whole.translate(_SIGNS)


def _decomposed(whole: str) -> str:
    return unicodedata.normalize("NFD", whole)


def _escaped(whole: str) -> str:
    plain = html.escape(whole)
    return "".join(sign if sign.isascii() else f"&#{ord(sign)};" for sign in plain)


def _misread(whole: str) -> str:
    """Return UTF-8 read as Latin-1."""
    return whole.encode().decode("latin-1")
