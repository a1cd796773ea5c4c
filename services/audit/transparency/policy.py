"""The witness policy: whether at least k of n named witnesses cosigned a checkpoint; it asks nobody."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.audit.transparency.note import Key, Note, Verify, verified_by


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands under a checkpoint: who of the witnesses cosigned it, who did not, and how many are wanted."""

    cosigned: tuple[str, ...]
    missing: tuple[str, ...]
    wanted: int

    @property
    def met(self) -> bool:
        """Whether enough witnesses cosigned. Nought wanted is met by any checkpoint, and proves nothing to a stranger."""
        return len(self.cosigned) >= self.wanted

    @property
    def zh(self) -> str:
        said = "已满足" if self.met else "未满足"
        absent = f"，缺 {'、'.join(self.missing)}" if self.missing else ""
        return f"见证要求{said}：需 {self.wanted} 家联署，已有 {len(self.cosigned)} 家{absent}"

    @property
    def en(self) -> str:
        said = "met" if self.met else "unmet"
        absent = f", missing {', '.join(self.missing)}" if self.missing else ""
        return f"witness policy {said}: {self.wanted} wanted, {len(self.cosigned)} cosigned{absent}"


def standing(note: Note, witnesses: Sequence[Key], wanted: int, verify: Verify) -> Standing:
    """How a note stands to the policy `wanted` of `witnesses`. Only cosignatures that verify count, each key once."""
    held = verified_by(note, witnesses, verify)
    keys = {key.vkey: key.name for key in witnesses}
    return Standing(
        cosigned=tuple(name for vkey, name in keys.items() if vkey in held),
        missing=tuple(name for vkey, name in keys.items() if vkey not in held),
        wanted=wanted,
    )


def policy_met(note: Note, witnesses: Sequence[Key], wanted: int, verify: Verify) -> bool:
    """Whether at least `wanted` of `witnesses` cosigned."""
    return standing(note, witnesses, wanted, verify).met
