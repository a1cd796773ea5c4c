"""The municipal system beside ours (市级系统并行): its numbers, the files exchanged, differences and early warnings."""

from services.casework.domain.municipal.exchange import EXCHANGE
from services.casework.domain.municipal.numbers import MUNICIPAL
from services.casework.domain.municipal.tasks import TASK

__all__ = ["EXCHANGE", "MUNICIPAL", "TASK"]
