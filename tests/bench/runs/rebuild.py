"""Rebuilds casework's read models from the log of its environment; prints records, seconds, and whether nothing changed."""

import asyncio
import json
import resource
import sys

from deploy.installation import service_named
from services.eventlog.rebuild import rebuild
from services.eventlog.settings import Settings, read_settings


async def rebuilt(settings: Settings, processes: int) -> dict[str, object]:
    """One rebuild; `peak_kib` is that of the largest child, where there are any."""
    service = service_named("casework")
    done = await rebuild(service, settings, load=service_named, processes=processes)
    peak_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {"records": done.records, "seconds": done.seconds, "equal": done.equal, "peak_kib": peak_kib}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(rebuilt(read_settings(port=0), int(sys.argv[1])))))
