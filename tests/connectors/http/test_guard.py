"""The address guard: what is public, what the operator lets in, and what is dialled."""

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Iterable

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.errors import SettingsError
from connectors.http.faults import Fault
from connectors.http.guard import Guard, allowed, is_public, resolve

PUBLIC = """
    1.1.1.1 8.8.8.8 93.184.216.34 100.63.255.255 100.128.0.0 172.15.255.255 172.32.0.0
    168.63.129.15 168.63.129.17 192.0.1.1 192.88.98.1 198.17.255.255 198.20.0.0 223.255.255.255
    2606:4700:4700::1111 2a00:1450:4001:810::200e 2001:200::1 2001:4860:4860::8888
    ::ffff:8.8.8.8 64:ff9b::8.8.8.8
""".split()  # noqa: SIM905 - a list of addresses reads best as words
NOT_PUBLIC = """
    0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 169.254.169.254
    172.16.0.1 172.31.255.255 192.0.0.8 192.0.0.192 192.0.2.1 192.31.196.1 192.52.193.1
    192.88.99.1 192.168.1.1 192.175.48.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1
    224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 168.63.129.16
    :: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:127.0.0.1
    ::ffff:0:8.8.8.8 64:ff9b::7f00:1 64:ff9b::10.0.0.1 64:ff9b:1::8.8.8.8 100::1 2001::1
    2001:0:7f00:1::1 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:808:808::1
    2620:4f:8000::1 3fff::1 4000::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1
    ff02::1 ff0e::1
""".split()  # noqa: SIM905 - likewise


class Dialer(httpcore.AsyncNetworkBackend):
    """Dials nothing: keeps what it was asked to dial, and refuses the addresses that are down."""

    def __init__(self, *down: str) -> None:
        self.down = down
        self.dialled: list[tuple[str, int]] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to nothing."""
        self.dialled.append((host, port))
        if host in self.down:
            raise httpcore.ConnectError(ConnectionRefusedError(111, "Connect call failed"))
        if host == "192.0.0.1":
            await asyncio.sleep(60)
        return httpcore.AsyncNetworkStream()


def dial(
    host: str, *addresses: str, port: int = 80, allow: str = "", dialer: Dialer | None = None
) -> list[tuple[str, int]]:
    """Return what a guard dials for a host that has these addresses."""
    dialer = dialer or Dialer()
    guard = Guard(allowed(allow), resolve=lambda *_: addresses, dialer=dialer, patience=0.005)
    try:
        asyncio.run(guard.connect_tcp(host, port))
    finally:
        guard.close()
    return dialer.dialled


def fault(host: str, *addresses: str, allow: str = "", dialer: Dialer | None = None) -> Fault:
    """Return the fault that dialling ends with, having dialled nothing (or what is down)."""
    dialer = dialer or Dialer()
    with pytest.raises(Fault) as caught:
        dial(host, *addresses, allow=allow, dialer=dialer)
    assert all(address in dialer.down for address, _ in dialer.dialled)
    return caught.value


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    """An address that is routed on the internet is public."""
    assert is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_special_addresses_are_not_public(address: str) -> None:
    """Private, special and transitional addresses are not public, however they are written."""
    assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_by_its_ipv4_address(address: ipaddress.IPv4Address) -> None:
    """An IPv4 address is public or not in each form that is routed to it."""
    mapped = ipaddress.IPv6Address(f"::ffff:{address}")
    assert is_public(mapped) == is_public(address) == is_public(f"64:ff9b::{address}")


@given(st.ip_addresses())
def test_python_calls_public_what_we_call_public(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    """Nothing is public that Python takes for private."""
    # Python judges the NAT64 prefix as a whole, and some versions mapped addresses too.
    judged = getattr(address, "ipv4_mapped", None) or address
    if is_public(address) and judged not in ipaddress.ip_network("64:ff9b::/96"):
        assert judged.is_global


@pytest.mark.parametrize(
    ("text", "address", "port", "expected"),
    [
        ("", "127.0.0.1", 80, False),
        (" , ", "127.0.0.1", 80, False),
        ("127.0.0.1", "127.0.0.1", 80, True),
        ("127.0.0.1", "127.0.0.2", 80, False),
        ("127.0.0.1:8700", "127.0.0.1", 8700, True),
        ("127.0.0.1:8700", "127.0.0.1", 8701, False),
        ("127.0.0.1:8700", "::ffff:127.0.0.1", 8700, True),
        ("10.1.0.0/16", "10.1.255.1", 1, True),
        ("10.1.0.0/16", "10.2.0.1", 1, False),
        ("10.1.2.3/16:81, 127.0.0.1", "10.1.9.9", 81, True),
        ("10.1.2.3/16:81 127.0.0.1", "10.1.9.9", 80, False),
        ("[::1]:8700", "::1", 8700, True),
        ("[::1]:8700", "::1", 80, False),
        ("[::1]", "::1", 80, True),
        ("::1", "::1", 80, True),
        ("fd00::/8,10.0.0.1", "fd12::1", 80, True),
        ("[fd00::/8]:81", "fd12::1", 80, False),
        ("::ffff:0:0/96", "10.0.0.1", 80, False),
    ],
)
def test_the_operator_lets_addresses_in(
    text: str, address: str, port: int, *, expected: bool
) -> None:
    """Addresses and ranges are allowed, each at its port or at every one; by default none."""
    assert allowed(text).holds(ipaddress.ip_address(address), port) is expected


@pytest.mark.parametrize(
    "part",
    [
        "localhost", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:x", "1.2.3",
        "8700", "[::1", "::1]:80", "[]", "10.0.0.0/33", "http://127.0.0.1", "fe80::1%eth0", "*",
        "127.0.0.1:８", "-1", "[127.0.0.1]:80:80", "/", ":80",
    ],
)  # fmt: skip
def test_what_is_no_address_is_named(part: str) -> None:
    """A part that is no address is an error of the settings that quotes it and shows an example."""
    with pytest.raises(SettingsError) as caught:
        allowed(f"10.0.0.1, {part}")
    assert repr(part) in caught.value.message
    assert "127.0.0.1:8700" in caught.value.hint


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever stands in the settings, it is read or named as an error."""
    try:
        told = len(allowed(text).ranges)
    except SettingsError as error:
        told = len(error.hint)
    assert told or not text.replace(",", " ").split()


def test_what_was_judged_is_dialled() -> None:
    """A name is resolved once, and the address that was judged is dialled, not the name."""
    assert dial("news.test", "93.184.216.34", "1.1.1.1", port=8080) == [("93.184.216.34", 8080)]


def test_a_literal_is_dialled_without_a_lookup() -> None:
    """An address in place of a name is judged and dialled itself."""
    assert dial("93.184.216.34", "10.0.0.1") == [("93.184.216.34", 80)]
    assert dial("2606:4700::1", "10.0.0.1") == [("2606:4700::1", 80)]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "::ffff:10.0.0.1", "fe80::1%eth0"])
def test_a_private_literal_is_blocked(host: str) -> None:
    """An address that is not public is never dialled."""
    assert fault(host).kind == "blocked_address"


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1"])
def test_odd_forms_of_an_address_are_judged_as_what_would_be_dialled(host: str) -> None:
    """A number that the resolver takes for an address is judged as that address."""
    dialer = Dialer()
    guard = Guard(allowed(""), resolve=resolve, dialer=dialer)
    with pytest.raises(Fault) as caught:
        asyncio.run(guard.connect_tcp(host, 80))
    guard.close()
    assert caught.value.kind == "blocked_address"
    assert "127.0.0.1" in caught.value.detail
    assert dialer.dialled == []


def test_a_mixed_answer_is_blocked() -> None:
    """Every address of a name must be public, wherever the private one stands."""
    assert fault("rebind.test", "93.184.216.34", "10.0.0.1").kind == "blocked_address"
    refusal = fault("rebind.test", "10.0.0.1", "93.184.216.34")
    assert refusal.detail == (
        "rebind.test has the address 10.0.0.1, which is not public (port 80)"
    )  # fmt: skip


def test_an_allowed_address_is_dialled_at_its_port() -> None:
    """What the operator allows is dialled, at that port only."""
    assert dial("lan.test", "10.0.0.1", allow="10.0.0.0/8:80") == [("10.0.0.1", 80)]
    assert fault("lan.test", "10.0.0.1", allow="10.0.0.0/8:81").kind == "blocked_address"


def test_the_next_address_is_tried() -> None:
    """If an address does not take the connection, the next one is dialled."""
    dialer = Dialer("1.1.1.1")
    assert dial("news.test", "1.1.1.1", "8.8.8.8", dialer=dialer)[-1] == ("8.8.8.8", 80)


def test_an_address_that_says_nothing_is_left_for_the_next() -> None:
    """An address that neither takes nor refuses does not use up the whole time."""
    assert dial("news.test", "192.0.0.1", "8.8.8.8", allow="192.0.0.1")[-1] == ("8.8.8.8", 80)


def test_a_host_that_takes_no_connection_is_told() -> None:
    """If no address takes the connection, the kind is connect and the sentence says why."""
    refusal = fault("news.test", "1.1.1.1", dialer=Dialer("1.1.1.1"))
    assert refusal.kind == "connect"
    assert refusal.detail == "news.test takes no connections at port 80: Connection refused"


def test_a_name_of_a_thousand_addresses_is_tried_a_few_times() -> None:
    """Only the first addresses of a name are tried."""
    many = [f"1.1.{n}.1" for n in range(100)]
    dialer = Dialer(*many)
    assert fault("news.test", *many, dialer=dialer).kind == "connect"
    assert len(dialer.dialled) == 6


@pytest.mark.parametrize(
    "error",
    [
        socket.gaierror(-2, "Name or service not known"),
        UnicodeError("label too long"),
        OSError(),
        ValueError("embedded null byte"),
    ],
)
def test_a_name_without_an_address_is_told(error: Exception) -> None:
    """Whatever keeps a name from being resolved, the kind is dns."""

    def refuse(host: str, port: int) -> list[str]:
        raise error

    guard = Guard(allowed(""), resolve=refuse, dialer=Dialer())
    with pytest.raises(Fault) as caught:
        asyncio.run(guard.connect_tcp("news.invalid", 80))
    guard.close()
    assert caught.value.kind == "dns"
    assert "news.invalid" in caught.value.detail


def test_slow_lookups_hold_up_no_other() -> None:
    """64 look-ups are made at once: none of them waits for the end of another one."""
    together = threading.Barrier(64)

    def slow(host: str, port: int) -> list[str]:
        together.wait(timeout=5)
        return ["1.1.1.1"]

    async def play(guard: Guard) -> None:
        await asyncio.gather(*(guard.connect_tcp(f"n{number}.test", 80) for number in range(64)))

    dialer = Dialer()
    guard = Guard(allowed(""), resolve=slow, dialer=dialer)
    asyncio.run(play(guard))
    guard.close()
    assert dialer.dialled == [("1.1.1.1", 80)] * 64


def test_an_empty_answer_is_no_address() -> None:
    """A name that resolves to nothing has the kind dns."""
    assert fault("news.test").kind == "dns"


def test_the_resolver_names_each_address_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's resolver is asked once, with the name as it is sent, for streams."""
    asked: list[object] = []

    def getaddrinfo(host: object, port: object, **named: object) -> list[tuple[object, ...]]:
        asked.append((host, port, named))
        four, six = ("1.1.1.1", 80), ("fe80::1%2", 80, 0, 2)
        return [(2, 1, 6, "", four), (2, 1, 6, "", four), (10, 1, 6, "", six)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert resolve("xn--nws-hoa.test", 80) == ["1.1.1.1", "fe80::1%2"]
    assert asked == [(b"xn--nws-hoa.test", 80, {"type": socket.SOCK_STREAM})]
