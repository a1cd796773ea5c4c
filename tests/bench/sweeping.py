"""All automatic tests, and the full recomputation, over a sample year: the year of pay, and the month of cases twelve times."""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from services.audit.automatic.sweep import WATCHES, Sweep
from services.audit.recomputation.all import recomputing
from services.contracts import codec
from services.contracts.deciding import Record
from services.contracts.envelope import record_hash
from tests.bench.report import Line, rate
from tests.fraud.corpus import Corpus

GOAL_SECONDS: Final = 60
MONTHS: Final = 12
# What makes one month's people, papers and numbers others than another's; a pseudonym and a hash keep their length.
_NAMES: Final = (
    (re.compile(rb"\bT(\d\d)\b"), rb"T\g<1>%02d"),
    (re.compile(rb"\bO(\d{3})\b"), rb"O\g<1>%02d"),
    (re.compile(rb"\bp_([0-9a-f]{18})[0-9a-f]{2}\b"), rb"p_\g<1>m%x"),
    (re.compile(rb'"([0-9a-f]{62})[0-9a-f]{2}"'), rb'"\g<1>m%x"'),
    (re.compile(rb'"id":"..'), rb'"id":"m%x'),
)


def year(log: Corpus, months: int) -> Iterator[Record]:
    """The records of the log, and those of its cases again for each further month, of other towns, people and papers."""
    stored = [(partition, value) for partition, value, _ in log.stored()]
    for month in range(months):
        for partition, value in stored:
            if month and b'"source":"/payroll"' not in value:
                for names, others in _NAMES:
                    value = names.sub(others % month, value)
            elif month:
                continue
            envelope = codec.decode(value)
            yield Record(partition=partition, hash=record_hash(value), envelope=envelope, fact=codec.body(envelope))


def sweeping(log: Corpus, months: int = MONTHS) -> list[Line]:
    """Seconds of one core that all tests take over the year, record by record and then over all they remember; what they remember."""
    sweep, count, reading = Sweep(log.rules), 0, 0.0
    before = resident_mb()
    for record in year(log, months):
        started = time.process_time()
        sweep.read(record)
        reading += time.process_time() - started
        count += 1
    remembered = resident_mb() - before
    started = time.process_time()
    sweep.asked(sweep.now)
    asking = time.process_time() - started
    load = (
        f"{count:,} 条 records, {months} 个月办件 months of cases, {len(WATCHES)} 组 areas；单核秒 seconds of one core"
    )
    return [
        Line(
            what="全部自动检查，样本一年 all automatic tests over a sample year", load=load,
            ours=f"逐条 by record {rate(count / reading)}；通盘 over all {asking:.1f} s",
            value=reading + asking, goal=GOAL_SECONDS, at_most=True, unit="s",
        ),
        Line(
            what="实时检查每分钟的通盘 the asking over all, once a minute", load=load, ours=f"{asking:.2f} s",
            value=asking, goal=GOAL_SECONDS / 10, at_most=True, unit="s",
        ),
        Line(what="所记的内存 what they remember", load=load, ours=f"{remembered:.0f} MB"),
    ]  # fmt: skip


def recomputing_year(log: Corpus, months: int = MONTHS) -> list[Line]:
    """Seconds of one core that reckoning everything of the year again takes: amounts, lists, deadlines, payslips, balances.

    Incomes stay sealed here, for nobody holds the keys of a made-up log; the sums they bound are reckoned all the same.
    """
    one_pass, count, seconds = recomputing(), 0, 0.0
    for record in year(log, months):
        started = time.process_time()
        one_pass.read(record)
        seconds += time.process_time() - started
        count += 1
    started = time.process_time()
    outcomes = one_pass.ended()
    ending = time.process_time() - started
    rows = sum(one.equal + one.different + len(one.cannot_tell) for one in outcomes)
    return [
        Line(
            what="全部独立重算，样本一年 the full recomputation of a sample year",
            load=f"{count:,} 条 records, {months} 个月办件 months of cases；单核秒 seconds of one core",
            ours=f"逐条 by record {rate(count / seconds)}；{rows:,} 行 rows {ending:.1f} s",
            value=seconds + ending, goal=GOAL_SECONDS, at_most=True, unit="s",
        )
    ]  # fmt: skip


def resident_mb() -> float:
    """Memory of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
