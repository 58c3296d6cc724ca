"""Whether an entry came as it did before, so that only newslake reads it otherwise now."""

import json

READING = "reading"
"""Among the changed fields: the entry came as before, and is only read otherwise."""


def is_delivered_alike(raw: str, before: str | None) -> bool:
    """Tell whether two entries (JSON of the fields as delivered) are the same.

    The first version of the reading noted a guid that is no link as the link too, and no source.
    """
    if before is None or raw == before:
        return raw == before
    try:
        fields, noted = json.loads(raw), json.loads(before)
    except (ValueError, RecursionError):
        return False
    if not (isinstance(fields, dict) and isinstance(noted, dict)):
        return False
    if "source" not in noted:
        fields.pop("source", None)
    if "link" not in fields and noted.get("link") == noted.get("id"):
        noted.pop("link", None)
    return bool(fields == noted)
