"""`jiuzhu bundle` and `jiuzhu verify`: makes an inspection bundle from the running installation, and verifies one anywhere."""

import argparse
import asyncio
import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from deploy.embedded.home import Home
from deploy.installation import Place, settings_of
from services.audit.api.bundles import published_files
from services.audit.bundling import gathering, verify
from services.audit.bundling.archive import BundleTooLarge
from services.audit.bundling.building import Made, NotCovered, RecordDiffers
from services.audit.bundling.published import NothingPublished, TilesMissing
from services.audit.bundling.scope import Scope
from services.eventlog.keyring import opened

# Why there can be no bundle, in both languages each.
NO_BUNDLE: Final = (NothingPublished, NotCovered, RecordDiffers, TilesMissing, BundleTooLarge)
Add = Callable[[str, Any, str, str], argparse.ArgumentParser]


def add_commands(add: Add, located: Callable[[Home], Place]) -> None:
    """Put both commands into the command line."""
    made = add("bundle", functools.partial(_bundle, located), "制作检查包", "make an inspection bundle")
    made.add_argument("--out", type=Path, required=True, metavar="FILE")
    only = made.add_mutually_exclusive_group()
    only.add_argument("--findings", action="store_true", help="只含检查发现及其证据 / findings and their evidence only")
    only.add_argument("--town", help="只含一个镇街 / one town only")
    only.add_argument("--subject", help="只含一个主体 / one subject only, e.g. household:T01-H00001")
    verify.add_arguments(
        add("verify", command_verify, "核验检查包（无须安装或联网）", "verify an inspection bundle, offline")
    )


def command_verify(_: object, arguments: argparse.Namespace) -> int:
    """Needs no installation: what `verify.py` in the bundle does."""
    return verify.run(arguments)


def _bundle(located: Callable[[Home], Place], home: Home, arguments: argparse.Namespace) -> int:
    scope = _scope_of(arguments)
    out: Path = arguments.out.resolve()
    if not scope.fits or not out.parent.is_dir():
        print("范围或文件夹不当 / no such scope, or no such folder", file=sys.stderr)
        return 2
    try:
        made = asyncio.run(_made(home, located(home), scope, out))
    except NO_BUNDLE as error:
        print(str(error), file=sys.stderr)
        return 1
    print(f"{made.records} 条记录，{made.size_bytes:,} 字节 / records and bytes")
    print(f"sha256 {made.sha256}")
    print(f"根检查点 root checkpoint: {made.root_origin} {made.root_size} {made.root_hash}")
    print(f"已写入 {arguments.out}；核验 / to verify it: python3 -I verify.py {arguments.out}")
    return 0


def _scope_of(arguments: argparse.Namespace) -> Scope:
    if arguments.town is not None:
        return Scope(kind="town", of=arguments.town)
    if arguments.subject is not None:
        return Scope(kind="subject", of=arguments.subject)
    return Scope(kind="findings" if arguments.findings else "whole")


async def _made(home: Home, place: Place, scope: Scope, out: Path) -> Made:
    """Written beside `out` first, so that a bundle is there whole or not at all."""
    settings, fresh = settings_of(home, place, "audit"), out.with_name(f".{out.name}.new")
    with opened(home.keyring) as keyring:
        keys = gathering.keys_of(settings, keyring)
    try:
        made = await gathering.make_bundle(
            settings, keys, functools.partial(published_files, home.transparency), scope, fresh
        )
        fresh.replace(out)
    finally:
        fresh.unlink(missing_ok=True)
    return made
