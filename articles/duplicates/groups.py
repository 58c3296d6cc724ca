"""Duplicate groups: who stands together, and for whom, while current revisions match."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from articles.model.duplicate_rows import Member
from articles.model.ids import short_id

FIRST_STORED = "first_stored"
"""Of those that formed the group the canonical article had stored what they match by first."""
LEFT = "left"
"""The article is in no group any more: it was edited, and its match with the group is gone."""
ALONE = "alone"
"""The article is in no group any more: no other one matches it now."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """An article of a circle, with its place in a group before the batch."""

    article_id: str
    revision_no: int
    """Of the revision that matches; it is current."""
    order: int
    """When it first stored what it matches by: batch_no * 2^32 + position in the batch."""
    group_id: str | None = None
    canonical_article_id: str | None = None


@dataclass(frozen=True, slots=True)
class Circle:
    """Articles of which each matches all others by its current revision, and what a batch changes.

    A circle of two or more is a group. Only some of its articles need be known: those that the
    batch touches, and of the others the canonical one and two more, if there are so many; all of
    them, where the canonical article leaves.
    """

    method: str
    arriving: tuple[Carrier, ...] = ()
    leaving: tuple[Carrier, ...] = ()
    staying: tuple[Carrier, ...] = ()

    @property
    def stands(self) -> Carrier | None:
        """Return the article that stood for the circle before the batch and still is in it."""
        names = {one.canonical_article_id for one in (*self.leaving, *self.staying)}
        return next((one for one in self.staying if one.article_id in names), None)

    @property
    def ends(self) -> bool:
        """Tell whether the circle was a group whose canonical article leaves."""
        return any(one.canonical_article_id == one.article_id for one in self.leaving)

    @property
    def after(self) -> list[Carrier]:
        """Return the articles of the circle after the batch that are known; first stored first."""
        return sorted((*self.staying, *self.arriving), key=lambda one: (one.order, one.article_id))

    @property
    def known_after(self) -> tuple[Carrier, ...]:
        """Return some of the articles of the circle after the batch: enough to compare with."""
        return tuple(self.after[:2])

    @property
    def canonical(self) -> Carrier | None:
        """Return the article that stands for the circle after the batch, alone or not."""
        return self.stands or next(iter(self.after), None)

    @property
    def forms(self) -> bool:
        """Tell whether the batch makes a group of the circle, for the first time or anew."""
        return self.stands is None and len(self.staying) + len(self.arriving) > 1


def completed(
    circles: Mapping[int, Circle], others: Mapping[int, Sequence[Carrier]]
) -> dict[int, Circle]:
    """Return the circles with those others, which the batch does not touch, among the staying."""
    full = {}
    for key, circle in circles.items():
        known = {one.article_id for one in circle.staying}
        more = [one for one in others.get(key, ()) if one.article_id not in known]
        full[key] = replace(circle, staying=(*circle.staying, *more)) if more else circle
    return full


def settled(method: str, carriers: Sequence[Carrier]) -> Circle:
    """Return the circle of articles whose places were given by another rule, to be put right.

    `carriers` are all articles that match each other, the first stored first. The group of the
    first one that is canonical goes on.
    """
    kept = next((one for one in carriers if one.article_id == one.canonical_article_id), None)
    place = None if kept is None else (kept.group_id, kept.article_id)
    fits = [(one.group_id, one.canonical_article_id) == place for one in carriers]
    pairs = list(zip(carriers, fits, strict=True))
    return Circle(
        method,
        arriving=tuple(one for one, fit in pairs if not fit),
        staying=tuple(one for one, fit in pairs if fit),
    )


def ids_wanted(circles: Iterable[Circle]) -> set[str]:
    """Return the ids that the groups to be formed get, unless a group ever had them."""
    return {_smallest(circle.after) for circle in circles if circle.forms}


def group(circles: Iterable[Circle], used: Collection[str], batch_id: str) -> list[Member]:
    """Return the places that a batch changes, one an article.

    `used` are those of `ids_wanted` that a group ever had. Who leaves one circle may arrive in
    another: then that is its place. A group that somebody leaves has its canonical article's row
    written again, so that who follows batch numbers sees it change.
    """
    gone: dict[str, Member] = {}
    placed: dict[str, Member] = {}
    for circle in circles:
        for one in (*circle.leaving, *circle.arriving):
            if one.group_id is not None:
                gone[one.article_id] = _out(one, LEFT, circle.method)
        for member in _places(circle, used, batch_id):
            placed[member.article_id] = member
    return list((gone | placed).values())


def _places(circle: Circle, used: Collection[str], batch_id: str) -> list[Member]:
    canonical, after = circle.canonical, circle.after
    if canonical is None:
        return []
    if len(after) == 1:
        stayed = circle.staying and canonical.group_id is not None
        return [_out(canonical, ALONE, circle.method)] if stayed else []
    if circle.forms:
        group_id = _smallest(after)
        if group_id in used:
            group_id = short_id("group", group_id, batch_id)
        return [_member(one, canonical, group_id, circle.method) for one in after]
    if canonical.group_id is None:
        return []
    changed = [canonical] if circle.leaving else []
    return [
        _member(one, canonical, canonical.group_id, circle.method)
        for one in (*changed, *circle.arriving)
    ]


def _smallest(carriers: Iterable[Carrier]) -> str:
    return min(one.article_id for one in carriers)


def _member(one: Carrier, canonical: Carrier, group_id: str, method: str) -> Member:
    how = "canonical" if one.article_id == canonical.article_id else method
    return Member(one.article_id, group_id, canonical.article_id, FIRST_STORED, how, 1.0)


def _out(one: Carrier, rule: str, method: str) -> Member:
    return Member(one.article_id, None, None, rule, method, 0.0)
