"""What can go wrong in an HTTP exchange: an exception -> a kind of error, and a sentence.

Sentences name hosts and addresses, never a whole URL: its query may hold a secret.
"""

import os
import ssl

import httpcore

_LONGEST = 160
"""Characters kept of another library's words."""
_HEADERS_TOO_LARGE = 431


class Fault(Exception):
    """An exchange that ends here: `kind` is one of reasons.ERRORS, `detail` is for a person."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = detail


def explained(error: Exception, host: str) -> Fault | None:
    """Return the fault that an exception of the network's means; None if it is no such thing."""
    inner = _innermost(error)
    fault: Fault | None = None
    if isinstance(error, Fault):
        fault = error
    elif isinstance(inner, ssl.SSLError):
        fault = Fault("tls", f"{host}: {_tls_words(inner)}")
    elif isinstance(error, TimeoutError | httpcore.TimeoutException):
        fault = Fault("timeout", f"{host} did not answer in full within the time allowed")
    elif isinstance(error, httpcore.ConnectError):
        # Connecting itself is the guard's and never comes here, so this was the handshake.
        fault = Fault("tls", f"{host} broke off the TLS handshake")
    elif getattr(inner, "error_status_hint", None) == _HEADERS_TOO_LARGE:
        fault = Fault("too_large", f"the headers of {host} are too large")
    elif isinstance(error, httpcore.RemoteProtocolError):
        fault = Fault("protocol", f"{host} sent no proper HTTP: {_words(error)}")
    elif isinstance(error, httpcore.LocalProtocolError):
        fault = Fault("protocol", f"{host} can't be asked: {_words(error)}")
    elif isinstance(error, OSError | httpcore.NetworkError):
        fault = Fault("protocol", f"{host} broke off the connection")
    return fault


def reason(error: BaseException) -> str:
    """Return in a few words why connecting failed."""
    inner = _innermost(error)
    if isinstance(inner, OSError) and inner.errno is not None:
        return os.strerror(inner.errno)
    return "no answer" if isinstance(inner, TimeoutError) else _words(inner)


def _innermost(error: BaseException) -> BaseException:
    """Return what an exception was made of: httpcore and anyio wrap what they caught."""
    for _ in range(8):
        first = error.args[0] if error.args else None
        within = error.__cause__ or (first if isinstance(first, BaseException) else None)
        if within is None:
            break
        error = within
    return error


def _tls_words(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate can't be trusted: {error.verify_message}"
    return f"TLS failed: {(error.reason or 'no reason given').replace('_', ' ').lower()}"


def _words(error: BaseException) -> str:
    """Return the first clause of an exception's message, or its name: the rest quotes bytes."""
    text = str(error).partition(":")[0].strip()[:_LONGEST]
    return text if text and text.isprintable() else type(error).__name__
