"""Unmodified outside programs accept what we publish, at every size where trees change shape, and object to what is spoiled."""

import base64
import shutil
from pathlib import Path

import httpx
import pytest

from services.audit.publishing.witnesses import Witness, Witnesses
from services.audit.store import verify_signature
from services.audit.transparency import note
from services.audit.transparency.note import Key
from tests.interop.outside import LiteWitness, fsck, litewitness, verify
from tests.interop.published import KEY, PRIVATE, case, leaves, opened, published, root, sizes


@pytest.mark.parametrize("size", sizes())
def test_our_log_is_accepted_at_every_size(tools: Path, tmp_path: Path, size: int) -> None:
    """x/mod note and tlog, merkle, formats, tessera's bundles and fsck, over one folder; the root is x/mod's own."""
    log = published(tmp_path / "log", size)
    assert log.signed.root == root(size)
    asked = case(tmp_path / "log", size)
    (found,) = verify(tools, [asked])
    assert found["error"] == ""
    counts = (found["size"], found["signatures"], found["leaves"], found["beginnings"])
    assert counts == (size, 1, len(asked["leaves"]), len(asked["beginnings"]))
    assert f"Successfully fsck'd log with size {size} " in fsck(tools, tmp_path / "log", KEY.vkey)
    shutil.rmtree(tmp_path / "log")


def test_the_outside_verifier_objects_to_what_is_spoiled(tools: Path, tmp_path: Path) -> None:
    """The check itself is checked: a wrong proof, a wrong leaf, a wrong beginning, another key, a spoiled tile and entry."""
    published(tmp_path / "log", 257)
    good = case(tmp_path / "log", 257)

    def spoiled(what: str, at: int, **fields: object) -> dict[str, object]:
        return {**good, what: [{**one, **fields} if i == at else one for i, one in enumerate(good[what])]}

    zeros = base64.b64encode(bytes(32)).decode()
    cases = [
        good,
        spoiled("leaves", 2, leaf=zeros),
        spoiled("leaves", 2, proof=[zeros, *good["leaves"][2]["proof"][1:]]),
        spoiled("beginnings", 3, root=zeros),
        spoiled("beginnings", 3, proof=good["beginnings"][3]["proof"][:-1]),
        {**good, "vkey": Key("jiuzhu.example/log/8", note.ED25519, KEY.public).vkey},
        {**good, "witnesses": [Key("nobody", note.COSIGNATURE_V1, KEY.public).vkey]},
    ]
    accepted = [one["error"] == "" for one in verify(tools, cases)]
    assert accepted == [True, *[False] * (len(cases) - 1)]
    file = tmp_path / "log/tile/0/000"
    file.write_bytes(bytes([file.read_bytes()[0] ^ 1]) + file.read_bytes()[1:])
    assert "Successfully" not in fsck(tools, tmp_path / "log", KEY.vkey, seconds=3)  # it may hang: the time-out is ours


# ── a real witness process ──────────────────────────────────────────────────────────────────────────────────────────


def asked(witness: LiteWitness, http: httpx.AsyncClient) -> Witnesses:
    return Witnesses([Witness(witness.url, witness.key)], verify_signature, http)


async def test_a_real_witness_cosigns_what_continues_and_refuses_a_rewritten_history(
    tools: Path, tmp_path: Path
) -> None:
    """litewitness: successive checkpoints cosigned through our client, also by a client that lost its memory; then an
    insider with the log's key rewrites one record and all that follows: refused with 422, shorter or forked: 409."""
    with litewitness(tools, tmp_path / "witness") as witness:
        witness.know(KEY)
        async with httpx.AsyncClient() as http:
            client, log = asked(witness, http), opened(tmp_path / "true")
            for size in (1, 200, 256, 257, 700):
                log.append(leaves(log.size, size))
                signed = log.sign()
                said = await client.cosign(signed, log.consistency)
                assert (len(said.signatures), said.refusals) == (1, {})
                log.publish(signed, said.signatures)
            (found,) = verify(tools, [case(tmp_path / "true", 700, [witness.key])])
            assert (found["error"], found["signatures"]) == ("", 2)
            again = await asked(witness, http).cosign(signed, log.consistency)
            assert again.refusals == {}

            forged = opened(tmp_path / "forged")
            forged.append([*leaves(0, 300), b"rewritten", *leaves(301, 800)])
            lie = forged.sign()
            refused = await client.cosign(lie, forged.consistency)
            assert refused.signatures == ()
            assert refused.refusals[witness.key.name].startswith("422")
            shorter = opened(tmp_path / "shorter")
            shorter.append(leaves(0, 600))
            refused = await client.cosign(shorter.sign(), shorter.consistency)
            assert refused.signatures == ()
            assert refused.refusals[witness.key.name].startswith(("409", "400"))

            # The true log goes on.
            log.append(leaves(700, 1000))
            signed = log.sign()
            assert (await client.cosign(signed, log.consistency)).refusals == {}
    assert note.verified_by(note.Note(lie.text, lie.signatures), [KEY], verify_signature) == {KEY.vkey}
    assert PRIVATE.public_key().public_bytes_raw() == KEY.public
