"""Proves that what is delivered for Docker, Kubernetes, Prometheus and Grafana fits the code: names, ports, metrics."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from services.contracts.envelope import PARTITIONS
from services.eventlog import metrics, topics
from services.eventlog.provision import ROLES
from services.eventlog.settings import INBOX_TOPIC, LOG_TOPIC, SERVICE_PORTS, WORKER_PORTS, WRITER_PORT

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
OPERATIONS = ROOT / "docs" / "OPERATIONS.md"
ONE_SHOT = {"provision"}
PROCESSES = (
    {"log-writer": WRITER_PORT}
    | {f"{name}-api": port for name, port in SERVICE_PORTS.items()}
    | {f"{name}-worker": port for name, port in WORKER_PORTS.items()}
)
SECRET_FILE = "JIUZHU_OIDC_CLIENT_SECRET_FILE"
METRIC = re.compile(r"\bjiuzhu_[a-z_]+")
RULES_SCHEMA = {
    "type": "object",
    "required": ["groups"],
    "additionalProperties": False,
    "properties": {
        "groups": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "rules"],
                "properties": {
                    "rules": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["alert", "expr", "for", "labels", "annotations"],
                            "additionalProperties": False,
                            "properties": {
                                "alert": {"type": "string", "pattern": "^Jiuzhu[A-Za-z]+$"},
                                "expr": {"type": "string"},
                                "for": {"type": "string", "pattern": "^[0-9]+[smh]$"},
                                "labels": {
                                    "type": "object",
                                    "required": ["severity"],
                                    "properties": {"severity": {"enum": ["critical", "warning"]}},
                                },
                                "annotations": {
                                    "type": "object",
                                    "required": [
                                        "summary_zh", "summary_en", "description_zh", "description_en", "runbook",
                                    ],
                                    "additionalProperties": {"type": "string", "minLength": 1},
                                },
                            },
                        },
                    }
                },
            },
        }
    },
}  # fmt: skip
# Words of the compose specification that this file uses; a misspelt one would be passed over in silence.
COMPOSE_KEYS = (
    "image", "build", "init", "restart", "read_only", "tmpfs", "cap_drop", "security_opt", "stop_grace_period",
    "depends_on", "healthcheck", "volumes", "environment", "command", "ports", "shm_size",
)  # fmt: skip
COMPOSE_SCHEMA = {
    "type": "object",
    "required": ["name", "services", "volumes"],
    "additionalProperties": False,
    "patternProperties": {"^x-": {}},
    "properties": {
        "name": {"type": "string"},
        "volumes": {"type": "object"},
        "services": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["image", "restart", "healthcheck"],
                "additionalProperties": False,
                "properties": {key: {} for key in COMPOSE_KEYS},
            },
        },
    },
}


@cache
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return loaded


@cache
def manifests() -> list[dict[str, Any]]:
    kustomization = yaml.safe_load((DEPLOY / "kubernetes/kustomization.yaml").read_text(encoding="utf-8"))
    files = [DEPLOY / "kubernetes" / name for name in kustomization["resources"]]
    return [one for file in files for one in yaml.safe_load_all(file.read_text(encoding="utf-8"))]


def of_kind(kind: str) -> dict[str, dict[str, Any]]:
    return {one["metadata"]["name"]: one for one in manifests() if one["kind"] == kind}


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboards() -> dict[str, dict[str, Any]]:
    return {
        file.name: json.loads(file.read_text(encoding="utf-8")) for file in (DEPLOY / "grafana/dashboards").glob("*")
    }


@cache
def settings_read() -> frozenset[str]:
    """Names of the environment variables the code reads, spelt out or built from the roles."""
    sources = [file.read_text(encoding="utf-8") for file in (ROOT / "services").rglob("*.py")]
    literal = {name for source in sources for name in re.findall(r'"(JIUZHU_[A-Z_]*[A-Z])"', source)}
    urls = {f"JIUZHU_URL_{name.upper()}" for name in SERVICE_PORTS}
    return frozenset(literal | urls | {f"JIUZHU_PASSWORD_{role.upper()}" for role in ROLES})


@cache
def metrics_declared() -> frozenset[str]:
    """Every series name the product exports, suffixes included."""
    names: set[str] = set()
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            described = next(iter(metric.describe()))
            suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
            names |= {f"{described.name}{suffix}" for suffix in suffixes[described.type]}
    return frozenset(names)


# ── compose and image ───────────────────────────────────────────────────────────────────────────────────────────────


def test_compose_has_the_form_of_a_compose_file() -> None:
    jsonschema.validate(compose(), COMPOSE_SCHEMA)


def test_compose_runs_every_process_on_its_port_and_watches_its_health() -> None:
    services = compose()["services"]
    ours = {name for name, service in services.items() if service["image"].startswith("jiuzhu:")}
    assert ours == set(PROCESSES) | ONE_SHOT
    for name, port in PROCESSES.items():
        service = services[name]
        assert service["environment"]["JIUZHU_PORT"] == str(port), name
        owner, _, kind = name.rpartition("-")
        wanted = ["services.eventlog", "writer"] if name == "log-writer" else [f"services.{owner}"]
        wanted += {"api": ["serve"], "worker": ["worker"], "writer": []}[kind]
        assert service["command"] == ["python", "-m", *wanted]
        assert "/healthz" in " ".join(service["healthcheck"]["test"])
        assert service["depends_on"] == {"provision": {"condition": "service_completed_successfully"}}
    for name, service in services.items():
        assert service["healthcheck"] == {"disable": True} if name in ONE_SHOT else service["healthcheck"]["test"], name


def test_compose_sets_only_settings_the_code_reads() -> None:
    for name, service in compose()["services"].items():
        given = {key for key in service.get("environment", {}) if key.startswith("JIUZHU_")}
        assert given <= settings_read(), name


def test_no_secret_is_in_clear() -> None:
    example = (DEPLOY / "compose/.env.example").read_text(encoding="utf-8")
    for line in example.splitlines():
        if "PASSWORD" in line and not line.startswith("#"):
            assert line.endswith("="), line
    asked = set(re.findall(r"\$\{(JIUZHU_[A-Z_]+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    assert asked == set(re.findall(r"^(JIUZHU_[A-Z_]+)=", example, re.MULTILINE))
    for service in compose()["services"].values():
        for key, value in service.get("environment", {}).items():
            if "PASSWORD" in key:
                assert value.startswith("${"), key
    assert "Secret" not in {one["kind"] for one in manifests()}


def test_whoever_is_told_of_the_client_secret_can_read_its_file() -> None:
    """A process that is named a file it does not have ends at once (78)."""
    told = {name: one for name, one in compose()["services"].items() if SECRET_FILE in one.get("environment", {})}
    assert set(told) == {"portal-api"}
    assert any(volume.endswith(":/run/secrets/jiuzhu:ro") for volume in told["portal-api"]["volumes"])
    assert "secrets/" in (DEPLOY / "compose/.gitignore").read_text(encoding="utf-8").splitlines()
    for name, one in of_kind("Deployment").items():
        (container,) = one["spec"]["template"]["spec"]["containers"]
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        assert ("envFrom" in container) == ("oidc" in mounted) == (name == "portal-api"), name


def test_keyring_lies_apart_from_postgresql_and_the_log_writer_has_none() -> None:
    services = compose()["services"]
    users = {name for name, service in services.items() if any("keyring:" in v for v in service.get("volumes", []))}
    assert users == set(PROCESSES) - {"log-writer"} | ONE_SHOT
    assert {"kafka", "postgres", "keyring"} <= set(compose()["volumes"])


def test_compose_broker_is_set_as_the_log_requires() -> None:
    broker = compose()["services"]["kafka"]
    for setting, value in topics.BROKER_SETTINGS.items():
        assert broker["environment"]["KAFKA_" + setting.upper().replace(".", "_")] == value
    assert broker["environment"]["KAFKA_UNCLEAN_LEADER_ELECTION_ENABLE"] == "false"
    assert broker["image"] == "apache/kafka:4.3.1"
    assert compose()["services"]["postgres"]["image"].startswith("postgres:18")


def test_image_runs_as_nobody_in_particular_with_hashed_packages() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    stages = [line for line in lines.splitlines() if line.startswith("FROM ")]
    assert all(line.split()[1] == "python:3.11-slim" for line in stages)
    assert "--require-hashes" in lines
    assert re.search(r"^USER 10001", lines, re.MULTILINE)
    assert "HEALTHCHECK" in lines
    assert "--hash=sha256:" in (ROOT / "requirements/run.txt").read_text(encoding="utf-8")


# ── prometheus and grafana ──────────────────────────────────────────────────────────────────────────────────────────


def test_prometheus_reads_every_process_on_its_port() -> None:
    configuration = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text(encoding="utf-8"))
    jobs = {
        job["job_name"]: {target for group in job["static_configs"] for target in group["targets"]}
        for job in configuration["scrape_configs"]
    }
    assert jobs == {
        "jiuzhu-log-writer": {f"log-writer:{WRITER_PORT}"},
        "jiuzhu-api": {f"{name}-api:{port}" for name, port in SERVICE_PORTS.items()},
        "jiuzhu-worker": {f"{name}-worker:{port}" for name, port in WORKER_PORTS.items()},
    }
    assert configuration["rule_files"] == ["/etc/prometheus/alerts.yml"]


def test_alerts_have_the_form_of_alerts_in_both_languages() -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text(encoding="utf-8"))
    jsonschema.validate(rules, RULES_SCHEMA)
    names = [rule["alert"] for rule in alerts()]
    assert len(names) == len(set(names))
    for rule in alerts():
        for field in ("summary", "description"):
            assert re.search(r"[一-鿿]", rule["annotations"][f"{field}_zh"]), rule["alert"]
            assert not re.search(r"[一-鿿]", rule["annotations"][f"{field}_en"]), rule["alert"]


def test_alerts_and_dashboards_name_only_metrics_that_exist() -> None:
    assert metrics_declared()
    for rule in alerts():
        assert set(METRIC.findall(rule["expr"])) <= metrics_declared(), rule["alert"]
    for file, dashboard in dashboards().items():
        asked = {target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())}
        asked |= {variable["query"] for variable in dashboard["templating"]["list"]}
        for expression in asked:
            assert set(METRIC.findall(expression)) <= metrics_declared(), f"{file}: {expression}"


def test_every_declared_metric_is_shown_on_a_dashboard() -> None:
    shown = {name for dashboard in dashboards().values() for name in METRIC.findall(json.dumps(dashboard))}
    by_base = {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in shown}
    assert by_base == {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in metrics_declared()}


def test_dashboards_say_what_each_figure_means() -> None:
    uids = [dashboard["uid"] for dashboard in dashboards().values()]
    assert len(uids) == len(set(uids)) >= 1
    source = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/prometheus.yml").read_text(encoding="utf-8"))
    for dashboard in dashboards().values():
        for panel in dashboard["panels"]:
            if panel["type"] != "row":
                assert re.search(r"[一-鿿].*[A-Za-z]", panel["description"]), panel["title"]
                assert panel["datasource"]["uid"] == source["datasources"][0]["uid"]


def anchors_of(markdown: str) -> set[str]:
    """Anchors a reader can jump to: explicit ones, and those of headings."""
    explicit = set(re.findall(r'<a (?:id|name)="([^"]+)"', markdown))
    headings = re.findall(r"^#+ +(.+?) *$", markdown, re.MULTILINE)
    return explicit | {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_alert_leads_to_a_section_of_the_operations_manual() -> None:
    wanted = {rule["annotations"]["runbook"] for rule in alerts()}
    assert all(link.startswith("docs/OPERATIONS.md#") for link in wanted)
    if not OPERATIONS.exists():
        pytest.skip("docs/OPERATIONS.md is not written yet")
    missing = {link.partition("#")[2] for link in wanted} - anchors_of(OPERATIONS.read_text(encoding="utf-8"))
    assert not missing


# ── kubernetes ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_manifest_is_named_and_listed() -> None:
    listed = set(yaml.safe_load((DEPLOY / "kubernetes/kustomization.yaml").read_text(encoding="utf-8"))["resources"])
    assert listed == {file.name for file in (DEPLOY / "kubernetes").glob("*.yaml")} - {"kustomization.yaml"}
    for one in manifests():
        assert one["apiVersion"], one
        assert one["metadata"]["name"], one


def test_log_topic_is_what_the_services_demand() -> None:
    log = of_kind("KafkaTopic")[LOG_TOPIC]["spec"]
    assert (log["partitions"], log["replicas"]) == (PARTITIONS, 3)
    assert topics.log_settings(3).items() <= log["config"].items()
    inbox = of_kind("KafkaTopic")[INBOX_TOPIC]
    assert inbox["spec"]["partitions"] == topics.INBOX_PARTITIONS
    assert topics.INBOX_SETTINGS.items() <= inbox["spec"]["config"].items()
    assert inbox["metadata"]["annotations"]["jiuzhu/evidence"] == "false"
    kafka = of_kind("Kafka")["jiuzhu"]["spec"]["kafka"]
    for setting, value in topics.BROKER_SETTINGS.items():
        assert str(kafka["config"][setting]).lower() == value
    assert kafka["config"]["unclean.leader.election.enable"] is False
    assert kafka["config"]["min.insync.replicas"] == 2
    assert of_kind("KafkaNodePool")["nodes"]["spec"]["replicas"] == 3


def test_only_the_log_writer_may_write_the_log() -> None:
    users = of_kind("KafkaUser")
    assert {f"jiuzhu-{owner}" for owner in SERVICE_PORTS} | {"jiuzhu-log-writer"} <= set(users)

    def may(user: dict[str, Any], operation: str, topic: str) -> bool:
        return any(
            acl["resource"]["type"] == "topic"
            and (topic == acl["resource"]["name"]
                 or (acl["resource"]["patternType"] == "prefix" and topic.startswith(acl["resource"]["name"])))
            and {operation, "All"} & set(acl["operations"])
            for acl in user["spec"]["authorization"]["acls"]
        )  # fmt: skip

    assert [name for name, user in users.items() if may(user, "Write", LOG_TOPIC)] == ["jiuzhu-log-writer"]
    assert not any(may(user, "Delete", LOG_TOPIC) or may(user, "Alter", LOG_TOPIC) for user in users.values())
    assert all(may(users[f"jiuzhu-{owner}"], "Read", LOG_TOPIC) for owner in SERVICE_PORTS)
    assert all(user["apiVersion"] == "kafka.strimzi.io/v1" for user in users.values())
    assert of_kind("Kafka")["jiuzhu"]["spec"]["kafka"]["authorization"] == {"type": "simple"}


def test_every_process_is_deployed_with_probes_and_limits() -> None:
    deployments = of_kind("Deployment")
    assert set(deployments) == set(PROCESSES)
    for name, port in PROCESSES.items():
        spec = deployments[name]["spec"]["template"]["spec"]
        (container,) = spec["containers"]
        assert container["command"] == compose()["services"][name]["command"]
        assert container["ports"] == [{"name": "http", "containerPort": port}]
        assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
        assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
        assert container["resources"]["requests"]
        assert container["resources"]["limits"]["memory"]
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert spec["securityContext"]["runAsNonRoot"]
        assert {"name": "JIUZHU_PORT", "value": str(port)} in container["env"]
    for owner, port in SERVICE_PORTS.items():
        assert of_kind("Service")[f"{owner}-api"]["spec"]["ports"][0]["port"] == port


def test_kubernetes_sets_only_settings_the_code_reads() -> None:
    pods = [*of_kind("Deployment").values(), *of_kind("Job").values()]
    for one in pods:
        (container,) = one["spec"]["template"]["spec"]["containers"]
        given = {variable["name"] for variable in container["env"] if variable["name"].startswith("JIUZHU_")}
        assert given <= settings_read(), one["metadata"]["name"]
        secrets = {v["valueFrom"]["secretKeyRef"]["name"] for v in container["env"] if "valueFrom" in v}
        assert secrets <= {"jiuzhu-passwords", "jiuzhu-postgres-superuser"}


def test_network_denies_by_default() -> None:
    policies = of_kind("NetworkPolicy")
    assert set(policies["deny-by-default"]["spec"]["policyTypes"]) == {"Ingress", "Egress"}
    assert "ingress" not in policies["deny-by-default"]["spec"]
    ours = {"app.kubernetes.io/part-of": "jiuzhu"}
    for one in [*of_kind("Deployment").values(), *of_kind("Job").values()]:
        assert ours.items() <= one["spec"]["template"]["metadata"]["labels"].items(), one["metadata"]["name"]


def test_the_portal_reaches_every_service_it_asks_and_they_let_it_in() -> None:
    """Each address the portal is given leads to pods that its egress and their ingress both name, on the port they listen on."""
    deployments, policies = of_kind("Deployment"), of_kind("NetworkPolicy")
    portal = deployments["portal-api"]["spec"]["template"]
    (container,) = portal["spec"]["containers"]
    asked = {v["value"] for v in container["env"] if v["name"].startswith("JIUZHU_URL_")}
    assert asked == {f"http://{one}-api:{port}" for one, port in SERVICE_PORTS.items() if one != "portal"}
    out, into = policies["portal-asks-services"]["spec"], policies["services-answer-portal"]["spec"]
    ((egress,), (ingress,)) = (out["egress"], into["ingress"])
    assert {one["port"] for one in egress["ports"]} == {SERVICE_PORTS[one] for one in SERVICE_PORTS if one != "portal"}
    assert ingress["ports"] == [{"protocol": "TCP", "port": "http"}]
    for name in ("intake", "casework", "payroll", "audit"):
        labels = deployments[f"{name}-api"]["spec"]["template"]["metadata"]["labels"].items()
        assert egress["to"][0]["podSelector"]["matchLabels"].items() <= labels, name
        assert into["podSelector"]["matchLabels"].items() <= labels, name
    for selector in (out["podSelector"], ingress["from"][0]["podSelector"]):
        assert selector["matchLabels"].items() <= portal["metadata"]["labels"].items()
        workers = deployments["portal-worker"]["spec"]["template"]["metadata"]["labels"].items()
        assert not selector["matchLabels"].items() <= workers, "a worker asks nobody"
