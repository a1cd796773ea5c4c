"""The jar cache: only whole, pinned sets are published, and missing tools are named with their remedy."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest

from deploy.embedded.errors import EmbeddedError
from deploy.embedded.fetch import CHECKSUMS, expected_checksums, fetch_jars, jars_folder, postgres_platform
from deploy.embedded.progress import Progress
from deploy.embedded.toolchain import find_java, find_maven

FAKE_MAVEN = """#!/bin/sh
echo run >> "{count}"
for word in "$@"; do
  case "$word" in -DoutputDirectory=*) cp "{source}"/*.jar "${{word#-DoutputDirectory=}}" ;; esac
done
"""


class Source:
    """A Maven that copies from a folder, and the list of what it should deliver."""

    def __init__(self, root: Path) -> None:
        self.jars = root / "source"
        self.jars.mkdir()
        self.postgres = f"embedded-postgres-binaries-{postgres_platform()}-1.jar"
        for name in ("kafka-1.jar", self.postgres):
            (self.jars / name).write_bytes(name.encode())
        self.listing = root / "checksums.sha256"
        digests = [f"{hashlib.sha256(jar.read_bytes()).hexdigest()}  {jar.name}" for jar in self.jars.iterdir()]
        self.listing.write_text("\n".join(digests) + "\n")
        self.count = root / "count"
        programs = root / "bin"
        programs.mkdir()
        maven = programs / "mvn"
        maven.write_text(FAKE_MAVEN.format(count=self.count, source=self.jars))
        maven.chmod(0o755)
        self.env = {"PATH": f"{programs}{os.pathsep}{os.defpath}", "JIUZHU_CACHE": str(root / "cache")}


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path)


def test_a_matching_download_is_published_and_not_repeated(source: Source) -> None:
    """Proves that the second start needs no download."""
    for _ in range(2):
        jars = fetch_jars(Progress.silent(), env=source.env, listing=source.listing)
    assert [jar.name for jar in jars.kafka] == ["kafka-1.jar"]
    assert jars.postgres.name == source.postgres
    assert source.count.read_text() == "run\n"


def test_a_jar_with_another_checksum_is_refused_and_nothing_is_published(source: Source) -> None:
    """Proves that a changed jar never reaches the cache."""
    (source.jars / "kafka-1.jar").write_bytes(b"changed")
    with pytest.raises(EmbeddedError, match=r"校验和不符.*wrong checksum"):
        fetch_jars(Progress.silent(), env=source.env, listing=source.listing)
    assert not list(Path(source.env["JIUZHU_CACHE"]).glob("*ing-*"))
    assert not list(Path(source.env["JIUZHU_CACHE"]).glob("jars-*"))


@pytest.mark.parametrize("change", ["alter", "add", "remove"])
def test_a_cache_that_was_tampered_with_is_refused(source: Source, change: str) -> None:
    """Proves that the cache is checked at every start, not only when it is filled."""
    folder = fetch_jars(Progress.silent(), env=source.env, listing=source.listing).folder
    match change:
        case "alter":
            (folder / "kafka-1.jar").write_bytes(b"changed")
        case "add":
            (folder / "stranger.jar").write_bytes(b"more")
        case _:
            (folder / "kafka-1.jar").unlink()
    with pytest.raises(EmbeddedError, match="jar"):
        fetch_jars(Progress.silent(), env=source.env, listing=source.listing)


def test_starts_at_the_same_moment_download_once(source: Source) -> None:
    """Proves that concurrent starts share one download and all get whole sets."""
    found: list[Path] = []

    def fetch() -> None:
        found.append(fetch_jars(Progress.silent(), env=source.env, listing=source.listing).folder)

    threads = [threading.Thread(target=fetch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert source.count.read_text() == "run\n"


def test_a_new_list_uses_a_new_folder(source: Source) -> None:
    """Proves that an upgrade never mixes its jars with older ones."""
    expected = expected_checksums(postgres_platform(), source.listing)
    changed = {**expected, "kafka-1.jar": "0" * 64}
    assert jars_folder(source.env, expected) != jars_folder(source.env, changed)


def test_the_committed_list_has_one_postgres_for_each_platform() -> None:
    """Proves that each platform's set is Kafka plus exactly one PostgreSQL."""
    for build in ("linux-amd64", "linux-arm64v8"):
        names = expected_checksums(build, CHECKSUMS)
        assert sum(name.startswith("embedded-postgres-") for name in names) == 1
        assert {"kafka_2.13-4.3.1.jar", "kafka-tools-4.3.1.jar"} <= set(names)


def test_missing_maven_is_named_with_its_remedy(source: Source, tmp_path: Path) -> None:
    """Proves that the person is told what to install, in both languages."""
    env = {**source.env, "PATH": str(tmp_path)}
    with pytest.raises(EmbeddedError) as refusal:
        fetch_jars(Progress.silent(), env=env, listing=source.listing)
    assert "没有找到 Maven" in refusal.value.zh
    assert "apt install maven" in refusal.value.en
    assert find_maven(source.env).name == "mvn"


def test_missing_and_old_java_are_named_with_their_remedy(tmp_path: Path) -> None:
    """Proves that no Java and too old a Java are told apart."""
    with pytest.raises(EmbeddedError, match=r"没有找到 Java.*Java not found"):
        find_java({"PATH": str(tmp_path)})
    old = tmp_path / "java"
    old.write_text("#!/bin/sh\necho 'openjdk version \"1.8.0_392\"' >&2\n")
    old.chmod(0o755)
    with pytest.raises(EmbeddedError, match="Java 8"):
        find_java({"PATH": f"{tmp_path}{os.pathsep}{os.defpath}"})


def test_a_failed_download_quotes_maven(source: Source) -> None:
    """Proves that Maven's own first complaint reaches the person."""
    maven = Path(source.env["PATH"].split(os.pathsep)[0]) / "mvn"
    maven.write_text("#!/bin/sh\necho '[ERROR] Unknown host'\nexit 1\n")
    with pytest.raises(EmbeddedError, match="Unknown host"):
        fetch_jars(Progress.silent(), env=source.env, listing=source.listing)
