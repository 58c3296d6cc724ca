"""A seeded generator of histories: what newsrooms do to their feeds, and machines to a lake."""

import random

from delivered import Entry, Feed
from folder import FOLDER_CHANGES
from newsroom import CHANGES, publish
from scene import STYLES, Room, Scene
from steps import POINTS, Disaster, History, Kill, Run, World

RULES = frozenset({"catalog", "groups", "guids", "ids", "overtake", "parts", "timeline", "twins"})
"""Rules whose steps can be left out of histories.

catalog: a catalog that is missing, empty or older is refused, and nothing is removed.
groups: a group follows the current texts of its articles.
guids: a guid without links is told apart by title and date; a home page is no link.
ids: a lake copied elsewhere, with its seeds in their old place, gains no row.
overtake: a poll that failed drops no other run's success.
parts: of two runs at once, what commits a part of a feed's document drops the other's rest.
timeline: an index that another history of the same lake made is not believed.
twins: entries that share a key within a document are stored once, however they rotate.
"""
PENDING: frozenset[str] = frozenset()
"""Those that the product does not keep yet."""
RUNS = 8
"""Of a history; each is a second or less."""
_DISASTERS: tuple[tuple[Disaster, int, str], ...] = (
    ("index_lost", 3, ""), ("index_kept", 2, ""), ("index_back", 3, ""), ("lake_kept", 2, ""),
    ("lake_back", 2, ""), ("moved", 2, ""), ("copied", 2, "ids"), ("catalog_gone", 1, "catalog"),
    ("catalog_empty", 1, "catalog"), ("catalog_older", 2, "catalog"),
)  # fmt: skip
"""With how often each is tried, and what it waits for."""


def history(
    seed: int, pending: frozenset[str] = PENDING, *, processes: bool = False, runs: int = RUNS
) -> History:
    """Return a seed's history; `processes` kills real ones."""
    chance = random.Random(seed)  # noqa: S311 - no secrets
    scene = Scene(seed, pending, chance, _rooms(chance))
    steps: list[Run | Disaster] = []
    told: list[str] = []
    hours = 0
    for number in range(runs):
        if number and chance.random() < 0.4:
            disaster = _disaster(chance, pending, steps)
            steps.append(disaster)
            told.append(disaster)
        said = _changes(scene, chance.randint(3, 7) if number else 10)
        hours += chance.choice((1, 6, 30, 90, -40))
        run, how = _run(scene, hours, processes=processes, said=said)
        steps.append(run)
        told.append("; ".join([*said, how]))
    steps.append(
        Run(
            World({room.feed.name: tuple(room.window) for room in scene.rooms}, dict(scene.files)),
            hours,
        )
    )
    told.append("all feeds answer")
    return History(seed, tuple(room.feed for room in scene.rooms), tuple(steps), tuple(told))


def _rooms(chance: random.Random) -> list[Room]:
    styles = [chance.choice(STYLES) for _ in range(chance.randint(1, 3))]
    if chance.random() < 0.6:
        styles[0] = "links_and_guids"
    return [
        Room(Feed(f"f{number}", f"f{number}.example" if chance.random() < 0.5 else None), style)
        for number, style in enumerate(styles)
    ]


def _changes(scene: Scene, count: int) -> list[str]:
    """Let some of what can happen happen; return what did."""
    said = []
    for _ in range(count):
        if scene.chance.random() < 0.25:
            [(folder_change, _)] = scene.chance.choices(
                FOLDER_CHANGES, [often for _, often in FOLDER_CHANGES]
            )
            done, where = folder_change(scene), "the folder"
        else:
            room = scene.chance.choice(scene.rooms)
            [(change, _)] = scene.chance.choices(CHANGES, [often for _, often in CHANGES])
            done, where = change(scene, room) or publish(scene, room), room.feed.name
        if done:
            said.append(f"{where} {done}")
    return said


def _world(scene: Scene, failing: float) -> World:
    documents: dict[str, tuple[Entry, ...] | None] = {
        room.feed.name: None if scene.chance.random() < failing else tuple(room.window)
        for room in scene.rooms
    }
    return World(documents, dict(scene.files))


def _run(scene: Scene, hours: int, *, processes: bool, said: list[str]) -> tuple[Run, str]:
    chance = scene.chance
    what = chance.random()
    parts = chance.choice((1_000, 1_000, 2, 3))
    held_back = "twins" in scene.pending and _has_twins(_world(scene, 0), scene.rooms)
    if what < 0.15 and not held_back:
        failing = 0.0 if "overtake" in scene.pending else 0.3
        first = _world(scene, failing)
        said += _changes(scene, 4)
        second = World(_world(scene, failing).documents, first.files)
        parts = 1_000 if "parts" in scene.pending else parts
        scene.files = dict(first.files)
        return Run(first, hours, parts, beside=second), "two runs at once"
    world = _world(scene, 0.07)
    if what < 0.45:
        parts = 1_000 if held_back else parts
        kill = Kill(chance.choice(POINTS), chance.choice((1, 1, 2, 3, 4)), processes)
        return Run(world, hours, parts, kill), f"killed {kill.point} {kill.count}, parts {parts}"
    return Run(world, hours, parts), f"a run, parts {parts}"


def _has_twins(world: World, rooms: list[Room]) -> bool:
    if any(room.style == "home" for room in rooms):
        return True
    keys = [
        [one.key for one in dict.fromkeys(found)] for found in world.documents.values() if found
    ]
    return any(len(set(some)) < len(some) for some in keys)


def _disaster(
    chance: random.Random, pending: frozenset[str], before: list[Run | Disaster]
) -> Disaster:
    fitting = [
        (name, often)
        for name, often, needs in _DISASTERS
        if needs not in pending and _fits(name, before, pending)
    ]
    return chance.choices([name for name, _ in fitting], [often for _, often in fitting])[0]


def _fits(name: Disaster, before: list[Run | Disaster], pending: frozenset[str]) -> bool:
    """Tell whether something can be put back, and whether it is of this history."""
    if name == "index_back":
        kept = [place for place, step in enumerate(before) if step == "index_kept"]
        turned = "lake_back" in before[kept[-1] :] if kept else True
        return bool(kept) and not ("timeline" in pending and turned)
    if name in {"lake_back", "catalog_older"}:
        return "lake_kept" in before
    return True
