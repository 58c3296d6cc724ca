"""What an agency's message says, in whatever format -> an Entry, or why it is set aside."""

from collections.abc import Mapping
from dataclasses import dataclass

from articles.model.entries import Entry, Rejected
from connectors.limits import RAW_ROW_LIMIT
from connectors.parsing.named_fields import Guid, entry_of
from connectors.parsing.rejections import reject
from connectors.rows.kinds import aside
from connectors.rows.values import compact

_WITHHELD = {"canceled", "cancelled", "withheld", "killed", "embargoed"}
_FILES = {"picture", "photo", "graphic", "audio", "video", "image", "animation", "animated"}


@dataclass(frozen=True, slots=True)
class Message:
    """A message: its fields under the names of `field_names`, and what decides on its use."""

    fields: Mapping[str, object]
    status: str = "usable"
    """IPTC's publishing status: usable, withheld, canceled; NITF has embargoed too."""
    nature: str = "text"
    """What it is: text, picture, graphic, audio, video, composite, package (IPTC nature)."""
    delivered: object = None
    """All of it as JSON has it."""


def parsed(message: Message, path: str, repairs: tuple[str, ...] = ()) -> Entry | Rejected:
    """Return the entry of a message; with its identifier it is known again in any file."""
    raw = compact(message.delivered if message.delivered is not None else message.fields)
    if len(raw) > RAW_ROW_LIMIT:
        raw = compact(message.fields)
    own = str(message.fields.get("guid") or "")
    why = _aside(message)
    if why is not None:
        return reject(path, *why, raw.encode(), key=f"{path}#{own}" if own else None)
    guid: Guid = "own" if own else "file"
    entry = entry_of(message.fields, path, guid=guid, repairs=repairs, raw=raw)
    if entry is None or not (entry.title or entry.content or entry.summary):
        return reject(path, "empty", "the message has neither a headline nor a text", raw.encode())
    return entry


def _aside(message: Message) -> tuple[str, str] | None:
    status, nature = _code(message.status), _code(message.nature)
    if status in _WITHHELD:
        why = aside("withheld", f"its status is {status}")
    elif nature == "package":
        why = aside("package", "it is a list of other messages")
    elif nature in _FILES and not (message.fields.get("body") or message.fields.get("bodyhtml")):
        why = aside("attachment", f"it is a {nature}")
    else:
        return None
    return why.reason, why.detail


def _code(qcode: str) -> str:
    """Return the code of a qcode or URI: `stat:usable`, `http://cv.iptc.org/.../usable`."""
    return qcode.replace("/", ":").rpartition(":")[2].strip().casefold()
