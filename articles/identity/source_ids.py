"""Which id the source of a name has: the lake's, by present or former name, else a new one."""

from collections.abc import Sequence
from dataclasses import replace

from articles.identity.claims import IdsByName, ProposedId, assigned, first_id, new_id, with_new_ids
from articles.identity.known_ids import NOTHING, KnownIds, KnownSource
from articles.identity.readable_ids import folded_name, source_id_of
from articles.model.entries import Source


class SourceIds:
    """Gives each name of a source its id, and to the same name the same one again."""

    def __init__(self, known: KnownIds = NOTHING, listed: Sequence[Source] = ()) -> None:
        known_ids = {source.source_id for source in known.sources}
        by_name = _ids_by_name(known.sources)
        given = assigned([_claims(source, by_name, known_ids) for source in listed])
        self._taken = known_ids.copy()
        proposals = [
            ProposedId(source.source_id, "source", source.name, source.recorded)
            for source in listed
        ]
        source_ids = with_new_ids(given, proposals, self._taken)
        self.listed = tuple(
            source if source.source_id == source_id else replace(source, source_id=source_id)
            for source, source_id in zip(listed, source_ids, strict=True)
        )
        """The sources of the file, with their ids."""
        self._names = {source.source_id: source.names[-1] for source in known.sources}
        self._by_name = {**by_name.past, **by_name.now}
        for source in self.listed:
            for name in source.former:
                spelled = set(_spellings(name)) - by_name.now.keys()
                self._by_name |= dict.fromkeys(spelled, source.source_id)
        for source in self.listed:
            self._note(source.name, source.source_id)

    def _note(self, name: str, source_id: str) -> None:
        self._by_name |= dict.fromkeys(_spellings(name), source_id)
        self._names[source_id] = name

    def id_of(self, name: str, wanted: str | None = None) -> str:
        """Return the id of the source of this name; a new one's is `wanted`, else the rule's."""
        source_id = first_id(self._by_name, _spellings(name))
        if source_id is None:
            proposal = ProposedId(wanted or source_id_of(name), "source", name)
            source_id = new_id(proposal, self._taken)
            self._note(name, source_id)
        return source_id

    def name_of(self, source_id: str) -> str:
        """Return the present name of the source of this id; the id where it has none."""
        return self._names.get(source_id, source_id)


def _ids_by_name(sources: Sequence[KnownSource]) -> IdsByName:
    by_name = IdsByName()
    for spelling in (_lightly_folded, folded_name):
        for source in sources:
            by_name.put([spelling(name) for name in source.names], source.source_id)
    return by_name


def _claims(source: Source, by_name: IdsByName, known_ids: set[str]) -> list[str | None]:
    former = [spelling for name in source.former for spelling in _spellings(name)[::-1]]
    own = source.source_id if source.recorded and source.source_id in known_ids else None
    return [own, *by_name.claims(_spellings(source.name), former)]


def _spellings(name: str) -> tuple[str, str]:
    return _lightly_folded(name), folded_name(name)


def _lightly_folded(name: str) -> str:
    """Return a name with its case and spaces folded alone, as older lakes told names apart."""
    return " ".join(name.split()).casefold()
