"""The part of a profile about supervision: who raises which findings in a month, and who inspects from outside."""

from deploy.district.frozen import Frozen


class Raised(Frozen, frozen=True):
    """A finding that a person raises: `course` says what becomes of it."""

    course: str
    severity: str
    rule: str
    law: str
    summary_zh: str
    summary_en: str


class Findings(Frozen, frozen=True):
    """Who supervises a month, what they raise, and which organisation inspects from outside.

    `inspectors`: one whose access to the whole log stays, for `grant_days`; one of a town, revoked; one of tests, which
    ends after `short_workdays`.
    """

    auditors: tuple[str, ...]
    raised: tuple[Raised, ...]
    measures: str
    statement: str
    suppression_reason: str
    inspectors: tuple[str, str, str]
    organisation: str
    grant_document: str
    grant_days: int
    short_workdays: int
    tests: tuple[str, ...]
