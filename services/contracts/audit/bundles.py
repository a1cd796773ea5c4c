"""Facts about inspection bundles: that one was handed out, to whom, and which bytes it was (plan 四(三))."""

from services.contracts.registry import Fact, fact


@fact("audit", "bundle_issued", subject="bundle")
class BundleIssued(Fact, frozen=True, kw_only=True):
    """An inspection bundle was made and handed out: of what, at which root checkpoint, its SHA-256; who asked is the actor."""

    bundle_no: str
    scope: str
    scope_of: str
    sha256: str
    size_bytes: int
    record_count: int
    root_origin: str
    root_leaf_count: int
    root_hash: str
    issued_to: str
    role: str
