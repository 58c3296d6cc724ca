"""XML documents that are more than feeds: exports of sites, messages of agencies."""

from articles.model.entries import Entry, Rejected
from connectors.feeds.decode import feed_text, xml_text


def parse_known(data: bytes, path: str) -> list[Entry | Rejected] | None:
    """Return what an export or a message of an agency holds; None: the document is neither."""
    from connectors.exports.site_export import is_site_export, published_only
    from connectors.wire.documents import is_message, parse_message

    if is_site_export(data):
        from connectors.feeds.document import parse_saved

        decoded = feed_text(data, None)
        outcome = parse_saved(data, path)
        return published_only(outcome, decoded.text, path) if decoded else outcome
    if is_message(data):
        decoded = feed_text(data, None)
        # What is wrong with the root element only says that it is no feed's.
        if decoded is not None:
            return parse_message(xml_text(decoded.text)[0], path, decoded.repairs)
    return None
