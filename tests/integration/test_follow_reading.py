"""Reading the log raw, as following, rebuilding, healing and checking all do: it begins and ends cleanly."""

from services.eventlog.reading import raw_log
from tests.conftest import Installation


async def test_a_reader_that_read_nothing_closes_quietly(installation: Installation) -> None:
    """A rebuild with nothing to catch up on opens the log and closes it at once; that must not look like a cancellation."""
    for _ in range(5):
        async with raw_log(installation.settings("audit"), client="test"):
            pass
