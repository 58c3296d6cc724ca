"""The bytes of HTTP answers, for servers on loopback that say what a test wants to hear."""

FEED = b"<rss><channel/></rss>"


def answer(body: bytes = FEED, *headers: str, status: str = "200 OK") -> bytes:
    """Return the bytes of an HTTP answer with a Content-Length."""
    return head(f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}") + body


def head(*lines: str) -> bytes:
    """Return an HTTP answer as these lines say it, without a body."""
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def chunked(body: bytes, *headers: str) -> bytes:
    """Return the bytes of an HTTP answer in one chunk."""
    start = head("HTTP/1.1 200 OK", *headers, "Transfer-Encoding: chunked")
    return start + b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"
