"""Peer: FastAPI + pydantic + asyncpg, a request is one insert and nothing else: no identity, no events, no repeats."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import asyncpg
import uvicorn
from fastapi import FastAPI, Response
from pydantic import BaseModel

COLUMNS = (
    "household_no, visit_no, service, officer, town, committee, started_at, ended_at, person_seen, co_signed, "
    "evidence_sha256, notes"
)
TYPES = [
    "text",
    "text",
    "text",
    "text",
    "text",
    "text",
    "timestamptz",
    "timestamptz",
    "text",
    "boolean",
    "text",
    "text",
]
TABLE = (
    "DROP TABLE IF EXISTS public.bare_visits; CREATE TABLE public.bare_visits (visit_no text PRIMARY KEY, household_no text, "
    "service text, officer text, town text, committee text, started_at timestamptz, ended_at timestamptz, "
    "person_seen text, co_signed boolean, evidence_sha256 text, notes text)"
)
ONE = f"INSERT INTO public.bare_visits ({COLUMNS}) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)"
MANY = f"INSERT INTO public.bare_visits ({COLUMNS}) SELECT * FROM unnest(" + ",".join(
    f"${i}::{kind}[]" for i, kind in enumerate(TYPES, 1)
) + ")"  # fmt: skip


class Visit(BaseModel):
    """The same request body as the product's ``record-visit``."""

    household_no: str
    visit_no: str
    service: str
    officer: str
    town: str
    committee: str
    started_at: datetime
    ended_at: datetime
    person_seen: str
    co_signed: bool
    evidence_sha256: list[str]
    notes: str

    def row(self) -> tuple[Any, ...]:
        return (
            self.household_no, self.visit_no, self.service, self.officer, self.town, self.committee, self.started_at,
            self.ended_at, self.person_seen, self.co_signed, ",".join(self.evidence_sha256), self.notes,
        )  # fmt: skip


def bare_app(url: str) -> FastAPI:
    """One route for one visit, one for many."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(url, min_size=1, max_size=6) as pool:
            await pool.execute(TABLE)
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/readyz")
    async def ready() -> Response:
        return Response()

    @app.post("/visits")
    async def one(visit: Visit) -> dict[str, str]:
        await app.state.pool.execute(ONE, *visit.row())
        return {"visit_no": visit.visit_no}

    @app.post("/visits/many")
    async def many(visits: list[Visit]) -> dict[str, int]:
        columns = zip(*(visit.row() for visit in visits), strict=True)
        await app.state.pool.execute(MANY, *(list(column) for column in columns))
        return {"written": len(visits)}

    return app


if __name__ == "__main__":
    uvicorn.run(
        bare_app(os.environ["JIUZHU_POSTGRES_URL"]), host="127.0.0.1", port=int(os.environ["JIUZHU_PORT"]),
        log_config=None, access_log=False, loop="uvloop",
    )  # fmt: skip
