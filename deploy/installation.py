"""The embedded installation as one thing: brings stores and processes up and down, says where everything is."""

import asyncio
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from deploy.district import load_profile
from deploy.embedded import kafka, postgres, processes, supervise
from deploy.embedded.home import PROJECT_ROOT, Home
from deploy.embedded.ports import PortChoice, Ports, choose_ports, pick_free, recorded_ports
from deploy.embedded.probe import http_answers
from deploy.embedded.processes import ProcessSpec
from deploy.embedded.progress import Progress
from services.audit.finding_store import enrich as audit_enrich
from services.audit.service import SERVICE as AUDIT
from services.casework.service import SERVICE as CASEWORK
from services.casework.store import enrich as casework_enrich
from services.contracts.deciding import Service
from services.eventlog import provision
from services.eventlog.deciding import Enrich
from services.eventlog.settings import WORKER_PORTS, WRITER_PORT, Settings, read_settings
from services.intake.service import SERVICE as INTAKE
from services.intake.store import Edge
from services.payroll.service import SERVICE as PAYROLL
from services.payroll.store import enrich as payroll_enrich
from services.portal.service import SERVICE as PORTAL

SERVICES: Final[tuple[Service, ...]] = (INTAKE, CASEWORK, PAYROLL, AUDIT, PORTAL)
ENRICH: Final[Mapping[str, Enrich]] = {
    "intake": Edge(),
    "casework": casework_enrich,
    "payroll": payroll_enrich,
    "audit": audit_enrich,
}
READY_SECONDS: Final = 90.0
WRITER_PROCESS: Final = "log-writer"


def service_named(name: str) -> Service:
    """A service by its name; `KeyError` for a name there is none of."""
    return {service.name: service for service in SERVICES}[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an installation's stores answer, and its sample-mode flag."""

    bootstrap: str
    admin_url: str
    ports: Ports
    side_ports: Mapping[str, int]
    simulated: bool


def environment(home: Home, place: Place, role: str) -> dict[str, str]:
    """What a process of `role` (a service, or ``eventlog``) finds in its environment."""
    return {
        "JIUZHU_KAFKA": place.bootstrap,
        "JIUZHU_POSTGRES_URL": provision.role_url(place.admin_url, role, home.password(role)),
        "JIUZHU_KEYRING": str(home.keyring),
        "JIUZHU_TRANSPARENCY": str(home.transparency),
        "JIUZHU_CLOCK": "simulated" if place.simulated else "real",
        "JIUZHU_HOST": "127.0.0.1",
        "JIUZHU_TOWN_NAMES": _sample_town_names() if place.simulated else os.environ.get("JIUZHU_TOWN_NAMES", ""),
        **{
            f"JIUZHU_URL_{service.name.upper()}": f"http://127.0.0.1:{place.ports.by_name()[service.name]}"
            for service in SERVICES
        },
    }


@cache
def _sample_town_names() -> str:
    """What the sample's towns are called: no fact names a town, so the profile's own names are shown."""
    profile = load_profile(PROJECT_ROOT / "deploy" / "district")
    return ",".join(f"{town.code}={town.name}" for town in profile.towns)


def settings_of(home: Home, place: Place, role: str) -> Settings:
    """The settings that process would read."""
    return read_settings(environment(home, place, role), port=0)


def specs(home: Home, place: Place) -> list[ProcessSpec]:
    """Every process of the product."""

    def spec(name: str, role: str, port: int, *argv: str) -> ProcessSpec:
        env = environment(home, place, role) | {"JIUZHU_PORT": str(port)}
        url = f"http://127.0.0.1:{port}"
        return ProcessSpec(name=name, argv=(sys.executable, "-m", *argv), env=env, ready_url=f"{url}/readyz")

    listed = [spec(WRITER_PROCESS, "eventlog", place.side_ports[WRITER_PROCESS], "services.eventlog", "writer")]
    for service in SERVICES:
        name = service.name
        listed.append(spec(f"{name}-api", name, place.ports.by_name()[name], f"services.{name}", "serve"))
        listed.append(spec(f"{name}-worker", name, place.side_ports[name], f"services.{name}", "worker"))
    return listed


def _side_ports(home: Home, choice: PortChoice, ports: Ports) -> dict[str, int]:
    """Ports of the log writer and the workers (health and metrics), recorded like the others."""
    recorded = home.read_state().get("side_ports")
    if isinstance(recorded, dict):
        return {str(name): int(port) for name, port in recorded.items()}
    wanted = {WRITER_PROCESS: WRITER_PORT, **WORKER_PORTS}
    if choice == "auto":
        taken = set(ports.by_name().values())
        for name in wanted:
            wanted[name] = pick_free(taken)
            taken.add(wanted[name])
    home.change_state(lambda state: state.update(side_ports=wanted))
    return wanted


def locate(home: Home) -> Place | None:
    """Where the running installation is; `None` when Kafka or PostgreSQL is not up."""
    ports, broker, database = recorded_ports(home), kafka.running(home), postgres.running(home)
    if ports is None or broker is None or database is None:
        return None
    state = home.read_state()
    return Place(
        bootstrap=broker.bootstrap, admin_url=database.url, ports=ports, side_ports=_side_ports(home, "default", ports),
        simulated=bool(state.get("simulated")),
    )  # fmt: skip


def up(home: Home, choice: PortChoice, *, simulated: bool | None, progress: Progress) -> tuple[Place, list[str]]:
    """Start everything that does not run; where it is, and the reasons why something stays closed (empty: all ready)."""
    ports = choose_ports(home, choice)
    side_ports = _side_ports(home, choice, ports)
    if simulated is not None:
        home.change_state(lambda state: state.update(simulated=simulated))
    database = postgres.start(home, ports.postgres, progress=progress)
    broker = kafka.start(home, ports.kafka, controller_port=ports.kafka_controller, progress=progress)
    place = Place(
        bootstrap=broker.bootstrap, admin_url=database.url, ports=ports, side_ports=side_ports,
        simulated=bool(home.read_state().get("simulated")),
    )  # fmt: skip
    passwords = {name: home.password(name) for name in provision.ROLES}
    with progress.step("准备数据库、主题与密钥库", "preparing database, topics and keyring"):
        made = asyncio.run(provision.provision(place.admin_url, passwords, settings_of(home, place, "eventlog")))
    wanted = specs(home, place)
    if made.database or made.log_topic:  # whatever still runs knew another store: begin anew, so that the gate judges
        for spec in wanted:
            processes.stop(home, spec.name, progress=progress)
    for spec in wanted:
        processes.start(home, spec)
    supervise.start(home)
    return place, wait_until_ready(home, wanted, progress)


def wait_until_ready(home: Home, wanted: list[ProcessSpec], progress: Progress) -> list[str]:
    """Wait for readiness; a closed gate is no failure but a reason, which is returned instead of waited for."""
    deadline = time.monotonic() + READY_SECONDS
    with progress.step("等待各服务就绪", "waiting until the services are ready"):
        while True:
            waiting = [spec for spec in wanted if not http_answers(spec.ready_url or "")]
            if not waiting:
                return []
            reasons = closed_reasons(wanted)
            if reasons:
                return reasons
            if time.monotonic() > deadline or processes.closed(home):
                raise processes.not_ready(home, waiting)
            time.sleep(0.2)


def closed_reasons(wanted: list[ProcessSpec]) -> list[str]:
    """Why the log writer's gate is closed, when it is closed for a reason people must act on."""
    url = next(spec.ready_url for spec in wanted if spec.name == WRITER_PROCESS)
    answer = read_json(url or "")
    if answer and answer.get("state") in ("heal", "rebuild", "incident", "configuration"):
        return [str(reason) for reason in answer["reasons"]]
    return []


def read_json(url: str) -> dict[str, Any] | None:
    """The JSON a health page answers, whatever its status; `None` when nothing answers."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return dict(json.loads(response.read()))
    except urllib.error.HTTPError as error:
        try:
            return dict(json.loads(error.read()))
        except ValueError:
            return None
    except (OSError, ValueError):
        return None


def down(home: Home, progress: Progress) -> None:
    """Stop everything and keep the data."""
    supervise.stop(home, progress=progress)
    for name in processes.wanted_names(home):
        processes.stop(home, name, progress=progress)
    kafka.stop(home, progress=progress)
    postgres.stop(home, progress=progress)


def status(home: Home) -> dict[str, Any]:
    """What `jiuzhu status --json` prints, plus ``ready`` over all."""
    place = locate(home)
    broker, database = kafka.running(home), postgres.running(home)
    pids = processes.running(home)
    found: dict[str, Any] = {
        "home": str(home.root),
        "kafka": {"bootstrap": broker.bootstrap, "data": str(broker.data), "pid": broker.pid} if broker else None,
        "postgres": {"url": database.public_url, "data": str(database.data), "pid": database.pid} if database else None,
        "services": {},
        "sample_clock": bool(home.read_state().get("simulated")),
        "closed": processes.closed(home),
        "restarts": processes.restarts(home),
    }
    if place is None:
        return found | {"ready": False}
    ready = True
    for service in SERVICES:
        name = service.name
        url = f"http://127.0.0.1:{place.ports.by_name()[name]}"
        answers = {
            "api": http_answers(f"{url}/readyz"),
            "worker": http_answers(f"http://127.0.0.1:{place.side_ports[name]}/readyz"),
        }
        ready = ready and all(answers.values())
        found["services"][name] = {
            "url": url,
            "pids": {kind: pids.get(f"{name}-{kind}") for kind in answers},
            "ready": all(answers.values()),
        }
    writer = read_json(f"http://127.0.0.1:{place.side_ports[WRITER_PROCESS]}/readyz") or {}
    found["log_writer"] = {"pid": pids.get(WRITER_PROCESS), **writer}
    return found | {"ready": ready and bool(writer.get("ready"))}
