"""An HTTP/1.1 load for loopback that costs little beside what it measures: prepared bytes over kept connections."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from typing import Final

ANSWER_SECONDS_MAX: Final = 30.0


def request(path: str, body: bytes, credential: str = "", **headers: str) -> bytes:
    """One POST as bytes."""
    lines = [
        f"POST {path} HTTP/1.1",
        "host: 127.0.0.1",
        "content-type: application/json",
        f"content-length: {len(body)}",
    ]
    lines += [f"authorization: Bearer {credential}"] if credential else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def get(path: str, credential: str) -> bytes:
    """One GET as bytes."""
    return f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {credential}\r\n\r\n".encode()


class Connection:
    """One kept connection; a request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, content: bytes, status: int = 200) -> bytes:
        """The body of the answer; `AssertionError` for any status but the one expected."""
        self._writer.write(content)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        body = await self._reader.readexactly(length)
        assert head.startswith(b"HTTP/1.1 %d" % status), (head[:80], body[:500])
        return body

    def close(self) -> None:
        self._writer.close()


async def connected(port: int, count: int) -> list[Connection]:
    return [Connection(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(count)]


async def closed_loop(port: int, requests: Sequence[bytes], connections: int) -> float:
    """Send all, each connection its next as soon as it is answered; seconds."""
    lines = await connected(port, connections)
    left: Iterator[bytes] = iter(requests)
    started = time.perf_counter()

    async def one(line: Connection) -> None:
        for content in left:
            await asyncio.wait_for(line.send(content), ANSWER_SECONDS_MAX)

    try:
        await asyncio.gather(*map(one, lines))
        return time.perf_counter() - started
    finally:
        for line in lines:
            line.close()


async def open_loop(port: int, requests: Sequence[bytes], per_second: float, connections: int) -> list[float]:
    """Send each at its appointed time, answered or not; the appointed times (`time.perf_counter`), so waits count."""
    lines = await connected(port, connections)
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for line in lines:
        free.put_nowait(line)
    begun = time.perf_counter() + 0.05
    appointed = [begun + number / per_second for number in range(len(requests))]
    jobs = []

    async def one(line: Connection, content: bytes) -> None:
        await asyncio.wait_for(line.send(content), ANSWER_SECONDS_MAX)
        free.put_nowait(line)

    try:
        for content, at in zip(requests, appointed, strict=True):
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            jobs.append(asyncio.create_task(one(await free.get(), content)))
        await asyncio.gather(*jobs)
        return appointed
    finally:
        for line in lines:
            line.close()
