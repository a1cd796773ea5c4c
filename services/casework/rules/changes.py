"""When a benefit is suspended and resumed, phased out after a job, or cut after refused jobs (arts. 32-34)."""

import msgspec


class BenefitChanges(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``benefit_changes``.

    `suspension_reasons`; `resumption_reasons`, true where the suspended months are paid after (补发).
    `gradual_exit_months` (渐退期) by category; `refusals_max`: unjustified job refusals, one after the other, that cut a share.
    """

    suspension_reasons: frozenset[str]
    resumption_reasons: dict[str, bool]
    gradual_exit_months: dict[str, int]
    refusals_max: int
