"""The fetcher and TLS: whose certificate is trusted, and what is told of one that is not."""

import asyncio
import ipaddress
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from httpanswers import FEED, answer

from connectors.http.messages import FetchRequest, FetchResult


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a self-signed certificate for news.test and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "news.test")])
    places: list[x509.GeneralName] = [
        x509.DNSName("news.test"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName(places), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


class TestTls:
    """Certificates."""

    def ask(
        self, web: Any, certificate: Path | None, host: str, trusted: ssl.SSLContext | None = None
    ) -> FetchResult:
        """Ask a TLS server (or a plain one) for a document."""

        async def play() -> Any:
            context = None
            if certificate:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(certificate)
            async with (
                web.serving({"/": answer()}, tls=context) as server,
                web.fetcher(server, tls=trusted) as asking,
            ):
                result = await asking.fetch(FetchRequest(server.url("/", host, "https")))
                assert result is not None
                return result

        result: FetchResult = asyncio.run(play())
        return result

    def trusting(self, certificate: Path) -> ssl.SSLContext:
        """Return a context that trusts the certificate."""
        return ssl.create_default_context(cafile=str(certificate))

    def test_a_certificate_of_its_own_is_not_trusted(self, web: Any, certificate: Path) -> None:
        """A self-signed certificate ends with the kind tls and says why."""
        result = self.ask(web, certificate, "news.test")
        assert (result.error, result.status) == ("tls", None)
        assert "self-signed" in result.detail

    def test_a_trusted_certificate_is_accepted(self, web: Any, certificate: Path) -> None:
        """A certificate that the machine trusts is no hindrance, for a name or an address."""
        for host in ("news.test", "127.0.0.1"):
            assert self.ask(web, certificate, host, self.trusting(certificate)).body == FEED

    def test_a_certificate_of_another_name_is_not(self, web: Any, certificate: Path) -> None:
        """A certificate must be the host's own."""
        result = self.ask(web, certificate, "other.test", self.trusting(certificate))
        assert result.error == "tls"
        assert "other.test" in result.detail

    def test_a_server_without_tls_is_told(self, web: Any) -> None:
        """Plain HTTP at an https address has the kind tls."""
        assert self.ask(web, None, "news.test").error == "tls"
