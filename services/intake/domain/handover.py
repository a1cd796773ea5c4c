"""Who is responsible for an item: whoever was asked first, until somebody else has accepted the duty (首问负责, 四(一))."""

from typing import assert_never

from services.contracts.deciding import CommandRejected, Context
from services.contracts.intake import HandoverAccepted, HandoverDeclined, HandoverOffered
from services.contracts.registry import Fact
from services.intake.domain.commands import AcceptHandover, DeclineHandover, OfferHandover
from services.intake.domain.guards import no_personal_number, open_application, rejected_unless
from services.intake.domain.relatives import not_a_near_relative
from services.intake.domain.state import Application, Household

Handover = OfferHandover | AcceptHandover | DeclineHandover


def decide_handover(state: Household, command: Handover, context: Context) -> Fact:
    """Offer, accept or decline the duty for an open item; only the accepted offer moves it."""
    application = open_application(state, command.application_no)
    match command:
        case OfferHandover():
            not_a_near_relative(state, application, command.receiver)
            return _offer(application, command, context)
        case AcceptHandover():
            _to_whoever_asks(application, context)
            not_a_near_relative(state, application, context.actor)
            return HandoverAccepted(
                application_no=application.application_no,
                town=application.town,
                previous=application.responsible,
                responsible=context.actor,
                case_open=application.status == "accepted",
            )
        case DeclineHandover():
            _to_whoever_asks(application, context)
            _reason(command.reason)
            return HandoverDeclined(
                application_no=application.application_no,
                town=application.town,
                receiver=context.actor,
                reason=command.reason,
                responsible=application.responsible,
            )
        case _:
            assert_never(command)


def _offer(application: Application, command: OfferHandover, context: Context) -> HandoverOffered:
    """By the responsible person, or by the town's leader for one who has left."""
    rejected_unless(
        context.actor == application.responsible or context.role == "town-leader",
        "not-responsible",
        "只有首问责任人或镇街分管领导可以移交",
        "only the responsible person or the town leader may hand this over",
    )
    rejected_unless(
        command.receiver != application.responsible,
        "handover-to-self",
        "不能移交给现责任人",
        "this person is responsible already",
    )
    rejected_unless(
        command.receiver != application.offered_to,
        "handover-offered",
        "已请该人接收，尚未答复",
        "it is offered to this person already",
    )
    _reason(command.reason)
    return HandoverOffered(
        application_no=application.application_no,
        town=application.town,
        offered_by=context.actor,
        receiver=command.receiver,
        reason=command.reason,
        responsible=application.responsible,
    )


def _reason(reason: str) -> None:
    rejected_unless(bool(reason.strip()), "reason-missing", "须说明理由", "a reason is needed")
    no_personal_number(reason, "理由", "the reason")


def _to_whoever_asks(application: Application, context: Context) -> None:
    if not application.offered_to:
        raise CommandRejected("no-handover", "该申请没有待接收的移交", "no hand-over of this application waits")
    rejected_unless(
        context.actor == application.offered_to,
        "not-the-receiver",
        "只有被指定的接收人可以答复移交",
        "only the person it was offered to may answer",
    )
