"""A town's file of requests, CSV or XLSX, as rows of text by column; decides and sends nothing."""

from typing import Final

from services.eventlog import sheets
from services.eventlog.sheets import Row
from services.intake import town_events

IMPORT_ROWS_MAX: Final = 5_000
SHEET_ROWS_MAX: Final = 20_000
_TIMED_COLUMN: Final = "time"


def rows_of(raw: bytes) -> list[Row]:
    """The rows of a town's file, as `sheets.rows_of` gives them: at most so many, each no larger than an event may be."""
    return sheets.rows_of(
        raw,
        rows_max=IMPORT_ROWS_MAX,
        row_bytes_max=town_events.EVENT_BYTES_MAX,
        sheet_rows_max=SHEET_ROWS_MAX,
        timed_column=_TIMED_COLUMN,
    )
