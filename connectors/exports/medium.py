"""Tells drafts of Medium's export, whose pages look like articles."""

_SIGNATURE = b'Exported from <a href="https://medium.com">Medium</a>'
_FOOT = 4096


def is_draft(data: bytes) -> bool:
    """Tell whether a page is a draft: its foot names Medium's export, and no date of publishing."""
    foot = data[-_FOOT:]
    return _SIGNATURE in foot and b"dt-published" not in foot
