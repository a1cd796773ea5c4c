"""Writes golden records that are missing: of a new type, or of a type that got a field. It never overwrites one."""

import sys

from services.contracts.registry import REGISTRY
from tests.contract.golden import FOLDER, example, files_of
from tests.contract.golden.shape import fields_of_contract, fields_of_record


def main() -> int:
    for kind, declared in sorted(REGISTRY.items()):
        files = files_of(kind)
        if files and fields_of_record(files[-1].read_bytes()) >= fields_of_contract(declared.body):
            continue
        path = FOLDER / (f"{kind}.{len(files) + 1}.json" if files else f"{kind}.json")
        with path.open("xb") as written:
            written.write(example(declared))
        print(path.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
