"""Duplicate groups: who stands together, and for whom, while current revisions match."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from articles.model.duplicate_rows import Member
from articles.model.ids import short_id

FIRST_STORED = "first_stored"
"""The canonical article stored what they match by before all others that formed the group."""
LEFT = "left"
"""The article is in no group any more: it was edited, and its match with the group is gone."""
ALONE = "alone"
"""The article is in no group any more: no other one matches it now."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """An article of a circle, with its place in a group before the batch."""

    article_id: str
    revision_no: int
    """The number of the revision that matches; it is current."""
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
    """How they match."""
    arriving: tuple[Carrier, ...] = ()
    """Those that the batch brings into the circle."""
    leaving: tuple[Carrier, ...] = ()
    """Those that an edit takes out of it."""
    staying: tuple[Carrier, ...] = ()
    """Those that were in it and remain, as far as they are known."""

    @property
    def stands(self) -> Carrier | None:
        """Return the article that stood for the circle before the batch and still is in it."""
        canonical_ids = {carrier.canonical_article_id for carrier in (*self.leaving, *self.staying)}
        return next((c for c in self.staying if c.article_id in canonical_ids), None)

    @property
    def ends(self) -> bool:
        """Tell whether the circle was a group whose canonical article leaves."""
        return any(c.canonical_article_id == c.article_id for c in self.leaving)

    @property
    def after(self) -> list[Carrier]:
        """Return the articles of the circle after the batch that are known; first stored first."""
        known = (*self.staying, *self.arriving)
        return sorted(known, key=lambda carrier: (carrier.order, carrier.article_id))

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
        known = {carrier.article_id for carrier in circle.staying}
        more = [carrier for carrier in others.get(key, ()) if carrier.article_id not in known]
        full[key] = replace(circle, staying=(*circle.staying, *more)) if more else circle
    return full


def settled(method: str, carriers: Sequence[Carrier]) -> Circle:
    """Return the circle of articles whose places were given by another rule, to be put right.

    `carriers` are all articles that match each other, the first stored first. The group of the
    first one that is canonical goes on.
    """
    canonical = next((c for c in carriers if c.article_id == c.canonical_article_id), None)
    right = None if canonical is None else (canonical.group_id, canonical.article_id)
    fits = [(c.group_id, c.canonical_article_id) == right for c in carriers]
    pairs = list(zip(carriers, fits, strict=True))
    return Circle(
        method,
        arriving=tuple(carrier for carrier, fit in pairs if not fit),
        staying=tuple(carrier for carrier, fit in pairs if fit),
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
        for carrier in (*circle.leaving, *circle.arriving):
            if carrier.group_id is not None:
                gone[carrier.article_id] = _out(carrier, LEFT, circle.method)
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
        return [_member(carrier, canonical, group_id, circle.method) for carrier in after]
    if canonical.group_id is None:
        return []
    changed = [canonical] if circle.leaving else []
    return [
        _member(carrier, canonical, canonical.group_id, circle.method)
        for carrier in (*changed, *circle.arriving)
    ]


def _smallest(carriers: Iterable[Carrier]) -> str:
    return min(carrier.article_id for carrier in carriers)


def _member(carrier: Carrier, canonical: Carrier, group_id: str, method: str) -> Member:
    how = "canonical" if carrier.article_id == canonical.article_id else method
    return Member(carrier.article_id, group_id, canonical.article_id, FIRST_STORED, how, 1.0)


def _out(carrier: Carrier, rule: str, method: str) -> Member:
    return Member(carrier.article_id, None, None, rule, method, 0.0)
