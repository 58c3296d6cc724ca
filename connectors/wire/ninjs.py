"""ninjs 1.x to 3.x (IPTC, News in JSON) -> messages."""

from collections.abc import Mapping

from connectors.rows.names import plain_name
from connectors.wire.message import Message

_TOLD = {"pubstatus", "representationtype", "versioncreated", "renditions", "bodytext", "bodyhtml",
         "bodyxhtml", "bodies", "slugline", "headlines", "ednote", "usageterms"}  # fmt: skip


def is_ninjs(fields: Mapping[str, object]) -> bool:
    """Tell whether a JSON object is ninjs: a `uri`, which alone is required, and two of its own."""
    if not isinstance(fields.get("uri"), str):
        return False
    return len(_TOLD.intersection(map(plain_name, fields))) >= 2


def message_of(fields: Mapping[str, object]) -> Message:
    """Return the message; its identifier is its `uri`, and a version is a revision of it."""
    said = {plain_name(name): value for name, value in fields.items()}
    uri = str(fields.get("uri"))
    body = _chosen(said.get("bodies"), "main")
    text, is_html = body.get("value"), "html" in str(body.get("contentType"))
    first, changed = said.get("firstcreated"), said.get("versioncreated")
    if str(said.get("version", "1")) == "1":
        first = first or said.get("contentcreated") or changed
    heading = _any(said, "headline") or _chosen(said.get("headlines"), "main").get("value")
    told: dict[str, object] = {
        "guid": uri,
        "url": uri if uri.startswith(("http://", "https://")) else None,
        "title": heading or _any(said, "title name"),
        "authors": _any(said, "byline by bylines creator"),
        "body_html": _any(said, "bodyhtml bodyxhtml") or (text if is_html else None),
        "body": said.get("bodytext") or (None if is_html else text),
        "summary": _any(said, "descriptiontext descriptionhtml descriptionxhtml")
        or _chosen(said.get("descriptions"), "summary").get("value"),
        "published": said.get("embargoed") or first,
        "updated": changed,
        "language": said.get("language"),
        "publisher": _any(said, "provider infosources infosource source copyrightholder"),
    }
    told = {name: value for name, value in told.items() if value}
    nature = str(said.get("type") or "text")
    listed = nature in {"composite", "package"} and not told.keys() & {"body", "body_html"}
    status = str(said.get("pubstatus") or "usable")
    return Message(told, status, "package" if listed else nature, fields)


def _any(said: Mapping[str, object], names: str) -> object:
    return next((said[name] for name in names.split() if said.get(name)), None)


def _chosen(listed: object, role: str) -> Mapping[str, object]:
    """Return the object of a list (ninjs 2 and later) that has this role, else the longest."""
    several = listed if isinstance(listed, list) else []
    objects = [part for part in several if isinstance(part, dict)]
    chosen = [part for part in objects if str(part.get("role", "")).casefold().endswith(role)]
    return max(chosen or objects, key=lambda part: len(str(part.get("value", ""))), default={})
