"""What newsrooms and folders do in a history: each change is small, and says what it did."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import wordings
from delivered import Entry, is_home
from scene import Room, Scene

Change = Callable[[Scene, Room], str | None]
"""Returns what it did; None: nothing, it does not fit."""


def _places(scene: Scene, room: Room, fits: Callable[[Entry], bool]) -> Iterator[int]:
    """Yield one place of the window whose entry fits, or none."""
    places = [place for place, entry in enumerate(room.window) if fits(entry)]
    if places:
        yield scene.chance.choice(places)


def publish(scene: Scene, room: Room) -> str:
    """Put a new entry on top."""
    kin = scene.kin()
    entry = Entry(
        guid=f"guid{kin}" if "guids" in room.style else None,
        link=f"{room.site}story{kin}" if "links" in room.style else None,
        title=wordings.title(scene.seed, kin),
        text=scene.text(kin),
        kin=kin,
        date=scene.date(),
    )
    if "home" in room.style:
        entry = replace(entry, link=room.site)
    if scene.chance.random() < 0.2:
        entry = replace(entry, text=wordings.summary(scene.seed, kin), full=False)
    room.window.insert(0, entry)
    return f"publishes kin {kin}{'' if entry.full else ' as a summary'}"


def edit(scene: Scene, room: Room) -> str | None:
    """Word an entry anew, or as it was worded before: A, B, A."""
    for place in _places(scene, room, scene.may_edit):
        entry = room.window[place]
        new = 100 + scene.kin() if scene.is_held_back(room) else scene.chance.choice((0, 1, 2, 3))
        room.window[place] = scene.worded(entry, new)
        return f"words kin {entry.kin} as {new}"
    return None


def rewrite(scene: Scene, room: Room) -> str | None:
    """Replace a whole text under its title, link, guid and date."""
    for place in _places(scene, room, scene.may_edit):
        entry, kin = room.window[place], scene.kin()
        scene.edited.add(entry.kin)
        room.window[place] = replace(entry, text=wordings.text(scene.seed, kin), kin=kin, full=True)
        return f"rewrites kin {entry.kin} as kin {kin}"
    return None


def retitle(scene: Scene, room: Room) -> str | None:
    """Change a headline a little, or back."""
    for place in _places(scene, room, lambda one: not one.rejected):
        if scene.is_held_back(room):
            return None
        entry, number = room.window[place], scene.chance.randint(0, 2)
        title = wordings.retitled(entry.title or "", number)
        room.window[place] = replace(entry, title=title)
        return f"gives kin {entry.kin} headline {number}"
    return None


def shorten(scene: Scene, room: Room) -> str | None:
    """Deliver only a summary of what was whole; `edit` brings the whole text back."""
    for place in _places(scene, room, lambda one: scene.may_edit(one) and one.full):
        entry = room.window[place]
        if scene.is_held_back(room) or wordings.is_short(entry.text):
            return None
        scene.edited.add(entry.kin)
        short = wordings.summary(scene.seed, entry.kin)
        room.window[place] = replace(entry, text=short, full=False)
        return f"shortens kin {entry.kin} to a summary"
    return None


def empty(scene: Scene, room: Room) -> str | None:
    """Deliver an entry without title and text; its old content waits in the archive."""
    for place in _places(scene, room, lambda one: not one.rejected):
        entry = room.window[place]
        alone = scene.twins_of(room, entry) == 1 and "home" not in room.style
        if "twins" in scene.pending and not alone:
            return None
        room.archive.append(entry)
        room.window[place] = replace(entry, title=None, text="", kin=0, date=None, full=True)
        return f"empties kin {entry.kin}"
    return None


def drop(scene: Scene, room: Room) -> str | None:
    """Let an entry leave the window."""
    for place in _places(scene, room, lambda _: True):
        entry = room.window[place]
        if scene.is_held_back(room):
            return None
        if scene.twins_of(room, entry) > 1 and "twins" in scene.pending:
            return None
        room.archive.append(room.window.pop(place))
        return f"drops kin {entry.kin}"
    return None


def bring_back(scene: Scene, room: Room) -> str | None:
    """Let an entry come back into the window, for what has its key by now."""
    if not room.archive:
        return None
    entry = room.archive[scene.chance.randrange(len(room.archive))]
    if "twins" in scene.pending and scene.twins_of(room, entry) > 1:
        return None
    room.archive.remove(entry)
    if "twins" in scene.pending or scene.chance.random() < 0.5:
        rest = [one for one in room.window if one.key != entry.key]
        room.archive += [one for one in room.window if one.key == entry.key]
        room.window[:] = rest
    room.window.insert(scene.chance.randint(0, len(room.window)), entry)
    return f"brings kin {entry.kin} back"


def reuse_guid(scene: Scene, room: Room) -> str | None:
    """Give an entry's guid to another article."""
    for place in _places(scene, room, lambda one: one.guid is not None and not one.rejected):
        entry, kin = room.window[place], scene.kin()
        linked = entry.link is not None and not is_home(entry.link)
        if "guids" in scene.pending and (not linked or scene.shares_link(room, entry)):
            return None
        if scene.twins_of(room, entry) > 1:
            return None
        room.archive.append(entry)
        room.window[place] = Entry(
            guid=entry.guid,
            link=f"{room.site}story{kin}" if linked else entry.link,
            title=wordings.title(scene.seed, kin),
            text=wordings.text(scene.seed, kin),
            kin=kin,
            date=scene.date(),
        )
        return f"gives the guid of kin {entry.kin} to kin {kin}"
    return None


def move_link(scene: Scene, room: Room) -> str | None:
    """Give an article another link."""
    for place in _places(scene, room, lambda one: not one.rejected):
        entry = room.window[place]
        if room.style != "links_and_guids" or scene.twins_of(room, entry) > 1:
            return None
        room.window[place] = replace(entry, link=f"{room.site}moved{scene.kin()}")
        return f"moves the link of kin {entry.kin}"
    return None


def change_guid(scene: Scene, room: Room) -> str | None:
    """Give a link another guid: for the same article, or for an unrelated one."""
    for place in _places(scene, room, lambda one: not one.rejected):
        entry, kin = room.window[place], scene.kin()
        if room.style != "links_and_guids" or scene.twins_of(room, entry) > 1:
            return None
        if scene.shares_link(room, entry):
            return None
        if scene.chance.random() < 0.5:
            room.window[place] = replace(entry, guid=f"guid{kin}")
            return f"gives kin {entry.kin} another guid"
        room.archive.append(entry)
        room.window[place] = Entry(
            guid=f"guid{kin}",
            link=entry.link,
            title=wordings.title(scene.seed, kin),
            text=wordings.text(scene.seed, kin),
            kin=kin,
            date=scene.date(),
        )
        return f"puts kin {kin} on the link of kin {entry.kin}"
    return None


def share_link(scene: Scene, room: Room) -> str | None:
    """Publish two unrelated entries under one link."""
    if room.style != "links_and_guids":
        return None
    publish(scene, room)
    publish(scene, room)
    first, second = room.window[:2]
    room.window[1] = replace(second, link=first.link)
    return f"publishes kins {second.kin} and {first.kin} under one link"


def list_twice(scene: Scene, room: Room) -> str | None:
    """List an entry twice: as it is, or in another wording under the same key."""
    for place in _places(scene, room, scene.may_edit):
        entry = room.window[place]
        same = scene.chance.random() < 0.5 or "guids" not in room.style
        if not same and ("groups" in scene.pending and scene.twins_of(room, entry) > 1):
            return None
        twin = entry if same else scene.worded(entry, scene.chance.choice((4, 5)))
        room.window.insert(scene.chance.randint(0, len(room.window)), twin)
        return f"lists kin {entry.kin} twice{'' if same else ', worded otherwise'}"
    return None


def copy(scene: Scene, room: Room) -> str | None:
    """Take over a text of any feed or file, under a name of one's own."""
    found = [one for other in scene.rooms for one in other.window if scene.may_copy(one)]
    found += [one for rows in scene.files.values() for one in rows if scene.may_copy(one)]
    if not found:
        return None
    original = scene.chance.choice(found)
    publish(scene, room)
    scene.frozen.add(original.kin)
    mine = room.window[0].title
    # Without a guid or link of its own it would be the very same entry.
    title = original.title or mine if room.style.startswith("links") else mine
    room.window[0] = replace(
        room.window[0], text=original.text, kin=original.kin, full=True, title=title
    )
    return f"copies kin {original.kin}"


CHANGES: tuple[tuple[Change, int], ...] = (
    (publish, 6), (edit, 6), (rewrite, 1), (retitle, 2), (shorten, 1), (empty, 1), (drop, 3),
    (bring_back, 3), (reuse_guid, 2), (move_link, 1), (change_guid, 1), (share_link, 1),
    (list_twice, 1), (copy, 3),
)  # fmt: skip
"""With how often each is tried."""
