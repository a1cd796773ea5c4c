"""Proves that every Kafka client shows its certificate and checks the broker's, against a socket that only shakes hands."""

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiokafka.errors import KafkaError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.eventlog import faust_source, inbox
from services.eventlog.kafka_security import KafkaIdentityUnusable, client_security
from services.eventlog.reading import raw_log
from services.eventlog.sending import Sender
from services.eventlog.settings import KafkaIdentity, MissingSetting, Settings, read_settings
from services.eventlog.topics import open_admin

HANDSHAKE_SECONDS = 10.0
ENVIRONMENT = {"JIUZHU_KAFKA": "k:9093", "JIUZHU_POSTGRES_URL": "postgresql://p/j", "JIUZHU_KEYRING": "/keyring"}
FILES = {"JIUZHU_KAFKA_CA": "/ca", "JIUZHU_KAFKA_CERT": "/crt", "JIUZHU_KAFKA_KEY": "/key"}


def certificate(
    folder: Path, name: str, issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None
) -> KafkaIdentity:
    """A certificate of `name` (for 127.0.0.1 too) signed by `issuer`, or by itself: then it is an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(issuer[1] if issuer else key, hashes.SHA256())
    )
    crt, pem = folder / f"{name}.crt", folder / f"{name}.key"
    crt.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    unencrypted = serialization.NoEncryption()
    pem.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unencrypted))
    return KafkaIdentity(authority=folder / "authority.crt", certificate=crt, key=pem)


def signer(identity: KafkaIdentity) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = serialization.load_pem_private_key(identity.key.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return x509.load_pem_x509_certificate(identity.certificate.read_bytes()), key


@dataclass(kw_only=True)
class Handshakes:
    """A listening TLS socket that wants client certificates: the names it was shown, and whether anybody spoke Kafka."""

    port: int = 0
    names: list[str] = field(default_factory=list)
    shown: asyncio.Event = field(default_factory=asyncio.Event)
    spoken_bytes: int = 0

    async def greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = writer.get_extra_info("ssl_object").getpeercert()
        self.names.append(next(value for ((name, value),) in peer["subject"] if name == "commonName"))
        with suppress(OSError):
            self.spoken_bytes += len(await reader.read(1))  # the first request: the client took our certificate
        self.shown.set()
        writer.close()


@asynccontextmanager
async def handshakes(server: KafkaIdentity) -> AsyncIterator[Handshakes]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=server.authority)
    context.load_cert_chain(server.certificate, server.key)
    context.verify_mode = ssl.CERT_REQUIRED
    seen = Handshakes()
    listening = await asyncio.start_server(seen.greet, "127.0.0.1", 0, ssl=context)
    seen.port = listening.sockets[0].getsockname()[1]
    try:
        yield seen
    finally:
        listening.close()
        await listening.wait_closed()


def settings(port: int, identity: KafkaIdentity | None) -> Settings:
    return Settings(
        kafka=f"127.0.0.1:{port}", postgres_url="", keyring=Path(), topic_prefix="", host="127.0.0.1", port=0, partitions=1,
        replication_factor=1, simulated_clock=False, kafka_identity=identity,
    )  # fmt: skip


async def start_admin(wanted: Settings) -> None:
    await open_admin(wanted.kafka, wanted.kafka_identity)


async def start_reader(wanted: Settings) -> None:
    async with raw_log(wanted, client="test"):
        pass


async def start_sender(wanted: Settings) -> None:
    sender = Sender(wanted.kafka, wanted.log_topic, wanted.kafka_identity)
    try:
        await sender.start()
    finally:
        await sender.close()


async def start_inbox(wanted: Settings) -> None:
    async def take(_: object) -> None: ...

    await inbox.listen(wanted, take)


async def start_faust(wanted: Settings) -> None:
    async def ignore(*_: object) -> None: ...

    app = faust_source.faust_app(wanted, service="audit", slot=0, deliver=ignore, assign=ignore)
    producer = app.producer
    try:
        await producer.start()
    finally:
        await producer.stop()


@pytest.fixture(scope="module")
def identities(tmp_path_factory: pytest.TempPathFactory) -> dict[str, KafkaIdentity]:
    """``broker`` and ``client`` by one authority, ``stranger`` by another one that trusts only itself."""
    folder, elsewhere = tmp_path_factory.mktemp("certificates"), tmp_path_factory.mktemp("elsewhere")
    authority = signer(certificate(folder, "authority", None))
    strange = signer(certificate(elsewhere, "authority", None))
    return {
        "broker": certificate(folder, "broker", authority),
        "client": certificate(folder, "jiuzhu-intake", authority),
        "stranger": certificate(elsewhere, "stranger", strange),
    }


CLIENTS = pytest.mark.parametrize(
    "start", [start_admin, start_reader, start_sender, start_inbox, start_faust], ids=lambda f: f.__name__
)


@CLIENTS
async def test_every_client_shows_its_certificate(
    identities: dict[str, KafkaIdentity], start: Callable[[Settings], Awaitable[None]]
) -> None:
    """The broker learns the client's name, and the client goes on to speak Kafka: it took the broker's certificate."""
    async with handshakes(identities["broker"]) as seen:
        task = asyncio.ensure_future(start(settings(seen.port, identities["client"])))
        try:
            await asyncio.wait_for(seen.shown.wait(), HANDSHAKE_SECONDS)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    assert set(seen.names) == {"jiuzhu-intake"}
    assert seen.spoken_bytes


async def test_a_broker_of_another_authority_is_not_spoken_to(identities: dict[str, KafkaIdentity]) -> None:
    """A client that does not trust the broker's certificate sends it nothing."""
    async with handshakes(identities["broker"]) as seen:
        distrustful = KafkaIdentity(
            authority=identities["stranger"].authority,
            certificate=identities["client"].certificate,
            key=identities["client"].key,
        )
        with pytest.raises(KafkaError):
            await start_admin(settings(seen.port, distrustful))
    assert not seen.spoken_bytes


def test_plaintext_without_certificates_and_never_with_some_of_them() -> None:
    """No file: no TLS. Some of the three: the process says which one is missing instead of going on in clear."""
    assert client_security(read_settings(ENVIRONMENT, port=0).kafka_identity) == {}
    for absent in FILES:
        with pytest.raises(MissingSetting, match=absent):
            read_settings(ENVIRONMENT | {name: file for name, file in FILES.items() if name != absent}, port=0)
    identity = read_settings(ENVIRONMENT | FILES, port=0).kafka_identity
    assert identity == KafkaIdentity(authority=Path("/ca"), certificate=Path("/crt"), key=Path("/key"))


def test_unusable_files_are_named_in_both_languages(identities: dict[str, KafkaIdentity], tmp_path: Path) -> None:
    """A missing file, and a key that is not the certificate's: one error that tells the settings to look at."""
    known = identities["client"]
    absent = KafkaIdentity(authority=tmp_path / "none.crt", certificate=known.certificate, key=known.key)
    mixed = KafkaIdentity(authority=known.authority, certificate=known.certificate, key=identities["broker"].key)
    for identity in (absent, mixed):
        with pytest.raises(KafkaIdentityUnusable, match=r"证书.*JIUZHU_KAFKA_CA"):
            client_security(identity)


def test_faust_leaves_nothing_in_the_working_directory(tmp_path: Path) -> None:
    """Faust's folder lies with the temporary files, whatever directory a process was started in."""

    async def ignore(*_: object) -> None: ...

    app = faust_source.faust_app(settings(1, None), service="audit", slot=0, deliver=ignore, assign=ignore)
    assert not Path(app.conf.datadir).is_relative_to(Path.cwd())
