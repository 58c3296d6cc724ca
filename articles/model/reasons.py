"""The closed lists of reasons: why an entry is in quarantine, and why a poll failed."""

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "empty": "it has neither a title nor a text",
    "too_large": "it is larger than newslake reads",
    "binary": "it holds binary data, not text",
    "bad_encoding": "its text encoding can't be told or is broken",
    "not_a_file": "it is not a regular file (a folder, FIFO, socket or device)",
    "symlink": "it is a link out of its folder, into a loop, or to nothing",
    "unreadable": "the operating system refused to read it",
    "bad_gzip": "its gzip stream is broken",
    "bad_json": "it is not valid JSON, or not an article",
    "bad_csv": "it is not a readable CSV row",
    "bad_xml": "it is not well-formed XML",
    "bad_parquet": "it is not a readable Parquet file",
    "not_a_feed": "it is not an RSS, Atom or JSON feed",
    "draft": "it is not published: a draft, or pending, scheduled or private",
    "deleted": "it was deleted, or its text was taken away",
    "withheld": "its agency withholds or cancelled it, or keeps it under embargo",
    "attachment": "it is a file beside an article: a picture, a recording",
    "comment": "it is a comment, not an article",
    "revision": "it is an older state that an export keeps of an article",
    "menu": "it is an entry of a menu",
    "template": "it is a part of a site's make-up: a template, a style, a setting",
    "page": "it is a page of a site (About, Contact), not an article",
    "package": "it lists other articles and has no text of its own",
    "half_written": "its last line is not complete yet; it is read again when the file grows",
    "parse_timeout": "reading it took longer than a worker may take",
    "parse_crash": "reading it crashed its worker or took more memory than a worker may take",
}
"""The closed list of quarantine reasons, each as the end of "It was rejected: …"."""

ERRORS: Mapping[str, str] = {
    "bad_url": "Write its URL in full, with http:// or https://.",
    "dns": "Its host has no address: check the spelling, or this machine's name server.",
    "connect": "Its host does not take connections: try again later.",
    "tls": "Its certificate or its TLS can't be trusted: see its detail.",
    "protocol": "Its server broke off or sent no proper HTTP: try again later.",
    "timeout": "It took too long: try again later.",
    "http_4xx": "Its server refuses this request: the feed may have moved, or want a login.",
    "http_404": "There is nothing at its URL (any more): look for its new address.",
    "http_410": "It is gone for good: look for its new address, or remove it.",
    "http_429": "Its host wants a pause, which it gets; if that is often, raise its interval.",
    "http_5xx": "Its server has a problem of its own: try again later.",
    "challenge": "Its server wants a browser (a bot challenge): ask its owner to let you in.",
    "blocked_address": "Its host is not public; NEWSLAKE_ALLOW_ADDRESSES can let it in.",
    "redirect": "Its redirects lead nowhere: look for its new address.",
    "too_large": "It is larger than newslake reads: look for a shorter one.",
    "bad_encoding": "Its compression or its text encoding is broken.",
    "not_a_feed": "If it is a page, look for the feed's own address.",
    "parse_timeout": "Reading it took longer than a worker may take.",
    "parse_crash": "Reading it crashed its worker or took more memory than a worker may take.",
    "empty": "It sent nothing: try again later.",
    "unreadable": "The folder can't be read: see its detail.",
}
"""The closed list of what makes a poll fail, each with what an operator can do about it."""
