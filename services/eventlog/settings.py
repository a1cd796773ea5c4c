"""A process's settings, read once from the environment; no defaults that could hide a missing store."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from services.contracts.envelope import PARTITIONS

LOG_TOPIC = "assist.log.v1"
INBOX_TOPIC = "assist.inbox.v1"
SERVICE_PORTS = {"intake": 8101, "casework": 8102, "payroll": 8103, "audit": 8104, "portal": 8080}
WRITER_PORT = 8110
WORKER_PORTS = {"intake": 8111, "casework": 8112, "payroll": 8113, "audit": 8114, "portal": 8115}
# Without TLS only on this machine itself.
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class MissingSetting(RuntimeError):
    """An environment variable this process cannot do without is not set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaIdentity:
    """PEM files of a TLS client: who signs the brokers, this process's certificate, and its key."""

    authority: Path
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcClient:
    """Portal as a client of an identity provider (OpenID Connect).

    `secret_file` is None for a public client. `claim` is the claim whose value is the account's name; `portal_url`, where
    browsers find portal; `local_for_all`: whether others than the administrators may sign in by a password beside it.
    """

    issuer: str
    client_id: str
    secret_file: Path | None
    claim: str
    portal_url: str
    local_for_all: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the stores are and where this process answers. `topic_prefix` is the district's own.

    For audit: `transparency`, the folder of tiles and checkpoints; `log_name`, what the logs' origins begin with (an
    address without scheme, the district's own); `witnesses`, each as ``<url> <vkey>``; `witnesses_wanted`, how many of
    them are to have cosigned a checkpoint for it to meet the district's policy. For portal: `service_urls`, where each
    service answers; `district_name`, what stands at the head of its pages; `town_names`, what its towns are called, by code;
    `oidc`, the identity provider beside local accounts, where there is one.
    """

    kafka: str
    postgres_url: str
    keyring: Path
    topic_prefix: str
    host: str
    port: int
    partitions: int
    replication_factor: int
    simulated_clock: bool
    kafka_identity: KafkaIdentity | None = None
    transparency: Path | None = None
    log_name: str = "jiuzhu.local/log"
    witnesses: tuple[str, ...] = ()
    witnesses_wanted: int = 0
    service_urls: Mapping[str, str] = field(default_factory=dict)
    district_name: str = ""
    town_names: Mapping[str, str] = field(default_factory=dict)
    oidc: OidcClient | None = None

    @property
    def log_topic(self) -> str:
        return f"{self.topic_prefix}{LOG_TOPIC}"

    @property
    def inbox_topic(self) -> str:
        return f"{self.topic_prefix}{INBOX_TOPIC}"


def read_settings(environment: Mapping[str, str] = os.environ, *, port: int) -> Settings:
    """Settings from ``JIUZHU_…`` variables; `MissingSetting` names the one that is absent."""

    def required(name: str) -> str:
        value = environment.get(name, "")
        if not value:
            raise MissingSetting(
                f"缺少环境变量 {name}；the environment variable {name} is not set (see docs/OPERATIONS.md)"
            )
        return value

    witnesses = tuple(filter(None, environment.get("JIUZHU_WITNESSES", "").split(",")))
    return Settings(
        kafka=required("JIUZHU_KAFKA"),
        postgres_url=required("JIUZHU_POSTGRES_URL"),
        keyring=Path(required("JIUZHU_KEYRING")),
        topic_prefix=environment.get("JIUZHU_TOPIC_PREFIX", ""),
        host=environment.get("JIUZHU_HOST", "127.0.0.1"),
        port=int(environment.get("JIUZHU_PORT", str(port))),
        partitions=int(environment.get("JIUZHU_PARTITIONS", str(PARTITIONS))),
        replication_factor=int(environment.get("JIUZHU_REPLICATION_FACTOR", "1")),
        simulated_clock=environment.get("JIUZHU_CLOCK", "real") == "simulated",
        kafka_identity=_kafka_identity(environment),
        transparency=Path(environment["JIUZHU_TRANSPARENCY"]) if environment.get("JIUZHU_TRANSPARENCY") else None,
        log_name=environment.get("JIUZHU_LOG_NAME", "jiuzhu.local/log"),
        witnesses=witnesses,
        witnesses_wanted=_witnesses_wanted(environment, len(witnesses)),
        service_urls={
            name: environment.get(f"JIUZHU_URL_{name.upper()}", f"http://127.0.0.1:{port}")
            for name, port in SERVICE_PORTS.items()
        },
        district_name=environment.get("JIUZHU_DISTRICT_NAME", ""),
        town_names=_named(environment.get("JIUZHU_TOWN_NAMES", "")),
        oidc=_oidc(environment),
    )


def _named(text: str) -> dict[str, str]:
    """``T01=城关街道,T02=…`` by code; what is no pair is left out."""
    pairs = (one.partition("=") for one in text.replace("，", ",").split(","))
    return {code.strip(): name.strip() for code, _, name in pairs if code.strip() and name.strip()}


def _witnesses_wanted(environment: Mapping[str, str], known: int) -> int:
    """A policy that no checkpoint could meet is a mistake, told at start."""
    text = environment.get("JIUZHU_WITNESS_POLICY", "") or "0"
    if not text.isdecimal() or int(text) > known:
        raise MissingSetting(
            f"JIUZHU_WITNESS_POLICY 须为 0 至 {known}（JIUZHU_WITNESSES 中见证人的数目），现为 {text!r}；"
            f"JIUZHU_WITNESS_POLICY must be 0 to {known}, the number of witnesses in JIUZHU_WITNESSES, not {text!r}"
        )
    return int(text)


def _kafka_identity(environment: Mapping[str, str]) -> KafkaIdentity | None:
    """All three files or none: a certificate without its key must not end in a plaintext connection."""
    named = {name: environment.get(name, "") for name in ("JIUZHU_KAFKA_CA", "JIUZHU_KAFKA_CERT", "JIUZHU_KAFKA_KEY")}
    if not any(named.values()):
        return None
    for name, file in named.items():
        if not file:
            raise MissingSetting(
                f"Kafka 的 TLS 证书须三项齐全，缺少 {name}；TLS for Kafka needs all three files, {name} is not set"
            )
    authority, certificate, key = map(Path, named.values())
    return KafkaIdentity(authority=authority, certificate=certificate, key=key)


def _oidc(environment: Mapping[str, str]) -> OidcClient | None:
    """Issuer, client and portal's own address, or none of the three; a secret file that cannot be read is told at start."""
    wanted = ("JIUZHU_OIDC_ISSUER", "JIUZHU_OIDC_CLIENT_ID", "JIUZHU_PORTAL_URL")
    named = {name: environment.get(name, "") for name in wanted}
    if not (named["JIUZHU_OIDC_ISSUER"] or named["JIUZHU_OIDC_CLIENT_ID"]):
        return None
    for name, value in named.items():
        if not value:
            raise MissingSetting(
                f"统一身份认证（OIDC）缺少 {name}；signing in by an identity provider needs {name}, which is not set"
            )
    for name in ("JIUZHU_OIDC_ISSUER", "JIUZHU_PORTAL_URL"):
        if not is_guarded(named[name]):
            raise MissingSetting(f"{name} 须为 https 地址；{name} must be an https address")
    secret = environment.get("JIUZHU_OIDC_CLIENT_SECRET_FILE", "")
    if secret and not os.access(secret, os.R_OK):
        raise MissingSetting(
            f"JIUZHU_OIDC_CLIENT_SECRET_FILE 不可读：{secret}；the file {secret} of the client secret cannot be read"
        )
    local = environment.get("JIUZHU_OIDC_LOCAL", "") or "everybody"
    if local not in ("everybody", "administrators"):
        raise MissingSetting(
            f"JIUZHU_OIDC_LOCAL 须为 everybody 或 administrators，现为 {local!r}；"
            f"JIUZHU_OIDC_LOCAL must be everybody or administrators, not {local!r}"
        )
    issuer, client_id, portal_url = named.values()
    return OidcClient(
        issuer=issuer, client_id=client_id, secret_file=Path(secret) if secret else None,
        claim=environment.get("JIUZHU_OIDC_CLAIM", "") or "preferred_username", portal_url=portal_url.rstrip("/"),
        local_for_all=local == "everybody",
    )  # fmt: skip


def is_guarded(url: str) -> bool:
    """Whether what is sent there cannot be read on the way: TLS, or this machine itself."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))
