"""What a benchmark found, its verdict against the goal, and the page docs/BENCHMARKS.md; measures nothing."""

import os
import platform
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Final

from deploy.embedded.home import PROJECT_ROOT

PAGE: Final = PROJECT_ROOT / "docs" / "BENCHMARKS.md"
TITLES: Final = {
    "a": "重建 / Rebuilding from the log",
    "b": "命令 / Commands over HTTP",
    "c": "封缄与发送 / Sealing and sending",
    "d": "可见延迟 / From a command to another service's read model",
    "e": "日志变长之后 / Cost per event as the log grows",
    "f": "内存 / Memory of each process",
    "g": "办案全流程与工作清单 / The whole procedure, and worklists",
    "h": "工资发放 / A month's pay",
    "k": "自动检查与独立重算 / Automatic tests, and recomputation",
    "p": "看板 / Dashboards",
    "t": "透明日志 / The transparency log",
}
PACKAGES: Final = ("aiokafka", "faust-streaming", "asyncpg", "msgspec", "fastapi", "uvicorn", "pydantic", "quixstreams")
_HEAD: Final = """# 基准测试 Benchmarks

`make bench` 写成本页；同一次运行中并排测量，比值比绝对数可靠。Written by `make bench`: both sides run alternately on the same
stores, and a figure is the median of its runs; ratios travel to other machines, absolute numbers do not. Peers are in `tests/bench/peers/`.
Goals are goals, not ceilings.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the table. `value` is compared with `goal`: at least it, or at most it when `at_most`."""

    what: str
    load: str
    ours: str
    peer: str = "–"
    value: float | None = None
    goal: float | None = None
    at_most: bool = False
    unit: str = "×"
    why: str = ""

    @property
    def met(self) -> bool | None:
        """None where there is no goal."""
        if self.goal is None or self.value is None:
            return None
        return self.value <= self.goal if self.at_most else self.value >= self.goal

    def verdict(self) -> str:
        if self.met is None or self.goal is None or self.value is None:
            return "报告 reported"
        if self.met:
            return "达到 met"
        return f"**差 {abs(self.value - self.goal) / self.goal:.0%} / missed by {abs(self.value - self.goal) / self.goal:.0%}**"

    def cells(self) -> tuple[str, ...]:
        value = "–" if self.value is None else f"{number(self.value)} {self.unit}".strip()
        goal = "–" if self.goal is None else f"{'≤' if self.at_most else '≥'} {number(self.goal)} {self.unit}".strip()
        return self.what, self.load, self.ours, self.peer, value, goal, self.verdict()


def number(value: float) -> str:
    """Two decimals below ten, whole and grouped above a hundred."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def rate(per_second: float) -> str:
    return f"{per_second:,.0f}/s"


def middle(values: Sequence[float]) -> float:
    return float(median(values))


COLUMNS: Final = ("项 What", "负荷 Load", "本系统 Ours", "对照 Peer", "结果 Value", "目标 Goal", "判定 Verdict")


def table(lines: Sequence[Line]) -> str:
    """The lines as a Markdown table, and under it why what was missed was missed."""
    rows = [COLUMNS, ("---",) * len(COLUMNS), *(line.cells() for line in lines)]
    text = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    why = [f"- {line.what}: {line.why}" for line in lines if line.met is False and line.why]
    return text + ("\n\n" + "\n".join(why) if why else "")


def machine() -> str:
    """The machine and the versions, without any name or path of it."""
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {found}" for name in PACKAGES if (found := _version(name)))
    return (
        f"{time.strftime('%Y-%m-%d')} · {os.cpu_count()} CPU · {memory_gib:.0f} GiB · {platform.machine()} · "
        f"Python {platform.python_version()} · {packages}"
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def written(page: Path, found: Mapping[str, Sequence[Line]], seconds: Mapping[str, float]) -> str:
    """The page with the sections of `found` anew and the others as they stand; written, and returned."""
    old = page.read_text(encoding="utf-8") if page.exists() else ""
    sections = {part[0]: part for part in re.split(r"^## ", old, flags=re.MULTILINE)[1:]}
    for key, lines in found.items():
        load = f"{machine()} · 用时 took {seconds[key]:.0f} s"
        sections[key] = f"{key}. {TITLES[key]}\n\n{load}\n\n{table(lines)}\n\n"
    text = _HEAD + "\n" + "".join(f"## {sections[key]}" for key in sorted(sections))
    text = text.rstrip("\n") + "\n"
    page.write_text(text, encoding="utf-8")
    return text
