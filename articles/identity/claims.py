"""Which id each of several feeds, folders or sources gets, where more than one claim the same."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from articles.identity.readable_ids import hashed


@dataclass(frozen=True, slots=True)
class IdsByName:
    """Ids by the names (of feeds: URLs, of folders: paths) that the lake has for them."""

    now: dict[str, str] = field(default_factory=dict)
    """Present name -> id."""
    past: dict[str, str] = field(default_factory=dict)
    """Former name -> id."""

    def put(self, names: Sequence[str], known_id: str) -> None:
        """Put all names of an id, the last as the present one; which came first keeps a name."""
        for name in names[:-1]:
            self.past.setdefault(name, known_id)
        for name in names[-1:]:
            self.now.setdefault(name, known_id)

    def claims(self, present: Sequence[str], former: Sequence[str]) -> tuple[str | None, ...]:
        """Return which ids who has these names now and formerly may claim, the strongest first."""
        latest_first = former[::-1]
        return (
            first_id(self.now, present),
            first_id(self.now, latest_first),
            first_id(self.past, present),
            first_id(self.past, latest_first),
        )


def first_id(ids: Mapping[str, str], names: Iterable[str]) -> str | None:
    """Return the id of the first of the names that has one."""
    return next((ids[name] for name in names if name in ids), None)


def assigned(claims: Sequence[Sequence[str | None]]) -> list[str | None]:
    """Return for each its strongest claim that nobody has by a stronger one; each id once."""
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
class ProposedId:
    """The id that a feed, folder or source gets if the lake has none for it."""

    id: str
    kind: Literal["feed", "folder", "source"]
    full_name: str
    """All that tells it from others: the URL, path or name as it stands."""
    recorded: bool = False
    """Whether the operator wrote the id down: nobody else may come by it."""


def with_new_ids(
    given: Sequence[str | None], proposals: Sequence[ProposedId], taken: set[str]
) -> list[str]:
    """Return the ids given, and a new one where there is none; they are `taken` from then on.

    Args:
        given: the ids that were claimed, None where there was no claim.
        proposals: what each of them would be called, in the same order.
        taken: the ids that are in use.
    """
    taken.update(claimed for claimed in given if claimed is not None)
    new: dict[int, str] = {}
    for recorded in (True, False):
        for number, (claimed, proposal) in enumerate(zip(given, proposals, strict=True)):
            if claimed is None and proposal.recorded == recorded:
                new[number] = new_id(proposal, taken)
    return [new[number] if claimed is None else claimed for number, claimed in enumerate(given)]


def new_id(proposal: ProposedId, taken: set[str]) -> str:
    """Return the proposed id, with a hash if it is in use; it is `taken` from then on."""
    free, full_name = proposal.id, proposal.full_name
    while free in taken:
        free, full_name = hashed(proposal.id, proposal.kind, full_name), f"{full_name}\n"
    taken.add(free)
    return free
