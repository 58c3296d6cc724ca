"""Who stands together: the laws of groups, over any history of edits."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from articles.duplicates.groups import (
    ALONE,
    FIRST_STORED,
    LEFT,
    Carrier,
    Circle,
    completed,
    group,
    ids_wanted,
    settled,
)
from articles.model.duplicate_rows import Member

METHOD = "same_text"
Sets = set[frozenset[str]]


@dataclass
class World:
    """Articles, the text that each carries, and their places; told only what changes."""

    texts: dict[str, str] = field(default_factory=dict)
    orders: dict[tuple[str, str], int] = field(default_factory=dict)
    places: dict[str, Member] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    clock: "count[int]" = field(default_factory=count)
    batches: int = 0

    def edit(self, *edits: tuple[str, str]) -> list[Member]:
        """Let articles carry other texts from now on, as one batch; return the places changed."""
        self.batches += 1
        before = dict(self.texts)
        for article, text in edits:
            self.orders.setdefault((article, text), next(self.clock))
            self.texts[article] = text
        touched = {article for article, _ in edits}
        circles = {}
        for text in {t for name in touched for t in (before.get(name), self.texts[name]) if t}:
            old = {name for name, carried in before.items() if carried == text}
            new = {name for name, carried in self.texts.items() if carried == text}
            parts = (new - old, old - new, (new & old) & touched)
            circle = Circle(METHOD, *(self._carriers(text, part) for part in parts))
            others = self._carriers(text, old - touched)
            stands = {
                self.places[one.article_id].canonical_article_id
                for one in others
                if one.article_id in self.places
            }
            some = [one for n, one in enumerate(others) if n < 2 or one.article_id in stands]
            circles[hash(text)] = completed({0: circle}, {0: others if circle.ends else some})[0]
        used = self.used & ids_wanted(circles.values())
        return self._placed(group(circles.values(), used, f"batch {self.batches}"))

    def settle(self) -> list[Member]:
        """Put all places right from the texts alone."""
        self.batches += 1
        circles = [
            settled(METHOD, self._carriers(text, {n for n, t in self.texts.items() if t == text}))
            for text in set(self.texts.values())
        ]
        return self._placed(group(circles, self.used, f"batch {self.batches}"))

    def _placed(self, members: list[Member]) -> list[Member]:
        assert max(Counter(one.article_id for one in members).values(), default=1) == 1
        fresh = {one.group_id for one in members if one.group_id} - self.groups().keys()
        assert not fresh & self.used, "a group's id was used before"
        self.used |= fresh
        self.places |= {one.article_id: one for one in members}
        return members

    def _carriers(self, text: str, names: set[str]) -> tuple[Carrier, ...]:
        made = []
        for name in names:
            place = self.places.get(name)
            where = (place.group_id, place.canonical_article_id) if place else (None, None)
            made.append(Carrier(name, 1, self.orders[name, text], *where))
        return tuple(sorted(made, key=lambda one: one.order))

    def groups(self) -> dict[str, frozenset[str]]:
        """Return by id who stands together."""
        found: dict[str, set[str]] = {}
        for name, place in self.places.items():
            if place.group_id:
                found.setdefault(place.group_id, set()).add(name)
        return {group_id: frozenset(names) for group_id, names in found.items()}

    def expected(self) -> Sets:
        """Return who has to stand together: the carriers of each text that several carry."""
        found: dict[str, set[str]] = {}
        for name, text in self.texts.items():
            found.setdefault(text, set()).add(name)
        return {frozenset(names) for names in found.values() if len(names) > 1}


EDITS = st.lists(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("UVW")), min_size=1, max_size=5),
    max_size=10,
)


@given(batches=EDITS)
def test_groups_follow_texts(batches: list[list[tuple[str, str]]]) -> None:
    """After any edits, batch by batch, those stand together whose texts are equal at the end."""
    world = World()
    for batch in batches:
        world.edit(*batch)
        assert set(world.groups().values()) == world.expected()
        for names in world.groups().values():
            stands = {world.places[name].canonical_article_id for name in names}
            assert len(stands) == 1
            assert stands < set(names)
    final = World()
    final.edit(*world.texts.items())
    assert set(final.groups().values()) == set(world.groups().values())
    assert world.settle() == []


@given(batches=EDITS, data=st.data())
def test_the_order_within_a_batch_changes_no_group(
    batches: list[list[tuple[str, str]]], data: st.DataObject
) -> None:
    """Whatever order the revisions of a batch have, the same articles stand together."""
    one, other = World(), World()
    for batch in batches:
        # Of an article that is edited twice in a batch only the last state counts.
        last = list(dict(batch).items())
        one.edit(*last)
        other.edit(*data.draw(st.permutations(last)))
        assert set(one.groups().values()) == set(other.groups().values())
        assert one.expected() == other.expected()


@given(batches=EDITS)
def test_who_keeps_group_and_canonical_article_needs_no_row(
    batches: list[list[tuple[str, str]]],
) -> None:
    """Rows are of those whose place changes, and of canonical articles whose group lost one."""
    world = World()
    for batch in batches:
        before = dict(world.places)
        rows = world.edit(*batch)
        for row in rows:
            old = before.get(row.article_id)
            if old and (old.group_id, old.canonical_article_id) == (
                row.group_id,
                row.canonical_article_id,
            ):
                assert row.article_id == row.canonical_article_id
                assert any(
                    place.group_id == row.group_id and world.places[name].group_id != row.group_id
                    for name, place in before.items()
                )


@given(
    texts=st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("UVW")),
    places=st.dictionaries(
        st.sampled_from("abcdef"), st.tuples(st.sampled_from("gh"), st.sampled_from("abcdef"))
    ),
)
def test_any_places_can_be_put_right(
    texts: dict[str, str], places: dict[str, tuple[str, str]]
) -> None:
    """Places that another rule gave follow the texts afterwards; once more does nothing."""
    world = World(texts=texts)
    world.orders = {(name, text): n for n, (name, text) in enumerate(texts.items())}
    for name in texts.keys() & places.keys():
        world.places[name] = Member(name, *places[name], FIRST_STORED, METHOD, 1.0)
    # A group has one canonical article, which is a member and stands for itself.
    canonical: dict[str | None, str] = {}
    for name, place in sorted(world.places.items()):
        if place.canonical_article_id == name:
            canonical.setdefault(place.group_id, name)
    world.places = {
        name: place
        for name, place in world.places.items()
        if place.canonical_article_id == canonical.get(place.group_id)
    }
    world.used = {one.group_id for one in world.places.values() if one.group_id}
    world.settle()
    assert set(world.groups().values()) == world.expected()
    assert world.settle() == []


def test_an_edit_leaves_and_the_last_one_stands_alone() -> None:
    """Of two, one is edited: both leave, each with the rule that says why."""
    world = World()
    world.edit(("b", "U"), ("a", "U"))
    assert world.edit(("a", "V")) == [
        Member("a", None, None, LEFT, METHOD, 0.0),
        Member("b", None, None, ALONE, METHOD, 0.0),
    ]


def test_an_id_is_the_smallest_article_unless_a_group_ever_had_it() -> None:
    """A group that comes together again has another id than the first time, and each time anew."""
    world = World()
    ids: list[str] = []
    for _ in range(3):
        world.edit(("b", "U"), ("a", "U"))
        ids += world.groups()
        world.edit(("b", "V"))
    assert ids[0] == "a"
    assert len(set(ids)) == 3
    assert all(len(one) == 16 for one in ids[1:])


def test_the_canonical_articles_edit_forms_the_group_anew() -> None:
    """The first stored of those that still carry the text stands for them, under another id."""
    world = World()
    world.edit(("c", "U"))
    world.edit(("a", "U"), ("b", "U"))
    assert {one.canonical_article_id for one in world.places.values()} == {"c"}
    rows = world.edit(("c", "V"))
    assert [(row.article_id, row.canonical_article_id, row.canonical_rule) for row in rows] == [
        ("c", None, LEFT),
        ("a", "a", FIRST_STORED),
        ("b", "a", FIRST_STORED),
    ]
    assert rows[1].group_id == rows[2].group_id != "a"
