"""Guards of the subjects beside households: whose they are, and what a text in clear may hold."""

from services.casework.domain.guards import no_personal_number, rejected_unless
from services.contracts.deciding import CommandRejected, Context


def of_town(town: str, context: Context) -> None:
    """A town acts for itself only (DOMAIN §8); `town` is the one a subject belongs to, empty: the district's."""
    rejected_unless(
        context.town in (None, town),
        "wrong-town",
        f"{context.town} 不能代 {town or '区级'} 办理",
        f"{context.town} may not act for {town or 'the district'}",
    )


def town_of(number: str) -> str:
    """The town a number begins with, empty for the district's own (``D-…``)."""
    first = number.partition("-")[0]
    return first if first.startswith("T") else ""


def number_of_town(number: str, town: str) -> None:
    """A number that begins with a town's code belongs to no other town."""
    rejected_unless(
        number.partition("-")[0] == town,
        "number-of-another-town",
        f"编号应以 {town} 开头",
        f"the number should begin with {town}",
    )


def by_committee(committee: str, town: str, done_by: str, context: Context) -> None:
    """A committee speaks for itself, and one of its own people did it (四(四))."""
    rejected_unless(
        committee.startswith(f"{town}-"),
        "wrong-committee",
        "村（居）不属于该镇街",
        "the committee does not belong to the town",
    )
    mine = done_by if context.role != "committee" else context.actor
    for person in (mine, done_by):
        number = person.partition(":")[2]
        rejected_unless(
            number == committee or number.startswith(f"{committee}-"),
            "not-of-committee",
            f"{person} 不是 {committee} 的人员",
            f"{person} is not one of {committee}",
        )


def by_contractor(contractor: str, context: Context) -> None:
    """A contractor's people speak for their own contractor only; their numbers begin with its."""
    number = context.actor.partition(":")[2]
    rejected_unless(
        context.role != "contractor" or number == contractor or number.startswith(f"{contractor}-"),
        "not-of-contractor",
        "不是该承接主体的人员",
        "the actor is not of this contractor",
    )


def text_given(field: str, text: str) -> None:
    """A text that must say something, and stands in clear on the log."""
    rejected_unless(bool(text.strip()), f"{field}-missing", f"须填写 {field}", f"{field} is needed")
    no_personal_number(text)


def on_list(value: str, allowed: frozenset[str], field: str) -> None:
    """A value of a list that is kept as data."""
    if value not in allowed:
        raise CommandRejected(
            f"{field}-unknown", f"{value} 不在 {field} 名录中", f"{value} is not on the list of {field}"
        )
