"""The address guard: a name is resolved once, every address judged, and only those are dialled.

Feeds and redirects come from strangers: they must not make newslake ask inside the operator's
network. Every port of a public address is open: feeds do live on odd ports.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import httpcore

from articles.errors import SettingsError
from connectors.http.faults import Fault, reason

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Sequence[str]]

_THREADS = 64
"""Look-ups at once, as many as results are in hand: a dead name server keeps one."""
_DIALLED = 6
"""Addresses of a name that are tried."""
_PATIENCE = 5.0
"""Seconds for an address while there is another one to try."""

# The special-purpose registries of IANA (RFC 6890), and what answers inside clouds.
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(text)
    for text in """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
    192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24
    198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 168.63.129.16/32
    2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20
    """.split()  # noqa: SIM905 - a list of networks reads best as words
)
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_ALLOWED_RANGE = re.compile(
    r"\[(?P<bracketed>[^\]]+)\](?::(?P<port6>[0-9]{1,5}))?"
    r"|(?P<four>[0-9.]+(?:/[0-9]+)?)(?::(?P<port4>[0-9]{1,5}))?"
    r"|(?P<bare>[0-9A-Fa-f:.]+(?:/[0-9]+)?)"
)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Addresses beyond the public ones that may be dialled: networks, each with a port or all."""

    ranges: tuple[tuple[Network, int | None], ...] = ()

    def holds(self, address: Address, port: int) -> bool:
        """Tell whether the operator lets this address in at this port."""
        judged = _unmapped(address)
        return any(judged in network and wanted in {None, port} for network, wanted in self.ranges)


def allowed(text: str) -> Allowed:
    """Read NEWSLAKE_ALLOW_ADDRESSES: `127.0.0.1:8700, 10.1.0.0/16, [::1]:8700, fd00::/8`.

    An empty text allows nothing. Raises SettingsError that names the part that is no address.
    """
    return Allowed(tuple(_range(part) for part in re.split(r"[,\s]+", text) if part))


def is_public(address: Address | str) -> bool:
    """Tell whether an address is one of the public internet; never by `is_global` of Python.

    An address that holds an IPv4 address and is routed to it (mapped, NAT64) is judged by that one;
    other transitional forms (6to4, Teredo, compatible, translated) are not public.
    """
    judged = _unmapped(ipaddress.ip_address(address))
    if judged.version == 6 and judged in _NAT64:
        judged = ipaddress.IPv4Address(int(judged) & 0xFFFF_FFFF)
    if judged.version == 6 and judged not in _GLOBAL_UNICAST:
        return False
    return not any(judged in network for network in _NOT_PUBLIC)


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a name as this machine's resolver gives them (it blocks)."""
    # As bytes: the name is ASCII already, and Python's own IDNA codec refuses long labels loudly.
    answers = socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in answers))


class Guard(httpcore.AsyncNetworkBackend):
    """A network backend that dials public and allowed addresses only; raises Fault otherwise.

    Names are resolved in threads of its own. A look-up whose caller has given up keeps its thread
    until it ends: only where all 64 are kept does another one wait, within its own deadline.
    """

    def __init__(
        self,
        allowed: Allowed,
        *,
        resolve: Resolve = resolve,
        dialer: httpcore.AsyncNetworkBackend | None = None,
        patience: float = _PATIENCE,
    ) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._dialer = httpcore.AnyIOBackend() if dialer is None else dialer
        self._patience = patience
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="newslake-names")

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of the host that answers; kinds dns, connect, blocked."""
        addresses = await self._addresses(host, port)
        for address in addresses:
            if not (is_public(address) or self._allowed.holds(address, port)):
                raise Fault("blocked_address", _blocked(host, address, port))
        dial = partial(
            self._dialer.connect_tcp, port=port, timeout=timeout, local_address=local_address,
            socket_options=socket_options,
        )  # fmt: skip
        why, tried = "", addresses[:_DIALLED]
        for left, address in zip(reversed(range(len(tried))), tried, strict=True):
            try:
                async with asyncio.timeout(self._patience if left else None):
                    return await dial(str(address))
            except (OSError, httpcore.NetworkError, httpcore.TimeoutException) as error:
                why = reason(error)
        raise Fault("connect", f"{host} takes no connections at port {port}: {why}")

    def close(self) -> None:
        """Give back the threads; what they still ask ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _addresses(self, host: str, port: int) -> list[Address]:
        try:
            return [ipaddress.ip_address(host)]
        except ValueError:
            pass  # a name, or an address in a form that only the resolver takes for one
        loop = asyncio.get_running_loop()
        try:
            texts = await loop.run_in_executor(self._threads, self._resolve, host, port)
            addresses = [ipaddress.ip_address(text) for text in texts]
        except OSError as error:
            raise Fault("dns", f"{host} has no address: {_lookup(error)}") from error
        except ValueError as error:  # UnicodeError too
            raise Fault("dns", f"{host} can't be looked up") from error
        except RuntimeError as error:  # the threads are gone
            raise Fault("dns", f"{host} can't be looked up: the fetcher is closed") from error
        if not addresses:
            raise Fault("dns", f"{host} has no address")
        return addresses


def _range(part: str) -> tuple[Network, int | None]:
    match = _ALLOWED_RANGE.fullmatch(part)
    text = match and (match["bracketed"] or match["four"] or match["bare"])
    port = match and (match["port6"] or match["port4"])
    try:
        network = ipaddress.ip_network(text or "", strict=False)
    except ValueError:
        network = None
    if network is None or (port and not 1 <= int(port) <= 65_535):
        raise SettingsError(
            f"NEWSLAKE_ALLOW_ADDRESSES: {part!r} is no address or range of addresses.",
            "Write addresses or ranges, separated by commas, each with a port if you like: "
            "127.0.0.1:8700, 10.1.0.0/16, [::1]:8700",
        )
    return network, int(port) if port else None


def _unmapped(address: Address) -> Address:
    """Return the IPv4 address that dialling a mapped one (RFC 4291 2.5.5.2) reaches."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _blocked(host: str, address: Address, port: int) -> str:
    if host == str(address):
        return f"{host} is not a public address (port {port})"
    return f"{host} has the address {address}, which is not public (port {port})"


def _lookup(error: OSError) -> str:
    return (error.strerror or "the look-up failed").lower()
