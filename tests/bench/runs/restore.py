"""Restores journal and all four services from the log of its environment into an empty database; prints records, seconds."""

import asyncio
import dataclasses
import json
import os

from deploy.installation import ENRICH, SERVICES
from services.eventlog.restore import restore_all
from services.eventlog.settings import Settings, read_settings


async def restored(settings: dict[str, Settings]) -> dict[str, object]:
    jobs = [(service, settings[service.name], ENRICH.get(service.name)) for service in SERVICES]
    done = await restore_all(jobs, settings["eventlog"], lambda zh, en: None)
    return {"records": done.journal_rows, "seconds": done.seconds, "reactions": sum(done.reactions_run.values())}


def settings_by_role() -> dict[str, Settings]:
    """Settings of every role, from the URLs the benchmark put into the environment."""
    base = read_settings(port=0)
    urls = json.loads(os.environ["BENCH_URLS"])
    return {role: dataclasses.replace(base, postgres_url=url) for role, url in urls.items()}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(restored(settings_by_role()))))
