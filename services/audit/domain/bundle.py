"""That an inspection bundle was handed out; it makes none."""

from typing import Final

import msgspec

from services.contracts.audit import BundleIssued
from services.contracts.deciding import Aggregate, Command, CommandRejected, Context
from services.contracts.registry import Fact

# Whoever inspects takes the evidence away; nobody else does.
RECEIVERS: Final = frozenset({"auditor", "inspector"})


class IssueBundle(Command, frozen=True, kw_only=True):
    """State that a bundle was made and is being handed out to whoever asks; its bytes are named by their SHA-256."""

    scope: str
    scope_of: str
    sha256: str
    size_bytes: int
    record_count: int
    root_origin: str
    root_leaf_count: int
    root_hash: str

    @property
    def bundle_no(self) -> str:
        """``B-`` and 20 hex digits of the bundle's SHA-256: the same bytes are the same bundle, whoever gets them."""
        return f"B-{self.sha256[:20]}"

    @property
    def subject(self) -> str:
        return f"bundle:{self.bundle_no}"


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """How often the very same bundle was handed out."""

    times: int = 0


def decide_bundle(_: Issued, command: IssueBundle, context: Context) -> tuple[Fact, ...]:
    """`BundleIssued`, each time one is handed out. Refuses roles that do not inspect."""
    if context.role not in RECEIVERS or context.town is not None:
        raise CommandRejected(
            "not-an-inspector",
            "检查包只发给审计人员和检查人员",
            "bundles are handed to auditors and inspectors only",
        )
    return (
        BundleIssued(
            bundle_no=command.bundle_no, scope=command.scope, scope_of=command.scope_of, sha256=command.sha256,
            size_bytes=command.size_bytes, record_count=command.record_count, root_origin=command.root_origin,
            root_leaf_count=command.root_leaf_count, root_hash=command.root_hash, issued_to=context.actor, role=context.role,
        ),
    )  # fmt: skip


def evolve_bundle(state: Issued, event: Fact) -> Issued:
    return Issued(times=state.times + 1) if isinstance(event, BundleIssued) else state


BUNDLE: Final = Aggregate(
    prefix="bundle",
    state=Issued,
    initial=Issued(),
    commands=(IssueBundle,),
    decide=decide_bundle,
    evolve=evolve_bundle,
)
