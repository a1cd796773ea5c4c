"""The running product with the small district played: what browser tests and the dashboards' benchmark stand on."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy import installation
from deploy.embedded.home import PROJECT_ROOT, open_home
from deploy.installation import Place
from tests.browser.small_district import write_small_district


@dataclass(kw_only=True)
class Product:
    """A running installation in sample mode, and how to sign in to it."""

    home: Path
    url: str = ""
    password: str = ""

    @property
    def place(self) -> Place:
        """Where its stores and processes are."""
        found = installation.locate(open_home(self.home))
        assert found is not None
        return found

    def jiuzhu(self, *arguments: str) -> str:
        """Run the command as a person would; it must exit 0. Its standard output."""
        done = subprocess.run(
            [sys.executable, "-m", "deploy.cli", *arguments], env={**os.environ, "JIUZHU_HOME": str(self.home)},
            cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@contextmanager
def running_product(folder: Path) -> Iterator[Product]:
    """The whole product as real processes, with a small district's year of pay and month of cases played."""
    running = Product(home=folder / "home")
    try:
        running.jiuzhu("up", "--sample", "--ports", "auto")
        told = running.jiuzhu("feed", "--district", str(write_small_district(folder / "district")), "--seed", "1")
        (line,) = [line for line in told.splitlines() if line.startswith("密码 password")]
        running.password = line.rpartition(": ")[2]
        running.url = f"http://127.0.0.1:{running.place.ports.portal}"
        yield running
    finally:
        subprocess.run(
            [sys.executable, "-m", "deploy.cli", "down"], env={**os.environ, "JIUZHU_HOME": str(running.home)},
            cwd=PROJECT_ROOT, capture_output=True, check=False,
        )  # fmt: skip
        # Where the account that PostgreSQL runs by could not reach the home, its data lie elsewhere.
        elsewhere = open_home(running.home).read_state().get("postgres_place")
        for place in (running.home, *([Path(elsewhere)] if elsewhere else [])):
            shutil.rmtree(place, ignore_errors=True)
