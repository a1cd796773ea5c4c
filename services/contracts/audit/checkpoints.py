"""Facts about the transparency log: root checkpoints stated on the log itself, to be referred to (plan 四(三))."""

from services.contracts.registry import Fact, fact


@fact("audit", "checkpoint_published", subject="log")
class CheckpointPublished(Fact, frozen=True, kw_only=True):
    """A root checkpoint of the transparency log as it was published: origin, leaves, root (hex), the signed note, who cosigned.

    `wanted_count` cosignatures were the district's policy then; fewer in `cosigned_by` means that it was not met.
    """

    topic: str
    origin: str
    leaf_count: int
    root: str
    note: str
    cosigned_by: tuple[str, ...]
    wanted_count: int
