"""A way to PostgreSQL that can be cut after the server committed and before its reply; it changes no byte."""

import asyncio
import struct
from contextlib import suppress
from dataclasses import dataclass, field

HEADER = struct.Struct("!cI")


@dataclass(slots=True)
class _Line:
    """One client's connection: its prepared statements that commit something, and the reply being held back."""

    statements: set[bytes] = field(default_factory=set)
    held: bytearray | None = None


class CommitCutter:
    """Forwards connections; when told to, withholds the reply to a commit and cuts the line instead.

    `marks`: texts by which a statement is known to commit (a function's name, or ``COMMIT``).
    """

    def __init__(self, host: str, port: int, marks: tuple[bytes, ...]) -> None:
        self._host, self._port, self._marks = host, port, marks
        self._to_cut = 0
        self.cuts = 0
        self.port = 0
        self._lines: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for line in list(self._lines):
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    def cut(self, commits: int) -> None:
        """Cut the next `commits` commits, each after the server carried it out."""
        self._to_cut += commits

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._lines.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._connect(reader, writer)
        except asyncio.CancelledError:
            pass  # the test is over; asyncio's own callback would log this
        finally:
            self._lines.discard(task)
            writer.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection(self._host, self._port)
        line = _Line()
        ways = [
            asyncio.create_task(self._towards_server(reader, up_writer, line)),
            asyncio.create_task(self._towards_client(up_reader, writer, line)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            up_writer.close()

    async def _towards_server(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: _Line) -> None:
        startup = await reader.readexactly(4)
        writer.write(startup + await reader.readexactly(struct.unpack("!I", startup)[0] - 4))
        while True:
            kind, payload, whole = await _message(reader)
            match kind:
                case b"P":
                    name, _, rest = payload.partition(b"\0")
                    if any(mark in rest for mark in self._marks):
                        line.statements.add(name)
                case b"B" if payload.split(b"\0", 2)[1] in line.statements:
                    line.held = bytearray()
                case b"Q" if any(mark in payload for mark in self._marks):
                    line.held = bytearray()
            writer.write(whole)
            await writer.drain()

    async def _towards_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: _Line) -> None:
        while True:
            kind, _, whole = await _message(reader)
            if line.held is None:
                writer.write(whole)
            else:
                line.held += whole
                if kind == b"Z":  # ready for the next query: the commit is done
                    if self._to_cut:
                        self._to_cut -= 1
                        self.cuts += 1
                        return
                    writer.write(bytes(line.held))
                    line.held = None
            await writer.drain()


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes, bytes]:
    header = await reader.readexactly(HEADER.size)
    kind, length = HEADER.unpack(header)
    payload = await reader.readexactly(length - 4)
    return kind, payload, header + payload
