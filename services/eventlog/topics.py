"""The two topics: what they must be, making them, and refusing to start when topic or broker are set otherwise."""

from dataclasses import dataclass
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from services.eventlog.kafka_security import client_security
from services.eventlog.settings import KafkaIdentity, Settings

INBOX_PARTITIONS: Final = 3
_SEVEN_DAYS_MS: Final = 7 * 24 * 3600 * 1000
LOG_SETTINGS: Final = {
    "cleanup.policy": "delete",
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "message.timestamp.type": "CreateTime",
    "unclean.leader.election.enable": "false",
}
# An event is at most 256 KiB; larger input must not even reach the inbox, so that quarantine can keep all that did.
INBOX_SETTINGS: Final = {"cleanup.policy": "delete", "retention.ms": str(_SEVEN_DAYS_MS), "max.message.bytes": "300000"}
BROKER_SETTINGS: Final = {"auto.create.topics.enable": "false"}


class ConfigurationDiffers(RuntimeError):
    """Topic or broker are not set as the log requires; says which setting, what it is and what it must be."""


class ConfigurationUnreadable(RuntimeError):
    """Topic and broker cannot be asked: Kafka is away, or the topic was not made yet. Worth another try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One setting that is not as required."""

    where: str
    setting: str
    found: str
    required: str

    def __str__(self) -> str:
        return (
            f"{self.where}: {self.setting} 现为 {self.found}，须为 {self.required}；"
            f"{self.setting} is {self.found}, must be {self.required}"
        )


def log_settings(replication_factor: int) -> dict[str, str]:
    """Required settings of the log topic; with three or more replicas two must be in sync (production)."""
    return LOG_SETTINGS | ({"min.insync.replicas": "2"} if replication_factor >= 3 else {})


async def open_admin(bootstrap: str, identity: KafkaIdentity | None = None) -> AIOKafkaAdminClient:
    """A started admin client; the caller closes it."""
    admin = AIOKafkaAdminClient(
        bootstrap_servers=bootstrap, client_id="jiuzhu-admin", request_timeout_ms=15_000, **client_security(identity)
    )
    try:
        await admin.start()
    except BaseException:
        await admin.close()
        raise
    return admin


async def create_topics(settings: Settings, *, log_only: bool = False) -> bool:
    """Create the log and the inbox where they are missing; existing ones are left as they are. `True` for a new log."""
    made = False
    wanted = [
        NewTopic(
            settings.log_topic, settings.partitions, settings.replication_factor,
            topic_configs=log_settings(settings.replication_factor),
        )
    ]  # fmt: skip
    if not log_only:
        wanted.append(
            NewTopic(settings.inbox_topic, INBOX_PARTITIONS, settings.replication_factor, topic_configs=INBOX_SETTINGS)
        )
    admin = await open_admin(settings.kafka, settings.kafka_identity)
    try:
        for topic in wanted:
            response = await admin.create_topics([topic])
            for name, code, *_ in response.topic_errors:
                if code and not isinstance(for_code(code)(), TopicAlreadyExistsError):
                    raise for_code(code)(f"creating topic {name}")
                made |= name == settings.log_topic and not code
        return made
    finally:
        await admin.close()


async def delete_log_topic(settings: Settings) -> None:
    """Delete the log topic. Only `heal` does this, when every record of it is in the journal."""
    admin = await open_admin(settings.kafka, settings.kafka_identity)
    try:
        await admin.delete_topics([settings.log_topic])
    finally:
        await admin.close()


async def topic_exists(settings: Settings) -> bool:
    """Whether the log topic exists on the broker."""
    admin = await open_admin(settings.kafka, settings.kafka_identity)
    try:
        return settings.log_topic in await admin.list_topics()
    finally:
        await admin.close()


async def differences(settings: Settings) -> list[Difference]:
    """Every setting of the log topic and its broker that is not as required; empty when all is well."""
    admin = await open_admin(settings.kafka, settings.kafka_identity)
    try:
        described = await admin.describe_topics([settings.log_topic])
        if not described or described[0]["error_code"]:
            raise UnknownTopicOrPartitionError(settings.log_topic)
        found = []
        count = len(described[0]["partitions"])
        if count != settings.partitions:
            where = f"topic {settings.log_topic}"
            required = str(settings.partitions)
            found.append(Difference(where=where, setting="partitions", found=str(count), required=required))
        topic = ConfigResource(ConfigResourceType.TOPIC, settings.log_topic)
        required_topic = log_settings(settings.replication_factor)
        found += _differing(await _read(admin, topic), required_topic, f"topic {settings.log_topic}")
        nodes = (await admin.describe_cluster())["brokers"]
        for node in nodes:
            broker = ConfigResource(ConfigResourceType.BROKER, str(node["node_id"]))
            found += _differing(await _read(admin, broker), BROKER_SETTINGS, f"broker {node['node_id']}")
        return found
    finally:
        await admin.close()


async def _read(admin: AIOKafkaAdminClient, resource: ConfigResource) -> dict[str, str]:
    values: dict[str, str] = {}
    for response in await admin.describe_configs([resource]):
        for code, message, _type, _name, entries in response.resources:
            if code:
                raise for_code(code)(message)
            values |= {entry[0]: entry[1] for entry in entries}
    return values


def _differing(found: dict[str, str], required: dict[str, str], where: str) -> list[Difference]:
    return [
        Difference(where=where, setting=setting, found=found.get(setting, "(absent)"), required=value)
        for setting, value in required.items()
        if found.get(setting) != value
    ]


async def require_configuration(settings: Settings) -> None:
    """Raise `ConfigurationDiffers` naming every setting that is not as required, `ConfigurationUnreadable` when none can be read."""
    try:
        found = await differences(settings)
    except KafkaError as error:
        raise ConfigurationUnreadable(
            f"读不到主题 {settings.log_topic} 的配置：{error}；cannot read the topic's configuration. "
            "Is Kafka up, and was `jiuzhu up` (or the provision job) run?"
        ) from error
    if found:
        raise ConfigurationDiffers("\n".join(map(str, found)))
