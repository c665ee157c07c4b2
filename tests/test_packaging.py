"""What a user installs: the wheel, built from the sdist, holds all of the program and nothing beside it."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from tests.live import live_server
from tests.tree import ROOT, text, tracked

SHIPPED = ("engine/", "server/", "static/", "templates/")  # each is a folder of convoscope/ in the wheel
OUTSIDE = ("tests/", "benchmarks/", "docs/", "dev.py", "package.json", "tsconfig.json", ".ci/")


class Installed(NamedTuple):
    sdist: Path
    wheel: Path  # built from the sdist
    direct: Path  # built from the tree, as `pip install .` does
    packages: Path  # site-packages
    bin: Path

    def run(self, program: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Runs one of its programs far from the repository, without the environment of this one."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        command = [str(self.bin / program), *arguments]
        return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The tracked files → sdist → unpacked → wheel → a fresh environment."""
    place = tmp_path_factory.mktemp("packaging")
    tree = place / "a tree"
    for path in tracked():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, tree / path)
    for link in ("engine", "server"):
        (tree / "convoscope" / link).symlink_to(f"../{link}")
    sdist = build("sdist", tree, place)
    call("tar", "-xf", sdist, cwd=place)
    wheel = build("wheel", place / sdist.name.removesuffix(".tar.gz"), place)
    direct = build("wheel", tree, place / "direct")
    environment = place / "environment"
    venv.create(environment, with_pip=False, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(environment)}))
    python = environment / "bin/python"
    install = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index", "--no-deps", wheel)
    call(*install, cwd=place)
    dependencies = sysconfig.get_path("purelib")  # after ours, and without this checkout's own .pth file
    (packages / "dependencies.pth").write_text(f"{dependencies}\n")
    return Installed(sdist, wheel, direct, packages, environment / "bin")


def build(kind: str, tree: Path, out: Path) -> Path:
    call(sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", out / kind, cwd=tree)
    (made,) = (out / kind).iterdir()
    return made


def call(*command: object, cwd: Path) -> None:
    done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def files(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_the_wheel_holds_exactly_the_files_of_the_tree(installed: Installed) -> None:
    expected = {f"convoscope/{path}" for path in tracked() if path.startswith(SHIPPED)}
    expected |= {"convoscope/__init__.py", "convoscope/py.typed"}
    assert files(installed.wheel) == expected
    assert files(installed.direct) == expected


@pytest.mark.parametrize("pattern", ["engine/layers/*.py", "server/*.py", "static/*.js", "templates/*.html"])
def test_every_part_of_the_house_is_in_the_wheel(installed: Installed, pattern: str) -> None:
    assert [file for file in files(installed.wheel) if Path(file).match(f"convoscope/{pattern}")]


def test_every_file_comes_out_as_it_went_in(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as archive:
        changed = [
            path
            for path in tracked()
            if path.startswith(SHIPPED) and archive.read(f"convoscope/{path}") != (ROOT / path).read_bytes()
        ]
    assert not changed


def test_nothing_but_convoscope_lands_in_site_packages(installed: Installed) -> None:
    names = {path.name for path in installed.packages.iterdir()} - {"dependencies.pth"}
    assert {name for name in names if not name.startswith("convoscope-")} == {"convoscope"}
    assert not (installed.packages / "convoscope/convoscope").exists()


def test_the_sdist_holds_what_it_takes_to_test_it(installed: Installed) -> None:
    with tarfile.open(installed.sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
        assert not [member.name for member in archive if member.issym() or member.islnk()]
    missing = {path for path in tracked() if path.startswith((*SHIPPED, *OUTSIDE)) and path not in names}
    assert not missing


def test_the_engine_is_imported_from_the_wheel_wherever_one_stands(installed: Installed, tmp_path: Path) -> None:
    program = "import convoscope.engine; from convoscope.engine import Network; print(convoscope.engine.__file__)"
    for place in (tmp_path, ROOT):
        isolated = installed.run("python", "-I", "-c", program, cwd=place)
        assert isolated.stdout.strip() == str(installed.packages / "convoscope/engine/__init__.py"), isolated.stderr


def test_there_is_no_top_level_engine_or_server(installed: Installed, tmp_path: Path) -> None:
    for name in ("engine", "server", "static", "templates"):
        done = installed.run("python", "-I", "-c", f"import {name}", cwd=tmp_path)
        assert f"No module named '{name}'" in done.stderr


def test_the_command_explains_itself(installed: Installed, tmp_path: Path) -> None:
    done = installed.run("convoscope", "--help", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "--no-browser" in done.stdout


def test_the_installed_command_serves_the_whole_page(installed: Installed, tmp_path: Path) -> None:
    with live_server(tmp_path, [str(installed.bin / "convoscope")]) as live, httpx.Client(base_url=live.url) as client:
        page = client.get("/")
        assert page.headers["content-type"].startswith("text/html")
        parts = re.findall(r"""(?:src|href)="(/[^"#?]+)""", page.text)
        assert any(part.endswith(("main.js", "main.pack.js")) for part in parts)
        assert {part: client.get(part).status_code for part in parts} == dict.fromkeys(parts, 200)


def test_one_version_is_told_everywhere(installed: Installed, tmp_path: Path) -> None:
    (version,) = [line.split('"')[1] for line in text("convoscope/__init__.py").splitlines() if "__version__" in line]
    assert installed.wheel.name == f"convoscope-{version}-py3-none-any.whl"
