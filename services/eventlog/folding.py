"""`advance`: the only function that changes a read model; live following and rebuild both call it. Pure."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from services.contracts.codec import decoder_of, encoder
from services.contracts.deciding import Model, Record, Service
from services.contracts.registry import kinds_read_as

Place = tuple[str, str]
Rows = dict[Place, msgspec.Struct | None]
# A read model as it is folded: its name, `keys` and `evolve`.
_Fold = tuple[str, Callable[[Record], tuple[str, ...]], Callable[[Any, Record, str], Any]]


class Folds:
    """A service's read models, indexed by the fact types they listen to."""

    def __init__(self, service: Service) -> None:
        self.models: dict[str, Model[Any]] = {model.name: model for model in service.models}
        self._by_kind: dict[str, list[_Fold]] = {}
        for model in service.models:
            for body in model.listens:
                for kind in kinds_read_as(body):
                    self._by_kind.setdefault(kind, []).append((model.name, model.keys, model.evolve))
        self._decoders = {model.name: decoder_of(model.row) for model in service.models}

    def touched(self, record: Record) -> list[Place]:
        """The rows (model, key) that a record may change."""
        return [(name, key) for name, keys, _ in self._by_kind.get(record.envelope.type, ()) for key in keys(record)]

    def advance(self, rows: Rows, records: Iterable[Record]) -> set[Place]:
        """Fold `records` (one partition, in log order) into `rows` in place; the places that changed.

        A place that is absent from `rows`, or `None`, has no row yet.
        """
        changed: set[Place] = set()
        folds = self._by_kind
        for record in records:
            for name, keys, evolve in folds.get(record.envelope.type, ()):
                for key in keys(record):
                    place = (name, key)
                    before = rows.get(place)
                    after = evolve(before, record, key)
                    if after is not before:
                        rows[place] = after
                        changed.add(place)
        return changed

    def decode(self, model: str, doc: str) -> msgspec.Struct:
        """A stored document back to its row."""
        row = self._decoders[model].decode(doc)
        assert isinstance(row, msgspec.Struct)
        return row

    def encode(self, row: msgspec.Struct | None) -> str | None:
        """A row as the document that is stored; `None` for no row."""
        return None if row is None else encoder.encode(row).decode()


def columns(rows: Mapping[Place, msgspec.Struct | None], places: Iterable[Place], folds: Folds) -> list[list[Any]]:
    """Places and documents as the three columns `apply_batch` takes."""
    chosen = sorted(places)
    return [[m for m, _ in chosen], [k for _, k in chosen], [folds.encode(rows[place]) for place in chosen]]
