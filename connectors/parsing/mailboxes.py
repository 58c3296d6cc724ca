"""Names out of the mailboxes (RFC 5322) that feeds name authors by: `m@quay.press (Mara Holt)`."""

import re

# Atomic, and only where a local part can begin: linear in any text. Top-level domains have 2 to 63
# letters (RFC 1035 2.3.4), or are punycode.
_ADDRESS = (
    r"(?<![a-zA-Z0-9_.+-])[a-zA-Z0-9_.+-]++@(?:\[[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.|"
    r"(?:[a-zA-Z0-9-]+\.)+)(?:[xX][nN]--[a-zA-Z0-9-]{1,59}|[a-zA-Z]{2,63}|[0-9]{1,3})\]?"
)
_FIRST = re.compile(_ADDRESS + r"(?:\?subject=\S+)?")
_ONE = re.compile(
    rf"\s*(?:{_ADDRESS}\s*\(([^()@]{{1,200}})\)"  # mara@quay.press (Mara Holt)
    rf"|([^<>()@,;|]{{1,200}}?)\s*[<(]{_ADDRESS}[>)]"  # Mara Holt <mara@quay.press>
    rf"|<?({_ADDRESS})>?)\s*"
)
_JOINT = re.compile(r"(?:[,;|/&]|(?:and|und|et|y|e|en|og|och|i)\s)")


def names_in_byline(byline: str) -> tuple[str, ...]:
    """Return the names in a byline; an address that has none, and what can't be told, as it is."""
    if "@" not in byline:
        return (byline,) if byline else ()
    byline = byline.replace("mailto:", "")
    first = _FIRST.search(byline)
    if first is None or _goes_on(byline, first.end()):
        return (byline,)
    rest = byline.replace(first[0], "")
    if "@" in rest and not (rest.count("@") == 1 and rest.endswith(">")):
        return _names_in_list(byline) or (byline,)
    # The steps of feedparser (`_sync_author_detail`): what it took right stays the same.
    for removed in ("()", "<>", "&lt;&gt;"):
        rest = rest.replace(removed, "")
    return (rest.strip().removeprefix("(").removesuffix(")").strip() or first[0],)


def _goes_on(byline: str, end: int) -> bool:
    """Tell whether the address goes on in letters that are not ASCII (RFC 6531)."""
    return end < len(byline) and not byline[end].isascii() and byline[end].isalnum()


def _names_in_list(byline: str) -> tuple[str, ...]:
    """Return the names of several mailboxes; none if it holds anything else."""
    names: list[str] = []
    position = 0
    while one := _ONE.match(byline, position):
        names.append((one[1] or one[2] or one[3]).strip(" \"'"))
        position = one.end()
        joint = _JOINT.match(byline, position)
        if joint is None:
            break
        position = joint.end()
    return tuple(names) if position == len(byline) else ()
