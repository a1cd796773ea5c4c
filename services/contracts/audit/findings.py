"""Facts about findings: what an automatic test, a spot check or a person objected to, and on which records (plan 四(三))."""

import msgspec

from services.contracts.registry import Fact, fact


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One record a finding rests on, found again by its place and checked by its hash."""

    event_id: str
    type: str
    partition: int
    sequence: int
    hash: str


@fact("audit", "finding_opened", subject="finding")
class FindingOpened(Fact, frozen=True, kw_only=True):
    """An automatic test, a spot check or a person objected: which rule, which law, about whom, on which records.

    `origin` is ``test``, ``spot_check`` (`origin_no`: plan and item) or ``person`` (`opened_by`); `evidence_files` are digests
    of papers and photos. `test` is ``spot_check`` or ``person`` where no automatic test objected.
    """

    finding_no: str
    test: str
    severity: str
    about: str
    town: str
    rule: str
    law: str
    summary_zh: str
    summary_en: str
    evidence: tuple[Evidence, ...]
    origin: str = "test"
    origin_no: str = ""
    opened_by: str = ""
    evidence_files: tuple[str, ...] = ()
