"""Files that are either as they were or as they should be, never in between."""

import os
from pathlib import Path


def replace(path: Path, content: bytes) -> None:
    """Writes beside the file, waits until the disk has it, then takes the file's place."""
    beside = path.with_name(path.name + ".part")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
