"""What committees' duties and publicity may be about (plan 四(四)(五)): open lists, kept as data."""

import msgspec


class CommitteeWork(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``committee_work``.

    `topics` of policy; `publicity_forms`; `aids`: kinds of help with an economic check; `notice_faults`: what may be
    wrong with a notice that hangs; `changes` a committee reports of a household.
    """

    topics: frozenset[str]
    publicity_forms: frozenset[str]
    aids: frozenset[str]
    notice_faults: frozenset[str]
    changes: frozenset[str]
