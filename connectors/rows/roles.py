"""The fields of a row by their roles, wherever in the row they stand."""

from collections.abc import Mapping

from connectors.rows.names import (
    MARK_NAMES,
    NESTS,
    PARTS,
    REMEANT,
    SPELLINGS,
    plain_name,
    rank_of,
    role_of,
)

FieldSet = dict[str, list[tuple[int, object]]]
"""Of each role the values with their ranks (`role_of`), the best first."""
_TEXTS = ("content", "html", "page")
_REMEANT = [
    (
        frozenset(marks.split()),
        frozenset(rank_of(name) for name in silent.split() if rank_of(name)[0] in SPELLINGS),
        meant,
    )
    for marks, silent, meant in REMEANT
]


def known_fields(fields: Mapping[str, object]) -> FieldSet:
    """Return the known fields by role; nested ones fill the roles that are absent."""
    known = _own_fields(fields)
    for name, value in fields.items():
        nested = value[0] if isinstance(value, list) and value else value
        if not isinstance(nested, dict):
            continue
        plain = plain_name(name)
        if _is_nest(plain, nested, known):
            inner = _gather_nest(nested)
            if "title" in inner or "content" in inner:
                # The envelope itself may have been taken for a field (`_source`, `article`).
                own = {role: hits for role, hits in known.items() if hits[0][1] is not value}
                # An envelope may say of what kind it is, and so may what is in it.
                kinds = [*own.get("kind", ()), *inner.get("kind", ())]
                known = inner | own | ({"kind": kinds} if kinds else {})
        elif plain in PARTS:
            _fill(known, nested)
    if "mark" in known:
        _remean(known)
    return known


def _gather_nest(nested: Mapping[str, object]) -> FieldSet:
    """Return the fields of an envelope, and of the parts that it has."""
    inner = _own_fields(nested)
    for name, value in nested.items():
        if isinstance(value, dict) and plain_name(name) in PARTS:
            _fill(inner, value)
    return inner


def _fill(known: FieldSet, part: Mapping[str, object]) -> None:
    """Add what a part of the article says, after what the article says itself.

    The id of a part is not the article's, and its text is only where the article has none.
    """
    has_text = any(role in known for role in _TEXTS)
    for role, hits in _own_fields(part).items():
        if role != "guid" and not (has_text and role in _TEXTS):
            known[role] = [*known.get(role, ()), *hits]


def _is_nest(plain: str, nested: Mapping[str, object], known: FieldSet) -> bool:
    """Tell a JSON-LD NewsArticle beside other fields, or the envelope of a search engine's dump."""
    if "@type" in nested and "article" in str(nested["@type"]).casefold():
        return True
    return plain in NESTS and "title" not in known and "content" not in known


def _own_fields(fields: Mapping[str, object]) -> FieldSet:
    known: FieldSet = {}
    for name, value in fields.items():
        role = role_of(name)
        if role is None or ((value is None or value == "") and role[0] != "mark"):
            continue
        known.setdefault(role[0], []).append((role[1], value))
    for hits in known.values():
        if len(hits) > 1:
            hits.sort(key=_rank)
    return known


def _rank(hit: tuple[int, object]) -> int:
    return hit[0]


def _remean(known: FieldSet) -> None:
    """Take names for what they mean in the files of whoever has fields of these marks."""
    marks = {MARK_NAMES[rank // 2] for rank, _ in known.pop("mark")}
    for needed, silent, meant in _REMEANT:
        if not needed <= marks:
            continue
        moved = {
            role: [hit for hit in known.get(of_role, ()) if hit[0] // 2 == rank]
            for role, name in meant.items()
            for of_role, rank in [rank_of(name)]
        }
        for role in {role for role, _ in silent} & known.keys():
            known[role] = [hit for hit in known[role] if (role, hit[0] // 2) not in silent]
            if not known[role]:
                del known[role]
        for role, hits in moved.items():
            if hits:
                known[role] = hits
