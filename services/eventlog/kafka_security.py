"""How Kafka clients prove who they are: TLS client certificates where they are set, plaintext where none is; no client."""

import ssl
from typing import Any

from faust.auth import SSLCredentials

from services.eventlog.settings import KafkaIdentity


class KafkaIdentityUnusable(RuntimeError):
    """A certificate or key file of the settings is missing, unreadable, or does not belong to the others."""


def tls_context(identity: KafkaIdentity) -> ssl.SSLContext:
    """The TLS context of one client, from the files as they are now: certificates are renewed under a running process.

    The broker must show a certificate of `identity.authority` for the name it is called by.
    """
    try:
        context = ssl.create_default_context(cafile=identity.authority)
        context.load_cert_chain(identity.certificate, identity.key)
    except OSError as error:  # ssl.SSLError is one
        raise KafkaIdentityUnusable(
            f"Kafka 证书文件不可用：{error}；a Kafka certificate file cannot be used (JIUZHU_KAFKA_CA, _CERT, _KEY): {error}"
        ) from error
    return context


def client_security(identity: KafkaIdentity | None) -> dict[str, Any]:
    """What every aiokafka client is told besides its brokers; nothing for plaintext."""
    if identity is None:
        return {}
    return {"security_protocol": "SSL", "ssl_context": tls_context(identity)}


def faust_credentials(identity: KafkaIdentity | None) -> SSLCredentials | None:
    """The same for a Faust app's ``broker_credentials``."""
    return None if identity is None else SSLCredentials(tls_context(identity))
