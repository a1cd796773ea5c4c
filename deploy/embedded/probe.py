"""Asks a server over its own protocol whether it is ready, without a client library; it changes nothing."""

from __future__ import annotations

import http
import socket
import struct
import urllib.request

PROBE_TIMEOUT_SECONDS = 2.0
CORRELATION = 1
CORRELATION_BYTES = 4
API_METADATA = 3
API_FIND_COORDINATOR = 10
POSTGRES_SSL_REQUEST = struct.pack(">ii", 8, 80877103)
KAFKA_ANSWER_BYTES_MAX = 1_000_000
# A proxy of the town's network must not be asked for our own ports.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def kafka_answers(host: str, port: int) -> bool:
    """True once the broker describes the cluster and finds a group coordinator."""
    group = b"jiuzhu-ready"
    try:
        with socket.create_connection((host, port), PROBE_TIMEOUT_SECONDS) as connection:
            # No topics asked for: throttle int32, then the array of live brokers.
            metadata = _ask_kafka(connection, API_METADATA, 4, struct.pack(">i?", 0, False))
            brokers = struct.unpack_from(">i", metadata, 4)[0]
            # Throttle int32, then the error code.
            question = struct.pack(">h", len(group)) + group + struct.pack(">b", 0)
            coordinator = _ask_kafka(connection, API_FIND_COORDINATOR, 1, question)
            error = struct.unpack_from(">h", coordinator, 4)[0]
    except (OSError, struct.error, EOFError):
        return False
    return bool(brokers > 0 and error == 0)


def _ask_kafka(connection: socket.socket, api: int, version: int, body: bytes) -> bytes:
    """The body of the answer, after its correlation id (Kafka protocol, header version 1)."""
    client = b"jiuzhu"
    header = struct.pack(">hhih", api, version, CORRELATION, len(client)) + client
    connection.sendall(struct.pack(">i", len(header) + len(body)) + header + body)
    size = struct.unpack(">i", _read(connection, 4))[0]
    if not CORRELATION_BYTES <= size <= KAFKA_ANSWER_BYTES_MAX:
        raise EOFError
    return _read(connection, size)[CORRELATION_BYTES:]


def _read(connection: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        piece = connection.recv(size - len(content))
        if not piece:
            raise EOFError
        content += piece
    return content


def postgres_answers(host: str, port: int) -> bool:
    """True when a PostgreSQL server (ready or still recovering) answers an SSLRequest."""
    try:
        with socket.create_connection((host, port), PROBE_TIMEOUT_SECONDS) as connection:
            connection.settimeout(PROBE_TIMEOUT_SECONDS)
            connection.sendall(POSTGRES_SSL_REQUEST)
            return connection.recv(1) in {b"S", b"N"}
    except OSError:
        return False


def http_answers(url: str) -> bool:
    """True when `url` answers 200."""
    try:
        with DIRECT.open(url, timeout=PROBE_TIMEOUT_SECONDS) as answer:
            return bool(answer.status == http.HTTPStatus.OK)
    except (OSError, ValueError):
        return False
