"""Which id the source of a name has: the lake's, by present or former name, else a new one."""

from collections.abc import Sequence
from dataclasses import replace

from articles.identity.claims import Places, Wanted, assigned, completed, first, free
from articles.identity.known_ids import NOTHING, KnownIds, KnownSource
from articles.identity.readable_ids import folded_name, source_id_of
from articles.model.entries import Source


class SourceIds:
    """Gives each name of a source its id; what it gave once it gives again."""

    def __init__(self, known: KnownIds = NOTHING, listed: Sequence[Source] = ()) -> None:
        there = {one.source_id for one in known.sources}
        places = _places(known.sources)
        given = assigned([_claims(one, places, there) for one in listed])
        self._taken = there.copy()
        wanted = [Wanted(one.source_id, "source", one.name, one.recorded) for one in listed]
        found = completed(given, wanted, self._taken)
        self.listed = tuple(
            one if one.source_id == source_id else replace(one, source_id=source_id)
            for one, source_id in zip(listed, found, strict=True)
        )
        """The sources of the file, with their ids."""
        self._names = {one.source_id: one.names[-1] for one in known.sources}
        self._by_name = {**places.past, **places.now}
        for one in self.listed:
            for name in one.former:
                spelled = set(_spellings(name)) - places.now.keys()
                self._by_name |= dict.fromkeys(spelled, one.source_id)
        for one in self.listed:
            self._note(one.name, one.source_id)

    def _note(self, name: str, source_id: str) -> None:
        self._by_name |= dict.fromkeys(_spellings(name), source_id)
        self._names[source_id] = name

    def id_of(self, name: str, wanted: str | None = None) -> str:
        """Return the id of the source of this name; a new one's is `wanted`, else the rule's."""
        found = first(self._by_name, _spellings(name))
        if found is None:
            found = free(Wanted(wanted or source_id_of(name), "source", name), self._taken)
            self._note(name, found)
        return found

    def name_of(self, source_id: str) -> str:
        """Return the present name of the source of this id; the id where it has none."""
        return self._names.get(source_id, source_id)


def _places(known: Sequence[KnownSource]) -> Places:
    places = Places()
    for spelling in (_little, folded_name):
        for one in known:
            places.put([spelling(name) for name in one.names], one.source_id)
    return places


def _claims(source: Source, places: Places, there: set[str]) -> list[str | None]:
    former = [spelling for name in source.former for spelling in _spellings(name)[::-1]]
    own = source.source_id if source.recorded and source.source_id in there else None
    return [own, *places.claims(_spellings(source.name), former)]


def _spellings(name: str) -> tuple[str, str]:
    return _little(name), folded_name(name)


def _little(name: str) -> str:
    """Return a name folded a little: so older lakes told names apart."""
    return " ".join(name.split()).casefold()
