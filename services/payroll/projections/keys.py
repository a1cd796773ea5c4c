"""Keys that several of payroll's read models use."""

from services.contracts.deciding import Record


def id_of_subject(record: Record) -> tuple[str, ...]:
    """The subject without its prefix."""
    return (record.envelope.subject.partition(":")[2],)
