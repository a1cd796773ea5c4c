"""Which port everybody listens on; it looks, picks and remembers, it does not listen."""

from __future__ import annotations

import dataclasses
import errno
import os
import secrets
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import psutil

from deploy.embedded.detached import pid_of
from deploy.embedded.errors import EmbeddedError
from deploy.embedded.home import Home

HOST = "127.0.0.1"
# Below the kernel's ephemeral range: a client that keeps reconnecting to a dead port
# inside that range may connect to itself and then hold the port its server wants back.
AUTO_PORT_FIRST = 20_000
AUTO_PORT_COUNT = 10_000
AUTO_PORT_TRIES_MAX = 200

PortChoice = Literal["default", "auto"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """One TCP port each, all on 127.0.0.1."""

    kafka: int = 9092
    kafka_controller: int = 9093
    postgres: int = 5432
    intake: int = 8101
    casework: int = 8102
    payroll: int = 8103
    audit: int = 8104
    portal: int = 8080

    def by_name(self) -> dict[str, int]:
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a connection that is merely winding down does not make a port busy.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise
    return True


def require_free(port: int, purpose: str) -> None:
    """Raise with the port, and the process on it when the system tells us."""
    if is_free(port):
        return
    owner = listener_on(port)
    raise EmbeddedError(
        zh=f"{purpose} 的端口 {port} 已被占用{f'（{owner}）' if owner else ''}；请停掉它，或使用 --ports auto。",
        en=f"port {port} for {purpose} is busy{f' ({owner})' if owner else ''}; stop that, or use --ports auto.",
    )


def listener_on(port: int) -> str | None:
    """`name, pid n` of the process listening on `port`; None when nobody is seen."""
    try:
        for connection in psutil.net_connections("tcp"):
            address = connection.laddr
            if connection.status == psutil.CONN_LISTEN and address and address.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()}, pid {connection.pid}"
    except psutil.Error:
        return None
    return None


def pick_free(taken: Collection[int] = ()) -> int:
    """A free port that stays ours in practice: nothing is handed out from this range."""
    for _ in range(AUTO_PORT_TRIES_MAX):
        port = AUTO_PORT_FIRST + secrets.randbelow(AUTO_PORT_COUNT)
        if port not in taken and is_free(port):
            return port
    raise EmbeddedError(
        zh=f"在 {AUTO_PORT_FIRST} 以上找不到空闲端口，请停掉一些程序后重试。",
        en=f"no free port found above {AUTO_PORT_FIRST}; stop some programs and try again.",
    )


def pick_all() -> Ports:
    """Eight different free ports."""
    chosen: dict[str, int] = {}
    for name in Ports().by_name():
        chosen[name] = pick_free(chosen.values())
    return Ports(**chosen)


def choose_ports(home: Home, choice: PortChoice = "default", *, env: Mapping[str, str] = os.environ) -> Ports:
    """The ports for this run, written to state.json; while anything of ours runs, the ports stay.

    Raises EmbeddedError naming the port and its holder when a fixed port is busy.
    """
    recorded = recorded_ports(home)
    ours_run = any(pid_of(home, path.stem) for path in home.run.glob("*.pid") if path.stem != "supervisor")
    if recorded and (ours_run or (choice == "auto" and _all_free(recorded))):
        chosen = recorded
    elif choice == "auto":
        chosen = pick_all()
    else:
        chosen = _default_ports(with_postgres=not env.get("JIUZHU_POSTGRES_URL"))
    values = chosen.by_name()
    home.change_state(lambda state: state.update(ports=values))
    return chosen


def recorded_ports(home: Home) -> Ports | None:
    """What the last start chose, for the commands that come after it."""
    values = home.read_state().get("ports")
    return Ports(**values) if values else None


def _all_free(chosen: Ports) -> bool:
    return all(is_free(port) for port in chosen.by_name().values())


def _default_ports(*, with_postgres: bool) -> Ports:
    chosen = Ports()
    for name, port in chosen.by_name().items():
        if name == "kafka_controller" or (name == "postgres" and not with_postgres):
            continue
        require_free(port, name)
    if is_free(chosen.kafka_controller):
        return chosen
    # Nobody but the broker itself talks to this one, so it may move without a word.
    return dataclasses.replace(chosen, kafka_controller=pick_free())
