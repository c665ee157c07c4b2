"""Everything a newcomer needs, from a fresh clone, with Python and pip alone.

    python3 dev.py run     open Convoscope      (add --no-browser, --port 9000, or model.onnx photo.jpg)
    python3 dev.py test    run every test       (add -k window, tests/laws, or any other option of pytest)
    python3 dev.py check   format, lint, types and laws, as before a commit        (add --fix to repair)
    python3 dev.py bench   measure bytes, milliseconds and frames
    python3 dev.py soak    hours of load, wrong files and kills  (docs/reliability.md has what came of it)

Each command first makes what it needs in `.venv`; next time there is nothing to make. Standard library only.
"""

import ctypes.util
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
USER, DEVELOPER = "imagenet", "imagenet,test"  # the extras of pyproject.toml that each needs
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BROWSER_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NO_BROWSER = """No browser for the browser tests. To get one, do one of these:
    apt-get install chromium libatomic1              (Debian, as root)
    .venv/bin/python -m playwright install chromium  (anywhere)
    export CONVOSCOPE_CHROMIUM=/path/to/chrome       (you have one that was not found)"""


def say(line: str) -> None:
    print(line, flush=True)


def status(*command: object) -> int:
    """The exit status of a command run in the repository."""
    return subprocess.call([str(word) for word in command], cwd=str(ROOT))


def output(*command: object) -> str:
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True).stdout.strip()


def read(file: Path) -> str:
    return file.read_text() if file.exists() else ""


def wait_for(lock: IO[str]) -> None:
    """Two commands started together must not write the same .venv: the second waits for the first."""
    if os.name != "nt":
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX)


def set_up(extras: str) -> None:
    """Makes .venv hold this project with these extras, unless it does already."""
    import tomllib  # not in the Pythons that main() refuses

    made_by = f"{sys.version} in {ROOT}"
    recipe = repr(tomllib.loads(read(ROOT / "pyproject.toml"))["project"])
    stamps = [VENV / f"installed-{name}" for name in (USER, DEVELOPER) if name.startswith(extras)]
    with Path(__file__).open() as lock:
        wait_for(lock)
        whole = PYTHON.exists() and not (VENV / "installing").exists() and read(VENV / "made-by") in ("", made_by)
        if whole and recipe in map(read, stamps):
            return
        if not whole:
            say("Making .venv")
            venv.create(str(VENV), clear=True, symlinks=os.name != "nt", with_pip=False)
        (VENV / "made-by").write_text(made_by)
        install(extras)
        stamps[0].write_text(recipe)


def install(extras: str) -> None:
    say("Installing Convoscope and what it needs into .venv (once; about a minute on a home line)")
    installing = VENV / "installing"
    installing.touch()
    failed = status(*pip(), "install", "--quiet", "--disable-pip-version-check", "--editable", f".[{extras}]")
    installing.unlink()  # not reached when killed: the next start then begins with an empty .venv
    if failed:
        sys.exit("The installation failed; pip says why, above. Is there a network? Then try again.")


def pip() -> "tuple[object, ...]":
    """The pip of the Python that runs this, or a new one in .venv: a system may have just one of the two."""
    if importlib.util.find_spec("pip"):
        version = output(sys.executable, "-c", "import pip; print(pip.__version__)").split(".")
        if (int(version[0]), int(version[1])) >= (22, 3):  # the first with `--python`
            return sys.executable, "-m", "pip", "--python", PYTHON
    if importlib.util.find_spec("ensurepip") and not status(PYTHON, "-m", "ensurepip", "--default-pip"):
        return PYTHON, "-m", "pip"
    get = "apt-get install python3-pip" if shutil.which("apt-get") else f"{sys.executable} -m ensurepip"
    sys.exit(f"pip 22.3 or newer is missing. Get it with\n    {get}\nand run this again.")


def browser() -> str:
    """Where the system's Chromium is; nothing where only Playwright may have one."""
    return os.environ.get("CONVOSCOPE_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), "")


def has_browser() -> bool:
    """Whether there is a Chromium, and on Linux the library that Playwright's driver needs to start it."""
    if sys.platform == "linux" and not ctypes.util.find_library("atomic"):
        return False
    if browser():
        return True
    ask = "from playwright.sync_api import *\nwith sync_playwright() as p: print(p.chromium.executable_path)"
    return Path(output(PYTHON, "-c", ask) or "nowhere").is_file()


def get_browser() -> None:
    """The system's Chromium, or Debian's, or Playwright's. With none, tests/conftest.py skips or fails."""
    if has_browser():
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        say("Installing a browser for the tests: apt-get install chromium")
        os.environ["DEBIAN_FRONTEND"] = "noninteractive"
        apt = ("apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300")
        packages = ("chromium", "fonts-dejavu-core", "libatomic1")
        status(*apt, "update")
        status(*apt, "install", "-y", "--no-install-recommends", *packages)
    if not has_browser():
        say("Downloading a browser for the tests: playwright install chromium")
        status(PYTHON, "-m", "playwright", "install", "chromium")
    if not has_browser():
        say(NO_BROWSER)


def javascript_types() -> int:
    """Checks the JSDoc types of static/ with TypeScript, which npm brings when the lock file has changed."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm or int(output(node, "--version").lstrip("v").split(".")[0]) < 20:
        say("skipped: there is no Node.js 20 or newer")
        return 0
    lock, stamp = read(ROOT / "package-lock.json"), ROOT / "node_modules" / "installed"
    if read(stamp) != lock:
        if status(npm, "ci", "--silent"):
            return 1
        stamp.write_text(lock)
    return status(node, "node_modules/typescript/bin/tsc", "--project", ".")


def run(*arguments: str) -> int:
    set_up(USER)
    command = [str(PYTHON), "-m", "convoscope.server", *arguments]
    if os.name == "nt":
        return subprocess.call(command)
    os.execv(command[0], command)  # the server takes the place of this process: Ctrl-C and kill reach it


def test(*arguments: str) -> int:
    set_up(DEVELOPER)
    get_browser()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # the tests start a hundred Pythons: one may compile for all
    report = VENV / "test-report.xml"
    report.unlink(missing_ok=True)
    together = () if any(a.startswith("-n") for a in arguments) else ("-n", "auto", "--dist", "worksteal")
    failed = status(PYTHON, "-m", "pytest", f"--junit-xml={report}", *together, *arguments)
    suite = ET.parse(str(report)).find("testsuite") if report.exists() else None
    if suite is None:
        say(f"0 passed, 1 failed, 0 skipped: pytest itself ended with status {failed}, before any test")
        return failed or 1
    ran, error, fail, skip = (int(suite.get(name, 0)) for name in ("tests", "errors", "failures", "skipped"))
    say(f"{ran - error - fail - skip} passed, {error + fail} failed, {skip} skipped")
    return failed


def check(*arguments: str) -> int:
    set_up(DEVELOPER)
    fix = "--fix" in arguments
    steps = {
        "format": (PYTHON, "-m", "ruff", "format", "--quiet" if fix else "--check"),
        "lint": (PYTHON, "-m", "ruff", "check", "--fix" if fix else "--no-fix"),
        "Python types": (PYTHON, "-m", "mypy"),
        "JavaScript types": (),
        "laws": (PYTHON, "-m", "pytest", "--quiet", "tests/laws"),
    }
    wrong = []
    for name, command in steps.items():
        say(f"-- {name}")
        if status(*command) if command else javascript_types():
            wrong.append(name)
    say("Not right yet: " + ", ".join(wrong) if wrong else "All is well.")
    return 1 if wrong else 0


def bench(*arguments: str) -> int:
    set_up(DEVELOPER)
    get_browser()
    return status(PYTHON, "-m", "benchmarks", *arguments)


def soak(*arguments: str) -> int:
    set_up(DEVELOPER)
    os.environ |= {"CONVOSCOPE_KILLS": "1000", "CONVOSCOPE_SEQUENCES": "2000"}
    writers = (PYTHON, "-m", "pytest", "--quiet", "-k", "kill_at_any_moment", "tests/server/test_uploads_last.py")
    parts = {
        "load": (PYTHON, "-m", "benchmarks.load", "--long"),
        "api": (PYTHON, "-m", "benchmarks.api"),
        "refusals": (PYTHON, "-m", "benchmarks.refusals"),
        "unplugged": (PYTHON, "-m", "benchmarks.unplugged"),
        "kills": (PYTHON, "-m", "benchmarks.kills"),
        "writers": writers,
        "students": (PYTHON, "-m", "pytest", "--quiet", "-n", "0", "tests/server/test_students.py"),
        "faults": (PYTHON, "-m", "benchmarks.faults"),
        "s3": (PYTHON, "-m", "pytest", "--quiet", "tests/load/long_machines.py"),
        "mutants": (PYTHON, "-m", "benchmarks.mutants"),
    }
    unknown = [name for name in arguments if name not in parts]
    if unknown:
        sys.exit(f"There is no soak of {unknown[0]!r}, only of {', '.join(parts)}; without a name, of all.")
    return max([status(*parts[name]) for name in arguments or parts])


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 -- this file alone may meet an older Python
        have = ".".join(str(part) for part in sys.version_info[:3])
        newer = next(filter(shutil.which, ("python3.14", "python3.13", "python3.12", "python3.11")), "")
        get = f"Try: {newer} dev.py run" if newer else "Get a newer one from your system or python.org."
        sys.exit(f"Convoscope needs Python 3.11 or newer; this is {have} ({sys.executable}). {get}")
    commands = {"run": run, "test": test, "check": check, "bench": bench, "soak": soak}
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        print(__doc__)
        return 0 if sys.argv[1:] in (["-h"], ["--help"]) else 2
    try:
        return commands[sys.argv[1]](*sys.argv[2:])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
