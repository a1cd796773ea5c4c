"""Commands about posts, officers' papers and recruitment as JSON-ready values; beside `bodies`, and like it decides nothing."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from deploy.district.people import Person

Body = dict[str, Any]


def paper(kind: str, number: str) -> str:
    """The SHA-256 of an invented paper (a proof, a posting), the same for the same number."""
    return hashlib.sha256(f"{kind}|{number}".encode()).hexdigest()


def establish_posts(total: int, document: str) -> Body:
    """``establish-posts``."""
    return {"command": "establish-posts", "total": total, "document": document}


def allot_posts(towns: Mapping[str, Mapping[str, int]], posts: Mapping[str, int], document: str) -> Body:
    """``allot-posts``: figures and approved posts of every town."""
    rows = [{"town": town, "figures": dict(figures), "posts": posts[town]} for town, figures in towns.items()]
    return {"command": "allot-posts", "towns": rows, "document": document}


def reserve_post(town: str, officer: str, resident_id: str) -> Body:
    """``reserve-post``: the town's first vacant one."""
    return {"command": "reserve-post", "town": town, "officer": officer, "resident_id": resident_id}


def of_officer(command: str, officer: str, **fields: object) -> Body:
    """A command about one officer; days come as days."""
    return {"command": command, "officer": officer, **{name: _plain(value) for name, value in fields.items()}}


def of_round(command: str, round_no: str, **fields: object) -> Body:
    """A command about one recruitment round."""
    return {"command": command, "round_no": round_no, **{name: _plain(value) for name, value in fields.items()}}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def held(number: str, qualification: str, issued_on: date, expires_on: date, document: str) -> Body:
    """A professional certificate, registered until a day."""
    return {
        "number": number,
        "qualification": qualification,
        "issued_on": issued_on.isoformat(),
        "expires_on": expires_on.isoformat(),
        "document": document,
    }


def appoint_officer(
    officer: str, person: Person, *, phone: str, bank_account: str, appointed_on: date, education: str, major: str,
    round_no: str, candidate_no: str, document: str, certificates: Sequence[Body] = (),
) -> Body:  # fmt: skip
    """``appoint-officer`` of a selected candidate under a service contract from that day on."""
    contract = {
        "contract_no": f"HT-{officer}",
        "mode": "service_contract",
        "from_on": appointed_on.isoformat(),
        "document": document,
    }
    return {
        "command": "appoint-officer",
        "officer": officer,
        "resident_id": person.resident_id,
        "name": person.name,
        "phone": phone,
        "bank_account": bank_account,
        "appointed_on": appointed_on.isoformat(),
        "position": "member",
        "education": education,
        "major": major,
        "certificates": list(certificates),
        "contract": contract,
        "round_no": round_no,
        "candidate_no": candidate_no,
        "document": document,
    }
