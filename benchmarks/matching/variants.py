"""What becomes of a text elsewhere, in any language: copies, cuts, rewordings, and unlike ones.

The texts are given (news is not shipped with the project), the variants follow from the seed. The
spinner replaces words by others of like length and frequency in the same corpus, or pairs of
characters where the script marks no words; names and numbers stay.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

_SENTENCE = re.compile(r"(?<=[.!?…])[\"'”’»)]*\s+|(?<=[。！？।۔؟።])\s*|\n+")
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_BANDS = 6
_RARE_BAND = 4
_LONG = 9
"""Sentences of a text, at least, of which half is still an article."""
_FURNITURE = (
    "Advertisement", "Read more", "Story continues below", "Share this article", "Photo: archive",
    "Sign up for our newsletter", "Follow us", "Related stories", "Listen to this article",
)  # fmt: skip


class Variant(NamedTuple):
    """A text made of another."""

    kind: str
    text: str
    same: bool
    """Whether it carries the other text."""
    base: str | None = None
    """The part of the other text that it was made of, where that is what it stands beside."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a corpus, to replace words by."""

    spaced: bool
    like: dict[tuple[int, int], list[str]]
    """Words by length and band of frequency."""
    band: dict[str, int]
    names: list[str]
    sentences: list[str]

    def other(self, word: str, rng: Random) -> str:
        """Return another word of like length and frequency."""
        band = self.band.get(word.lower(), _BANDS - 1)
        for length in (len(word), len(word) + 1, len(word) - 1, len(word) + 2):
            words = self.like.get((length, band), ())
            if len(words) > 1:
                other = rng.choice(words)
                return other.capitalize() if word[:1].isupper() else other
        return word

    def name(self, rng: Random) -> str:
        """Return some name of the corpus."""
        return rng.choice(self.names) if self.names else "Someone"


def vocabulary(texts: Sequence[str]) -> Vocabulary:
    """Return the vocabulary of a corpus."""
    sample = " ".join(texts[:50])
    spaced = len(_UNSPACED.findall(sample)) < 0.3 * max(1, len(sample))
    counts: Counter[str] = Counter()
    capitals: Counter[str] = Counter()
    sentences: list[str] = []
    for text in texts:
        for sentence in split(text):
            sentences.append(sentence)
            for n, word in enumerate(_units(sentence, spaced=spaced)):
                if not word[0].isdigit():
                    counts[word.lower()] += 1
                    if n and word[0].isupper():
                        capitals[word] += 1
    like: dict[tuple[int, int], list[str]] = defaultdict(list)
    band = {}
    for rank, (word, _) in enumerate(counts.most_common()):
        band[word] = min(_BANDS - 1, len(str(rank // 8)))
        if not capitals[word.capitalize()] > counts[word] / 2:
            like[len(word), band[word]].append(word)
    names = [w for w, n in capitals.items() if n > counts[w.lower()] * 0.6 and n > 1 and len(w) > 2]
    return Vocabulary(spaced, dict(like), band, names, sentences)


def split(text: str) -> list[str]:
    """Return the sentences of a text."""
    return [sentence.strip() for sentence in _SENTENCE.split(text) if sentence and sentence.strip()]


def _units(sentence: str, *, spaced: bool) -> list[str]:
    if spaced:
        return _WORD.findall(sentence)
    units: list[str] = []
    for run in re.findall(r"\d+(?:\.\d+)?|[^\W\d_]+", sentence):
        units += [run] if run[0].isdigit() else [run[n : n + 2] for n in range(0, len(run), 2)]
    return units


def _joined(sentences: Sequence[str], words: Vocabulary, *, paragraph: int = 3) -> str:
    glue = " " if words.spaced else ""
    return "\n\n".join(
        glue.join(sentences[n : n + paragraph]) for n in range(0, len(sentences), paragraph)
    )


def spun(text: str, words: Vocabulary, rng: Random, share: float) -> str:
    """Return a text with a share of its words replaced; names and numbers stay."""
    pattern = _WORD if words.spaced else re.compile(r"\d+(?:\.\d+)?|[^\W\d_]{1,2}")
    first = True

    def other(match: re.Match[str]) -> str:
        nonlocal first
        word = match[0]
        before = text[max(0, match.start() - 2) : match.start()].strip()
        starts = first or before[-1:] in set(".!?。！？।۔؟።:")
        first = False
        is_name = word[0].isupper() and not starts and words.spaced
        if word[0].isdigit() or is_name or rng.random() >= share:
            return word
        return words.other(word, rng)

    return pattern.sub(other, text)


def _swapped_clauses(sentence: str, words: Vocabulary, rng: Random) -> str:
    """Return "B, A." for "A, B."."""
    commas = [m.start() for m in re.finditer("[,،，、]", sentence)]
    commas = [at for at in commas if 0.2 * len(sentence) < at < 0.8 * len(sentence)]
    if not commas:
        return sentence
    at = rng.choice(commas)
    end = sentence[-1] if sentence[-1] in ".!?。！？।۔؟።" else ""
    head, tail = sentence[:at], sentence[at + 1 : len(sentence) - len(end)].strip()
    tail = tail[:1].upper() + tail[1:]
    lower = head[:1].lower() + head[1:] if words.spaced and head[:1].isupper() else head
    return f"{tail}{sentence[at]}{' ' if words.spaced else ''}{lower}{end}"


def _names_and_numbers(text: str) -> list[re.Match[str]]:
    found = []
    for match in _WORD.finditer(text):
        before = text[max(0, match.start() - 2) : match.start()].strip()
        starts = match.start() == 0 or before[-1:] in set(".!?:\n")
        if match[0][0].isdigit() or (match[0][0].isupper() and len(match[0]) > 2 and not starts):
            found.append(match)
    return found


def _other_number(number: str, rng: Random) -> str:
    digits = [n for n, sign in enumerate(number) if sign.isdigit()]
    signs = list(number)
    for n in rng.sample(digits, rng.randint(1, len(digits))):
        signs[n] = rng.choice([d for d in "123456789" if d != signs[n]])
    return "".join(signs)


def _edited(text: str, chosen: Sequence[re.Match[str]], edit: Callable[[str], str]) -> str:
    pieces, at = [], 0
    for match in sorted(chosen, key=lambda m: m.start()):
        pieces += [text[at : match.start()], edit(match[0])]
        at = match.end()
    return "".join([*pieces, text[at:]])


def damaged(text: str, words: Vocabulary, rng: Random, share: float = 0.25) -> str:
    """Return a text with a share of its names and numbers misspelt, replaced or dropped."""
    found = _names_and_numbers(text)

    def edit(word: str) -> str:
        way = rng.random()
        if word[0].isdigit():
            return _other_number(word, rng) if way < 0.7 else ""
        if way < 0.5:
            n = rng.randrange(1, len(word))
            return word[: n - 1] + word[n] + word[n - 1] + word[n + 1 :]
        return words.name(rng) if way < 0.75 else ""

    return _edited(text, rng.sample(found, round(share * len(found))), edit)


def _numbers_changed(text: str, rng: Random, count: int) -> str:
    numbers = [m for m in _names_and_numbers(text) if m[0][0].isdigit()]
    chosen = rng.sample(numbers, min(count, len(numbers)))
    return _edited(text, chosen, lambda number: _other_number(number, rng))


def _moved(sentences: list[str], rng: Random, share: float) -> list[str]:
    """Return sentences of which a share changed places with the next or the one after."""
    moved = list(sentences)
    for n in range(1, len(moved) - 2):
        if rng.random() < share:
            m = n + rng.randint(1, 2)
            moved[n], moved[m] = moved[m], moved[n]
    return moved


def _revised(text: str, words: Vocabulary, rng: Random) -> str:
    numbers = sum(m[0][0].isdigit() for m in _names_and_numbers(text))
    sentences = split(_numbers_changed(text, rng, min(3, numbers // 2)))
    size = max(1, min(rng.randint(2, 3), len(sentences) // 5))
    at = rng.randrange(1, max(2, len(sentences) - size))
    new = rng.sample(words.sentences, size)
    sentences[at : at + size] = new
    if len(sentences) > 7:
        sentences.insert(rng.randrange(1, len(sentences)), rng.choice(words.sentences))
    return _joined(sentences, words)


def _wire(text: str, words: Vocabulary, rng: Random) -> str:
    sentences = split(text)
    size = max(3, round(rng.uniform(0.4, 0.7) * len(sentences)))
    cut = sentences[: round(size * 1.2)]
    while len(cut) > size:
        del cut[rng.randrange(1, len(cut))]
    whole = [spun(sentence, words, rng, 0.05) for sentence in cut]
    for _ in range(rng.randint(1, 3)):
        whole.insert(rng.randrange(1, len(whole) + 1), rng.choice(_FURNITURE) + ".")
    byline = f"By {words.name(rng)} {words.name(rng)}." if words.spaced else ""
    first, last = rng.choice(words.sentences), rng.choice(words.sentences)
    return _joined([s for s in (byline, first, *whole, last) if s], words)


def _follow_up(text: str, other: str, words: Vocabulary, rng: Random) -> str | None:
    old, new = split(text), split(other)
    background = old[2:]
    share = rng.uniform(0.35, 0.68)
    kept = sorted(
        rng.sample(range(len(background)), max(1, round(len(background) * rng.uniform(0.5, 1))))
    )
    back = [background[n] for n in kept]
    length = sum(map(len, back))
    fresh: list[str] = []
    # Who was in the news is in it again.
    names = [m[0] for m in _names_and_numbers(text) if not m[0][0].isdigit()][:12]
    for sentence in new:
        if fresh and sum(map(len, fresh)) > length * (1 - share) / share:
            break
        found = [m for m in _names_and_numbers(sentence) if not m[0][0].isdigit()]
        picked = rng.sample(found, min(len(found), 1 if rng.random() < 0.6 else 0)) if names else []
        fresh.append(_edited(sentence, picked, lambda _: rng.choice(names)))
    if sum(map(len, fresh)) < 0.3 * (length + sum(map(len, fresh))):
        return None
    return _joined([*fresh, *back], words)


def _regional(text: str, words: Vocabulary, rng: Random) -> str:
    found = _names_and_numbers(text)
    names = Counter(m[0] for m in found if not m[0][0].isdigit())
    new = {name: words.name(rng) for name, _ in names.most_common(rng.randint(1, 3))}
    chosen = [m for m in found if m[0] in new or (m[0][0].isdigit() and rng.random() < 0.85)]
    return _edited(text, chosen, lambda word: new.get(word) or _other_number(word, rng))


def _phrases_changed(text: str, words: Vocabulary, rng: Random) -> str:
    """Return a notice whose next issue has other phrases at two to four places."""
    found = [m for m in _WORD.finditer(text) if words.spaced or len(m[0]) > 1]
    if not words.spaced:
        found = list(re.finditer(r"[^\W\d_]{2}", text))
    chosen: list[re.Match[str]] = []
    for _ in range(rng.randint(2, 4)):
        at = rng.randrange(len(found))
        chosen += [m for m in found[at : at + rng.randint(1, 3)] if m not in chosen]
    return _edited(
        text,
        chosen,
        lambda word: _other_number(word, rng) if word[0].isdigit() else words.other(word, rng),
    )


def _next_issue(text: str, words: Vocabulary, rng: Random) -> str:
    """Return a notice with most of its facts replaced, each everywhere by the same, and touched up.

    Where nothing tells a name, rarer words or pairs of characters stand for the facts.
    """
    pattern = _WORD if words.spaced else re.compile(r"\d+(?:\.\d+)?|[^\W\d_]{2}")
    facts = {m[0] for m in _names_and_numbers(text)}
    rare = {
        m[0]
        for m in pattern.finditer(text)
        if words.band.get(m[0].lower(), _BANDS - 1) >= _RARE_BAND and m[0] not in facts
    }
    new: dict[str, str] = {}
    for fact in sorted(facts):
        if fact[0].isdigit():
            new |= {fact: _other_number(fact, rng)} if rng.random() < 0.9 else {}
        elif rng.random() < 0.75:
            new[fact] = words.name(rng)
    share = rng.uniform(0.2, 0.6) if words.spaced and len(facts) > 2 else rng.uniform(0.5, 0.8)
    new |= {word: words.other(word, rng) for word in sorted(rare) if rng.random() < share}
    chosen = [m for m in pattern.finditer(text) if m[0] in new]
    issue = _edited(text, chosen, lambda word: new[word])
    return spun(issue, words, rng, rng.choice([0, 0, 0.08, 0.15, 0.25]))


def notice(text: str, words: Vocabulary, rng: Random) -> tuple[str, str] | None:
    """Return a few sentences as a periodic notice, and its next issue: one fact is another."""
    sentences = split(text)
    at = rng.randrange(len(sentences))
    short = " ".join(sentences[at : at + rng.randint(1, 3)])
    if not 60 < len(short) < 400:
        return None
    found = _names_and_numbers(short)
    if not found or sum(m[0][0].isdigit() for m in found) > 2:
        return None
    word = rng.choice(found)[0]
    new = _other_number(word, rng) if word[0].isdigit() else words.name(rng)
    if new == word:
        return None
    changed = _edited(short, [m for m in found if m[0] == word], lambda _: new)
    return short, changed


def variants(text: str, others: Sequence[str], words: Vocabulary, rng: Random) -> Iterator[Variant]:
    """Yield what becomes of a text; `others` are other texts of its corpus."""
    sentences = split(text)
    if len(sentences) < 4:
        return
    half = _joined(sentences[: max(2, len(sentences) // 2)], words)
    yield Variant("exact", _joined(sentences, words, paragraph=rng.randint(1, 5)), same=True)
    yield Variant("byline", f"{words.name(rng)} {words.name(rng)}\n\n{text}", same=True)
    lines = [rng.choice(_FURNITURE) for _ in range(rng.randint(2, 5))]
    yield Variant("furniture", "\n".join([*lines[:2], text, *lines[2:]]), same=True)
    yield Variant("half", half, same=True)
    yield Variant(
        "lead", _joined(sentences[: max(2, round(0.3 * len(sentences)))], words), same=True
    )
    for share in (10, 20, 40, 60, 67):
        spun_ = [
            _swapped_clauses(s, words, rng) if rng.random() < 0.3 else s
            for s in split(spun(text, words, rng, share / 100))
        ]
        if share >= 40 and rng.random() < 0.5:
            spun_ = _moved(spun_, rng, 0.3)
        yield Variant(f"words{share}", _joined(spun_, words), same=True)
    for share in (20, 40):
        told = [
            _swapped_clauses(spun(s, words, rng, 0.35), words, rng)
            if rng.random() < share / 100
            else s
            for s in sentences
        ]
        yield Variant(f"clauses{share}", _joined(told, words), same=True)
    yield Variant("sentences_moved", _joined(_moved(sentences, rng, 0.5), words), same=True)
    paragraphs = _joined(sentences, words).split("\n\n")
    order = [paragraphs[0], *rng.sample(paragraphs[1:], len(paragraphs) - 1)]
    yield Variant("paragraphs_moved", "\n\n".join(order), same=True)
    part = spun(half, words, rng, rng.uniform(0.2, 0.4))
    yield Variant("damaged_half", damaged(part, words, rng), same=True)
    whole = spun(text, words, rng, rng.uniform(0.2, 0.4))
    yield Variant("damaged", damaged(whole, words, rng), same=True)
    if len(sentences) >= _LONG:
        yield Variant("revised", _revised(text, words, rng), same=True)
        yield Variant("wire", _wire(text, words, rng), same=True)
    if sum(m[0][0].isdigit() for m in _names_and_numbers(text)) >= 3 or not words.spaced:
        yield Variant("corrected", _numbers_changed(text, rng, 1), same=True)
    left = [s for n, s in enumerate(sentences) if n % 4 != 3]
    yield Variant("dropped", spun(_joined(left, words), words, rng, 0.2), same=True)
    other = rng.choice(others)
    if len(sentences) >= _LONG and (later := _follow_up(text, other, words, rng)):
        yield Variant("follow_up", later, same=False)
    at = rng.randrange(1, max(2, len(sentences) - 3))
    theirs = split(other)
    if len(theirs) >= 6 and sum(map(len, theirs)) > 2 * sum(map(len, sentences[at : at + 3])):
        theirs[len(theirs) // 2 : len(theirs) // 2] = sentences[at : at + 3]
        yield Variant("shared_paragraph", _joined(theirs, words), same=False)
    if not words.spaced:
        return
    yield from _automated(sentences, words, rng)


def _automated(sentences: Sequence[str], words: Vocabulary, rng: Random) -> Iterator[Variant]:
    """Yield short texts: copies, and those that have the words of others and are not the same.

    A long article of which some numbers change was corrected; what a program or a press office
    fills with other names and numbers has hardly more than 200 words.
    """
    short = _joined(sentences[: rng.randint(1, 6)], words)
    framed = f"{words.name(rng)} {words.name(rng)}. {short} {rng.choice(_FURNITURE)}."
    yield Variant("short_exact", rng.choice([short, framed]), same=True, base=short)
    if len(sentences) >= 4:
        whole = _joined(sentences[: rng.randint(4, 7)], words)
        cut = _joined(sentences[: rng.randint(1, 2)], words)
        yield Variant("short_lead", cut, same=True, base=whole)
    numbers = [m for m in _names_and_numbers(short) if m[0][0].isdigit()]
    if len(numbers) >= 4 and len(short) > 200:
        yield Variant("short_corrected", _numbers_changed(short, rng, 1), same=True, base=short)
    if len(sentences) >= 7:
        whole = _joined(sentences[: rng.randint(6, 12)], words)
        yield Variant("short_revised", _revised(whole, words, rng), same=True, base=whole)
    notice_ = " ".join(sentences[: rng.randint(1, 3)])[:400]
    yield Variant("notice_words", _phrases_changed(notice_, words, rng), same=False, base=notice_)
    for _ in range(2):
        at = rng.randrange(max(1, len(sentences) - 2))
        issue = _joined(sentences[at : at + rng.randint(1, 5)], words)
        if 60 < len(issue) < 700 or not words.spaced:
            yield Variant("issue", _next_issue(issue, words, rng), same=False, base=issue)
    begin = sentences[: rng.randint(2, 9)]
    base = _joined(begin, words)
    found = _names_and_numbers(base)
    numbers = [m for m in found if m[0][0].isdigit()]
    if len(numbers) >= 2 and len(found) - len(numbers) >= 3:
        yield Variant("regional", _regional(base, words, rng), same=False, base=base)
    dense = max(
        (_joined(sentences[n : n + 6], words) for n in range(len(sentences))),
        key=lambda part: sum(m[0][0].isdigit() for m in _names_and_numbers(part)) / len(part),
    )
    numbers = [m for m in _names_and_numbers(dense) if m[0][0].isdigit()]
    if len(numbers) >= 4 and len(numbers) > 0.03 * len(dense.split()):
        other = _numbers_changed(dense, rng, round(0.9 * len(numbers)))
        yield Variant("numbers_other", other, same=False, base=dense)
