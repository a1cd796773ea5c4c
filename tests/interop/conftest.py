"""Builds the outside programs once a session, where there is Go."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.interop.outside import BUILD_SECONDS, MODULE, TOOLS


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the built programs. Skips only where there is no Go; a build that fails is a failure."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("没有 go 命令，外部验证程序未运行 / no `go` on this machine: the outside verifiers were not run")
    folder = tmp_path_factory.mktemp("outside")
    built = subprocess.run(
        [go, "build", "-o", f"{folder}/", *TOOLS], cwd=MODULE, capture_output=True, text=True, timeout=BUILD_SECONDS
    )
    if built.returncode:
        raise AssertionError(
            "外部验证程序无法编译（Go 模块下载失败？） / the outside verifiers could not be built; where the Go "
            f"modules of tests/interop/verifier cannot be downloaded, take `go` off PATH to skip them:\n{built.stderr}"
        )
    return folder
