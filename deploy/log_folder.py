"""`jiuzhu log-export` and `log-verify`: takes the transparency log away as a folder, and verifies such a folder anywhere.

Verifying needs the folder alone: no installation, no network.
"""

import argparse
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from deploy.embedded.home import Home
from services.audit.publishing import serving
from services.audit.publishing.verifying import VKEYS, NothingBefore, folder_faults, keys_in
from services.audit.store import checkpoint_signer
from services.audit.transparency.note import NotANote, key_of
from services.audit.transparency.verifying import Fault
from services.eventlog.keyring import opened
from services.eventlog.settings import read_settings

FAULTS_SHOWN_MAX: Final = 50
ALTERED: Final = 1
UNREADABLE: Final = 2
POLICY_UNMET: Final = 3


def command_log_export(home: Home, arguments: argparse.Namespace) -> int:
    """Copies what is published, then verifies the copy; needs nothing that runs: the files are all there is."""
    given = {"JIUZHU_KAFKA": "-", "JIUZHU_POSTGRES_URL": "-", "JIUZHU_KEYRING": str(home.keyring)}
    settings = read_settings({**os.environ, **given, "JIUZHU_TRANSPARENCY": str(home.transparency)}, port=0)
    if not home.transparency.is_dir():
        print("透明日志还没有任何文件 / the transparency log has no files yet", file=sys.stderr)
        return 1
    with opened(home.keyring) as keyring:
        names = sorted(path.name for path in home.transparency.iterdir() if path.is_dir() and path.name[0] != ".")
        signer = checkpoint_signer(keyring)
    vkeys = [signer.key(f"{settings.log_name}/{name}").vkey for name in names]
    try:
        sizes = serving.export(home.transparency, arguments.directory, vkeys)
    except FileExistsError:
        print(f"{arguments.directory} 不是空目录 / is not empty", file=sys.stderr)
        return 2
    except serving.NotTogether as moving:
        print(str(moving), file=sys.stderr)
        return 1
    for name, size in sizes.items():
        print(f"{name:>6} {size}")
    print(f"已导出到 {arguments.directory} / exported")
    return _told(folder_faults(arguments.directory, keys_in(arguments.directory)))


def command_log_verify(_: Home, arguments: argparse.Namespace) -> int:
    """0 whole, 1 altered, 2 unreadable, 3 too few cosignatures."""
    folder: Path = arguments.directory
    try:
        keys = keys_in(folder if arguments.vkeys is None else arguments.vkeys)
        witnesses = [key_of(line) for line in _lines(arguments.witnesses)]
        wanted = len(witnesses) if arguments.wanted is None else arguments.wanted
        faults = folder_faults(folder, keys, before=arguments.before)
        unmet = [] if faults else folder_faults(folder, keys, witnesses=witnesses, wanted=wanted)
    except (OSError, NotANote, NothingBefore, UnicodeDecodeError) as error:
        print(f"无法读取 / unreadable: {error}", file=sys.stderr)
        return UNREADABLE
    if not arguments.vkeys:
        print(
            f"公钥取自目录本身（{VKEYS}），请与从别处得到的核对 / the keys are the folder's own: compare them with others"
        )
    return _told(faults) or (POLICY_UNMET if _told(unmet) else 0)


def _lines(path: Path | None) -> list[str]:
    return [] if path is None else [line for line in path.read_text(encoding="utf-8").splitlines() if line]


def _told(faults: Iterable[Fault]) -> int:
    found = list(faults)
    for fault in found[:FAULTS_SHOWN_MAX]:
        print(f"{fault}", file=sys.stderr)
    print(f"不符 {len(found)} 处 / {len(found)} faults" if found else "全部相符 / everything verifies")
    return ALTERED if found else 0


def add_commands(exported: argparse.ArgumentParser, verified: argparse.ArgumentParser) -> None:
    """The arguments of both."""
    exported.add_argument("directory", type=Path)
    verified.add_argument("directory", type=Path)
    verified.add_argument("--vkeys", type=Path, help="另行取得的公钥所在目录 / a folder with keys got elsewhere")
    verified.add_argument("--witnesses", type=Path, help="见证人公钥，每行一个 / witness keys, one a line")
    verified.add_argument(
        "--wanted",
        type=int,
        help="须联署的见证人数（默认：全部所给见证人）/ cosignatures wanted (all whose keys are given)",
    )
    verified.add_argument("--before", type=Path, help="先前导出的目录 / a folder exported earlier")
