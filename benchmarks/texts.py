"""Makes news-like texts for the benchmarks: seeded, so that two runs read the same."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

NAMES = [
    f"{first} {last}"
    for first in ("Ada", "Olof", "Mara", "Piet", "Ruth", "Yuki")
    for last in ("Berg", "Lund", "Reyes", "Visser", "Amadi", "Tanabe")
]
_PLACES = ["Lindby", "Norrvik", "Vale", "Harrow", "Aire", "Svea", "Minato", "Quay", "Brevik"]
_WORDS = """
the a of to in and for on that with by from after before said will has was were new council harbour
bridge storm ferry market school election budget company water road station police minister report
weather season price energy court decision plan worker union strike hospital river valley island
village city month week morning evening people children farmers crew million hundred open closed
build repair vote meet agree refuse promise warn hope expect
""".split()  # noqa: SIM905 - as a list it would take forty lines


def sentence(random_: random.Random, vocabulary: Sequence[str] = _WORDS) -> str:
    """Return one sentence of 8 to 24 words with a name, a place or a number in it."""
    words = random_.choices(vocabulary, k=random_.randint(8, 24))
    for choices in (NAMES, _PLACES, [str(random_.randint(2, 99_000))]):
        words.insert(random_.randrange(len(words)), random_.choice(choices))
    text = " ".join(words)
    return f"{text[0].upper()}{text[1:]}."


def text(number: int, size: int = 3_000) -> str:
    """Return article `number`'s text: paragraphs of some 400 characters, `size` in all."""
    random_ = random.Random(number)  # noqa: S311 - a generator of texts, not of secrets
    paragraphs, made = [], 0
    while made < size:
        paragraph = " ".join(sentence(random_) for _ in range(4))
        paragraphs.append(paragraph)
        made += len(paragraph) + 2
    return "\n\n".join(paragraphs)


def row(number: int, size: int = 3_000) -> dict[str, str]:
    """Return article `number` as a row of a dump."""
    date = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    body = text(number, size)
    return {
        "id": f"r{number}",
        "title": body[:70].rsplit(" ", 1)[0],
        "url": f"https://paper{number % 50}.example/{date:%Y/%m/%d}/story-{number}",
        "published": date.isoformat(),
        "author": NAMES[number % len(NAMES)],
        "text": body,
    }
