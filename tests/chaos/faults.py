"""What is done to a running scene; every fault ends with the processes able to go on, and proves nothing by itself."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

from aiokafka.errors import KafkaError

from services.contracts import codec
from services.contracts.envelope import partition_of
from services.eventlog import heal, journal, topics
from services.eventlog.faust_source import SESSION_SECONDS
from services.eventlog.sending import Sender
from tests.chaos.scene import Scene, eventually
from tests.chaos.victim import STEPS

Fault = Callable[[Scene], Awaitable[None]]
ZOMBIE_SECONDS = SESSION_SECONDS + 3.0


def silent(_: str, __: str) -> None:
    return None


async def kill_any_process(scene: Scene) -> None:
    """SIGKILL at a random instant."""
    name = scene.rng.choice(sorted(scene.lives))
    scene.send(name, signal.SIGKILL)
    await asyncio.sleep(scene.rng.uniform(0.0, 1.0))


async def kill_at_a_step(scene: Scene) -> None:
    """SIGKILL at a random step of a random process, at a random passing."""
    name = scene.rng.choice([n for n in sorted(scene.lives) if n in STEPS])
    life = scene.lives[name]
    life.ends_at.append((scene.rng.choice(STEPS[name]), scene.rng.randint(1, 15)))
    deaths = len(life.codes) + 2
    scene.send(name, signal.SIGKILL)
    await scene.all_died(name, deaths)


async def restart_the_broker(scene: Scene) -> None:
    cluster = scene.installation.cluster
    await asyncio.to_thread(cluster.kill_kafka)
    await asyncio.sleep(scene.rng.uniform(0.0, 2.0))
    await asyncio.to_thread(cluster.start_kafka)


async def restart_the_database(scene: Scene) -> None:
    cluster = scene.installation.cluster
    await asyncio.to_thread(cluster.kill_postgres)
    await asyncio.sleep(scene.rng.uniform(0.0, 1.0))
    await asyncio.to_thread(cluster.start_postgres)


async def cut_commits(scene: Scene) -> None:
    """Lose the replies to some commits: of commands, of the journal, of cursors, whichever come next."""
    wanted = scene.cutter.cuts + scene.rng.randint(5, 15)
    while scene.cutter.cuts < wanted:
        before = scene.cutter.cuts
        scene.cutter.cut(1)
        await eventually(lambda before=before: _cut_since(scene, before), 30.0, "a commit was cut")
        await asyncio.sleep(scene.rng.uniform(0.0, 0.3))


async def _cut_since(scene: Scene, before: int) -> bool:
    return scene.cutter.cuts > before


async def sleep_as_a_zombie(scene: Scene) -> None:
    """SIGSTOP a worker until its session is over and another has its partitions; then it wakes up."""
    if "worker-1" not in scene.lives:
        scene.begin("worker-1", slot=1)
        await scene.ready("worker-1")
    scene.send("worker", signal.SIGSTOP)
    await asyncio.sleep(ZOMBIE_SECONDS)
    scene.send("worker", signal.SIGCONT)
    await scene.answered(20)


async def commit_late(scene: Scene) -> None:
    """Hold a transaction open whose outbox row comes before rows that commit and are sealed in the meantime."""
    async with scene.installation.admin.acquire() as connection, connection.transaction():
        late = await scene.decide_inside(connection)
        before = len(await scene.journal_rows())
        await scene.answered(30)
        assert len(await scene.journal_rows()) > before, "nothing overtook the late transaction"
    scene.answers.append(late)


async def send_as_a_zombie(scene: Scene) -> None:
    """A log writer dies with a sealed batch unsent; its successor sends it; then its producer wakes and sends it too."""
    settings = scene.installation.settings("eventlog")
    life = scene.lives["writer"]
    life.ends_at.append(("sealed", scene.rng.randint(1, 10)))
    deaths = len(life.codes) + 2
    scene.send("writer", signal.SIGKILL)
    await scene.all_died("writer", deaths)
    acked = await journal.watermarks(scene.installation.admin)
    held = [row for row in await scene.journal_rows() if row.sequence > acked[row.partition].acked_sequence]
    assert held, "the dead log writer had sent everything"
    zombie = Sender(settings.kafka, settings.log_topic, settings.kafka_identity)
    await zombie.start()
    try:
        await scene.ready("writer")
        await scene.answered(20)
        await zombie.send(held)
    finally:
        await zombie.close()


async def forge_records(scene: Scene) -> None:
    """Records of somebody else: not JSON, the right sequence with a wrong hash, one that is early, an altered copy."""
    partition = partition_of("finding:s1")
    row = [r for r in await scene.journal_rows() if r.partition == partition][-1]
    body = b"{" + row.value.split(b",", 3)[3]
    for value in (
        b"\x00\xffnot a record",
        codec.seal(body, row.sequence + 1, b"\x11" * 32),
        codec.seal(body, row.sequence + 1_000, row.hash),
        row.value.replace(b'"actor":"test"', b'"actor":"fake"'),
    ):
        await scene.forge(partition, value)


async def make_the_topic_anew(scene: Scene) -> None:
    """Delete and re-create the log's topic under running processes; the log writer must notice; then `heal`."""
    settings = scene.installation.settings("eventlog")
    await topics.delete_log_topic(settings)
    await eventually(lambda: _topic_made(scene), 30.0, "the topic exists again")
    scene.forged.clear()
    await eventually(lambda: _writer_is_shut(scene), 60.0, "the log writer noticed that its log is gone")
    await heal.heal(settings, silent)


async def _topic_made(scene: Scene) -> bool:
    settings = scene.installation.settings("eventlog")
    try:
        await topics.create_topics(settings, log_only=True)
        return not await topics.differences(settings)
    except KafkaError:
        return False


async def _writer_is_shut(scene: Scene) -> bool:
    return await scene.state_of_writer() == "heal"


async def replace_the_writer(scene: Scene) -> None:
    """Two log writers at once: the second stands by; when the first is killed for good, the second writes."""
    first, second = "writer", "writer-2"
    for killed, standing_by in ((first, second), (second, first)):
        scene.begin(standing_by)
        await eventually(lambda name=standing_by: _says(scene, name, "standby"), 60.0, "the second stands by")
        await scene.answered(10)
        await scene.murder(killed)
        await scene.ready(standing_by)
        await scene.answered(10)


async def _says(scene: Scene, name: str, state: str) -> bool:
    return await scene.state_of_writer(name) == state


MENU: tuple[Fault, ...] = (
    kill_any_process, kill_at_a_step, kill_at_a_step, restart_the_broker, restart_the_database, cut_commits,
    sleep_as_a_zombie, commit_late, send_as_a_zombie, forge_records, make_the_topic_anew, replace_the_writer,
)  # fmt: skip
