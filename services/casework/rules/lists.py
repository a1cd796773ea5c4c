"""What the monthly benefit list and the standing list go by: whose card needs an agreement, whose benefit is posted."""

import msgspec


class BenefitLists(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``benefit_lists``.

    `agreement_holders`: whoever keeps a household's card only by a filed agreement (代管, 57号 art. 26).
    `standing_categories`: benefits whose recipients are posted (公布), each with its article.
    """

    agreement_holders: frozenset[str]
    standing_categories: dict[str, str]
