"""Which id each of several things has, where more than one may claim the same."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from articles.identity.readable_ids import hashed


@dataclass(frozen=True, slots=True)
class Places:
    """Ids by what a thing is called, or where it is: now, and formerly."""

    now: dict[str, str] = field(default_factory=dict)
    past: dict[str, str] = field(default_factory=dict)

    def put(self, texts: Sequence[str], known_id: str) -> None:
        """Put every text of a thing, the last as the present one; who came first keeps a text."""
        for text in texts[:-1]:
            self.past.setdefault(text, known_id)
        for text in texts[-1:]:
            self.now.setdefault(text, known_id)

    def claims(self, present: Sequence[str], former: Sequence[str]) -> tuple[str | None, ...]:
        """Return which ids a thing with these spellings may claim, the strongest first."""
        latest_first = former[::-1]
        return (
            first(self.now, present),
            first(self.now, latest_first),
            first(self.past, present),
            first(self.past, latest_first),
        )


def first(ids: Mapping[str, str], texts: Iterable[str]) -> str | None:
    """Return the id of the first of the texts that has one."""
    return next((ids[text] for text in texts if text in ids), None)


def assigned(claims: Sequence[Sequence[str | None]]) -> list[str | None]:
    """Give to each thing its strongest claim that nobody has by a stronger one; each id once."""
    given: list[str | None] = [None] * len(claims)
    taken: set[str] = set()
    for rank in range(max(map(len, claims), default=0)):
        for number, ranked in enumerate(claims):
            claimed = ranked[rank]
            if given[number] is None and claimed is not None and claimed not in taken:
                given[number] = claimed
                taken.add(claimed)
    return given


@dataclass(frozen=True, slots=True)
class Wanted:
    """The id that a thing gets if nothing is known of it."""

    wanted_id: str
    kind: str
    whole: str
    """All that tells it from others."""
    recorded: bool = False
    """The operator wrote the id down: nobody else may come by it."""


def completed(given: Sequence[str | None], wanted: Sequence[Wanted], taken: set[str]) -> list[str]:
    """Return the ids given, and a new one for each thing without; they are `taken` from then on."""
    taken.update(one for one in given if one is not None)
    new: dict[int, str] = {}
    for recorded in (True, False):
        for number, (found, one) in enumerate(zip(given, wanted, strict=True)):
            if found is None and one.recorded == recorded:
                new[number] = free(one, taken)
    return [new[number] if found is None else found for number, found in enumerate(given)]


def free(one: Wanted, taken: set[str]) -> str:
    """Return the wanted id, with a hash if another thing has it; it is `taken` from then on."""
    found, whole = one.wanted_id, one.whole
    while found in taken:
        found, whole = hashed(one.wanted_id, one.kind, whole), f"{whole}\n"
    taken.add(found)
    return found
