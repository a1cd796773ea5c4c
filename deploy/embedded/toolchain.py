"""Finds Java and Maven on this machine and says what to install when they are missing; it runs them only to ask their version."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from deploy.embedded.errors import EmbeddedError

JAVA_VERSION_MIN = 17
ASK_TIMEOUT_SECONDS = 30


def find_java(env: Mapping[str, str]) -> Path:
    """$JAVA_HOME/bin/java, else the one on PATH; raises unless it is version 17 or later."""
    java_home = env.get("JAVA_HOME")
    in_home = Path(java_home) / "bin" / "java" if java_home else None
    on_path = shutil.which("java", path=env.get("PATH", ""))
    java = in_home if in_home and in_home.is_file() else Path(on_path) if on_path else None
    if java is None:
        raise EmbeddedError(
            zh=f"没有找到 Java；Kafka 需要 Java {JAVA_VERSION_MIN} 以上，请安装（如 apt install openjdk-17-jre-headless）或设置 JAVA_HOME。",
            en=f"Java not found; Kafka needs Java {JAVA_VERSION_MIN}+: install it (e.g. apt install openjdk-17-jre-headless) or set JAVA_HOME.",
        )
    version = java_version(java)
    if version < JAVA_VERSION_MIN:
        raise EmbeddedError(
            zh=f"{java} 是 Java {version}，Kafka 需要 {JAVA_VERSION_MIN} 以上；请安装新版本或设置 JAVA_HOME。",
            en=f"{java} is Java {version}, Kafka needs {JAVA_VERSION_MIN}+; install a newer one or set JAVA_HOME.",
        )
    return java


def java_version(java: Path) -> int:
    """Its major version; 0 when it does not tell."""
    try:
        answer = subprocess.run(
            [str(java), "-version"], capture_output=True, text=True, check=False, timeout=ASK_TIMEOUT_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(?:1\.)?(\d+)', answer.stderr + answer.stdout)
    return int(found.group(1)) if found else 0


def find_maven(env: Mapping[str, str]) -> Path:
    found = shutil.which("mvn", path=env.get("PATH", ""))
    if found is None:
        raise EmbeddedError(
            zh="没有找到 Maven（mvn），首次下载 Kafka 和 PostgreSQL 需要它；请安装（如 apt install maven），或用 JIUZHU_CACHE 指向已下载的缓存。",
            en="Maven (mvn) not found, the first download of Kafka and PostgreSQL needs it; "
            "install it (e.g. apt install maven), or point JIUZHU_CACHE to a filled cache.",
        )
    return Path(found)
