"""Irregularities that audit itself states: a stored row that its facts do not make, a deviation on a signed sheet."""

import random
from datetime import UTC, date, datetime

from services.contracts.audit import (
    CheckedAttribute,
    EditedProjectionRow,
    Evidence,
    ModelDigest,
    PartitionHead,
    ProjectionsAttested,
    SpotCheckResultRecorded,
)
from tests.fraud.corpus import Corpus
from tests.fraud.planting import Planted, found, plants

AT = datetime(2026, 3, 21, 2, tzinfo=UTC)
_USE = CheckedAttribute(code="use", zh="专职专用", en="used for the post alone", law="实施方案 四(三)")


@plants("projection_edited")
def projection_edited(corpus: Corpus, rng: random.Random) -> Planted:
    """A row was altered, lost or added beside the log. Innocent: an attestation that found every row equal."""
    number = corpus.number()
    fact = Evidence(
        event_id=f"f{number}",
        type="assist.casework.case_opened.v1",
        partition=0,
        sequence=number,
        hash=f"{number:064x}",
    )
    what = rng.choice(("altered", "missing", "added"))
    row = EditedProjectionRow(
        model="cases", key=f"R-F{number}", partition=0, what=what,
        fields=("monthly_amount_fen",) if what == "altered" else (), facts=(fact,), fact_count=1,
    )  # fmt: skip
    guilty, honest = f"attestation:f{number}", f"attestation:g{number}"
    for subject, edited in ((guilty, (row,)), (honest, ())):
        digest = ModelDigest(
            model="cases", row_count=3, digest="d0", stored_digest="d1" if edited else "d0", edited_count=len(edited)
        )
        stated = ProjectionsAttested(
            service="casework", cursors=(PartitionHead(partition=0, sequence=7, hash="aa"),), models=(digest,),
            edited=edited, edited_count=len(edited), record_count=7, equal=not edited,
        )  # fmt: skip
        corpus.add(subject, stated, at=AT)
    return found("projection_edited", guilty, honest)


@plants("spot_check_deviation")
def spot_check_deviation(corpus: Corpus, rng: random.Random) -> Planted:
    """A sheet says that an item deviates. Innocent: a sheet on which all conforms, or nothing could be examined."""
    number = corpus.number()
    guilty, honest = f"officer:F{number}", f"officer:G{number}"
    examined = rng.random() < 0.5
    for about, deviating, unexamined in ((guilty, (_USE,), ()), (honest, (), () if examined else (_USE,))):
        sheet = SpotCheckResultRecorded(
            spot_check_no=f"CC-F{number}", item=about.partition(":")[2], town="T01", about=about, deviating=deviating,
            unexamined=unexamined, checked_on=date(2026, 3, 20), checkers=("auditor:A2", "auditor:A3"),
            form_sha256=f"{number:064x}", evidence_sha256=(), recorded_by="auditor:A2",
        )  # fmt: skip
        corpus.add(f"spot_check:CC-F{number}-{about}", sheet, at=AT)
    return found("spot_check_deviation", guilty, honest)
