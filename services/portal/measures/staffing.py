"""Officers on posts (二(四), 四(二)): filled, appointed, left, moved, certificates; posts and tenure are read as at a day elsewhere; pure."""

from collections.abc import Iterator
from typing import Final

from services.contracts.payroll import (
    CertificateExpired,
    CertificateRecorded,
    CertificateRevoked,
    ExitWithdrawn,
    OfficerAppointed,
    OfficerLeft,
    PostFilled,
    PostVacated,
    ReassignmentApproved,
    ReassignmentReported,
)
from services.portal.measures.shapes import Counted, Delta, flow, level, one

MEASURES: Final = (
    level(
        "posts_filled", "staffing", "在岗人数", "posts filled", "岗位上有人的", "posts with an officer on them",
    ),
    flow(
        "appointed", "staffing", "新聘", "appointed", "新聘任的低保员", "officers newly appointed",
    ),
    flow(
        "departed", "staffing", "离岗", "left", "离岗的低保员，撤回的减去", "officers who left, less the exits withdrawn",
    ),
    flow(
        "moves_approved", "staffing", "批准调整", "moves approved",
        "民政局批准的调岗或增加职责，计入调入镇街", "moves and added duties the bureau approved, of the town moved to",
    ),
    flow(
        "moves_reported", "staffing", "镇街自报调整", "moves reported by towns",
        "镇街自行调整后上报、待民政局审批的", "moves that towns made and reported, for the bureau to decide",
    ),
    flow(
        "certificates", "staffing", "登记证书", "certificates recorded", "登记的社会工作职业资格证书", "social-work certificates recorded",
    ),
    flow(
        "certificates_lost", "staffing", "证书失效", "certificates lapsed", "过期或撤销的证书", "certificates that ran out or were revoked",
    ),
)  # fmt: skip


def _filled(fact: PostFilled) -> Iterator[Delta]:
    yield Delta(measure="posts_filled", town=fact.town, amount=1, officer=fact.officer)


def _vacated(fact: PostVacated) -> Iterator[Delta]:
    yield Delta(measure="posts_filled", town=fact.town, amount=-1, officer=fact.officer)


def _stayed(fact: ExitWithdrawn) -> Iterator[Delta]:
    yield Delta(measure="departed", town=fact.town, amount=-1, officer=fact.officer)


def _reported(fact: ReassignmentReported) -> Iterator[Delta]:
    yield Delta(measure="moves_reported", town=fact.from_town, amount=1, officer=fact.officer)


COUNTED: Final[Counted] = {
    PostFilled: (_filled,),
    PostVacated: (_vacated,),
    OfficerAppointed: (one("appointed", officer="officer"),),
    OfficerLeft: (one("departed", officer="officer"),),
    ExitWithdrawn: (_stayed,),
    ReassignmentApproved: (one("moves_approved", officer="officer"),),
    ReassignmentReported: (_reported,),
    CertificateRecorded: (one("certificates", officer="officer"),),
    CertificateExpired: (one("certificates_lost", officer="officer"),),
    CertificateRevoked: (one("certificates_lost", officer="officer"),),
}
