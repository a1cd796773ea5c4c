"""Verifies the proof of one record offline: its leaf, the hashes up to the root, the signed checkpoint; pure."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Any, Final

from services.audit.transparency.leaf import Leaf, read_leaf
from services.audit.transparency.merkle import leaf_hash, proves_inclusion
from services.audit.transparency.note import Key, Verify
from services.audit.transparency.verifying import Unreadable, signed_checkpoint

_FIELDS: Final = frozenset({"partition", "sequence", "index", "leaf", "proof", "checkpoint"})


class NotProved(ValueError):
    """A proof that does not hold; `place` is the field of the document at which it fails."""

    def __init__(self, place: str, zh: str, en: str) -> None:
        super().__init__(f"{place}: {zh}；{en}")
        self.place, self.zh, self.en = place, zh, en


def proved_leaf(document: Mapping[str, Any], key: Key, verify: Verify, *, value: bytes | None = None) -> Leaf:
    """The leaf that a proof document shows to be in the log of `key`; `NotProved` names the field that does not fit.

    `value`: the record's bytes as Kafka stores them, to be held against the leaf too.
    """
    if set(document) != _FIELDS:
        raise NotProved("document", "字段不符", f"its fields are not {sorted(_FIELDS)}")
    try:
        signed, checkpoint = signed_checkpoint(str(document["checkpoint"]).encode(), key, verify)
    except Unreadable as error:
        raise NotProved("checkpoint", error.fault.zh, error.fault.en) from None
    if signed.document() != str(document["checkpoint"]).encode():
        raise NotProved("checkpoint", "检查点书写不规范", "the checkpoint is not written canonically")
    entry = _decoded("leaf", document["leaf"])
    try:
        leaf = read_leaf(entry)
    except ValueError as error:
        raise NotProved("leaf", "不是日志条目", str(error)) from None
    for place, stated, held in (
        ("partition", document["partition"], leaf.partition),
        ("sequence", document["sequence"], leaf.sequence),
        ("index", document["index"], leaf.sequence - 1),
    ):
        if type(stated) is not int or stated != held:
            raise NotProved(place, "与条目不符", f"{stated!r} is not the leaf's {held}")
    if not checkpoint.origin.endswith(f"/{leaf.partition}"):
        raise NotProved("partition", "检查点属于另一分区", f"the checkpoint is of {checkpoint.origin}")
    if not isinstance(document["proof"], list):
        raise NotProved("proof", "不是列表", "not a list")
    proof = [_decoded(f"proof/{i}", one) for i, one in enumerate(document["proof"])]
    if not proves_inclusion(proof, leaf.sequence - 1, checkpoint.size, leaf_hash(entry), checkpoint.root):
        raise NotProved("proof", "散列不能算出所签的根", "leaf and hashes do not give the signed root")
    if value is not None and hashlib.sha256(value).digest() != leaf.value_sha256:
        raise NotProved("leaf", "与记录内容不符", "the record's bytes are not those the leaf was made of")
    return leaf


def _decoded(place: str, text: object) -> bytes:
    try:
        data = base64.b64decode(text if isinstance(text, str) else "!", validate=True)
    except (binascii.Error, ValueError):
        raise NotProved(place, "不是 base64", "not base64") from None
    if base64.b64encode(data).decode() != text:
        raise NotProved(place, "不是规范的 base64", "not canonical base64")
    return data
