"""Who vouches for a bundle: the keys it is checked with, the witnesses' policy, and the signed statement over its manifests.

The statement is in-toto v1 in a DSSE envelope, signed by the key of coverage certificates; no other key signs a bundle.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.audit.bundling import verify
from services.audit.transparency.note import ED25519, Key, Sign


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Public keys and the one signer. `witnesses_min`: how many of `witnesses` must have cosigned each checkpoint."""

    log_name: str
    log_public: bytes
    certificate_public: bytes
    sign: Sign
    witnesses: Sequence[Key] = ()
    witnesses_min: int = 0

    @property
    def key_id(self) -> str:
        return hashlib.sha256(self.certificate_public).hexdigest()[:16]

    def log_vkeys(self, names: Sequence[str]) -> list[str]:
        return [Key(f"{self.log_name}/{name}", ED25519, self.log_public).vkey for name in names]

    def document(self, names: Sequence[str]) -> dict[str, Any]:
        """``data/keys/keys.json``."""
        return {
            "certificate": {
                "algorithm": "Ed25519",
                "key_id": self.key_id,
                "public_key": base64.b64encode(self.certificate_public).decode(),
            },
            "logs": self.log_vkeys(names),
            "witnesses": [key.vkey for key in self.witnesses],
            "witnesses_min": self.witnesses_min,
        }


def canonical(value: object) -> bytes:
    """JSON as it is signed: keys sorted, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def attestation(tags: Mapping[str, bytes], bundle: Mapping[str, Any], keys: Keys) -> bytes:
    """The DSSE envelope over the tag files, by name, and what the bundle says of itself."""
    subject = [
        {"name": name, "digest": {"sha256": hashlib.sha256(tags[name]).hexdigest()}} for name in verify.SIGNED_TAGS
    ]
    payload = canonical(
        {"_type": verify.STATEMENT, "predicateType": verify.PREDICATE, "predicate": bundle, "subject": subject}
    )
    signature = keys.sign(pre_authentication(verify.PAYLOAD, payload))
    return canonical(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": verify.PAYLOAD,
            "signatures": [{"keyid": keys.key_id, "sig": base64.b64encode(signature).decode()}],
        }
    )


def pre_authentication(kind: str, payload: bytes) -> bytes:
    """What DSSE signs (PAE): the lengths and the texts of payload type and payload."""
    return b"DSSEv1 %d %s %d %s" % (len(kind.encode()), kind.encode(), len(payload), payload)
