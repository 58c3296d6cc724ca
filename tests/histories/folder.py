"""What happens in a folder of seeds in a history: texts, copies, dumps of rows, files that go."""

from collections.abc import Callable
from dataclasses import replace

import wordings
from model import Entry, is_home
from newsroom import Scene

FolderChange = Callable[[Scene], str | None]
"""Returns what it did; None: nothing, it does not fit."""


def _text_files(scene: Scene) -> list[str]:
    return [path for path in scene.files if path.endswith(".txt")]


def _text_file(path: str, text: str, kin: int) -> tuple[Entry, ...]:
    return (Entry(path, None, None, text, kin, path=path),)


def write(scene: Scene) -> str:
    """Put a new text file into the folder."""
    kin = scene.kin()
    path = f"text{kin}.txt"
    scene.files[path] = _text_file(path, scene.text(kin), kin)
    return f"writes kin {kin} to {path}"


def edit_file(scene: Scene) -> str | None:
    """Word a file anew, back as it was, or as another article."""
    paths = [path for path in _text_files(scene) if scene.may_edit(scene.files[path][0])]
    if not paths:
        return None
    path = scene.chance.choice(paths)
    entry = scene.files[path][0]
    if scene.chance.random() < 0.2:
        scene.edited.add(entry.kin)
        kin = scene.kin()
        scene.files[path] = _text_file(path, wordings.text(scene.seed, kin), kin)
        return f"rewrites {path} as kin {kin}"
    number = scene.chance.choice((0, 1, 2))
    scene.files[path] = (scene.worded(entry, number),)
    return f"words {path} as {number}"


def copy_file(scene: Scene) -> str | None:
    """Put a file, or an entry of a feed, into the folder under another name."""
    found = [scene.files[path][0] for path in _text_files(scene)]
    found += [one for room in scene.rooms for one in room.window]
    found = [one for one in found if scene.may_copy(one)]
    if not found:
        return None
    original = scene.chance.choice(found)
    scene.frozen.add(original.kin)
    path = f"copies/copy{scene.kin()}.txt"
    scene.files[path] = _text_file(path, original.text, original.kin)
    return f"copies kin {original.kin} to {path}"


def empty_file(scene: Scene) -> str | None:
    """Leave nothing but white space in a file."""
    paths = _text_files(scene)
    if not paths:
        return None
    path = scene.chance.choice(paths)
    scene.gone.setdefault(path, scene.files[path])
    scene.files[path] = _text_file(path, "", 0)
    return f"empties {path}"


def dump(scene: Scene) -> str | None:
    """Put rows with the links of a feed's entries into the folder: as they are, or as they were."""
    found = [
        one
        for room in scene.rooms
        for one in room.window
        if one.link and not is_home(one.link) and not one.rejected and one.link not in scene.dumped
    ]
    if not found:
        return None
    path = f"dump{scene.kin()}.json"
    rows = []
    for number, entry in enumerate(scene.chance.sample(found, min(len(found), 3))):
        if entry.link in scene.dumped:  # two entries of one link
            continue
        row = _row(scene, entry)
        if row is not None:
            scene.dumped.add(entry.link or "")
            rows.append(replace(row, guid=f"{path}#{number}", path=path))
    if not rows:
        return None
    scene.files[path] = tuple(rows)
    return f"writes kins {', '.join(str(row.kin) for row in rows)} to {path}"


def _row(scene: Scene, entry: Entry) -> Entry | None:
    if scene.may_copy(entry):
        scene.frozen.add(entry.kin)
        return entry
    owned = any(
        room.feed.owns_link(entry.link or "") for room in scene.rooms if entry in room.window
    )
    return scene.worded(entry, 9) if owned and scene.may_edit(entry) else None


def remove(scene: Scene) -> str | None:
    """Take a file away; nothing in the lake changes by that."""
    if not scene.files:
        return None
    path = scene.chance.choice(list(scene.files))
    scene.gone[path] = scene.files.pop(path)
    return f"removes {path}"


def put_back(scene: Scene) -> str | None:
    """Put a file back as it was."""
    if not scene.gone:
        return None
    path = scene.chance.choice(list(scene.gone))
    scene.files[path] = scene.gone.pop(path)
    return f"puts {path} back"


FOLDER_CHANGES: tuple[tuple[FolderChange, int], ...] = (
    (write, 4), (edit_file, 4), (copy_file, 2), (empty_file, 1), (dump, 3), (remove, 2),
    (put_back, 2),
)  # fmt: skip
"""With how often each is tried."""
