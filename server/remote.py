"""Files behind a URL, by fsspec: for several machines that share one store, on s3:// for example.

There is no linking and no locking there. A file is made by one conditional request (S3: `If-None-Match: *`), so of two
who make it at once one does, and what is there is there as a whole; what has the name of its content is the same
whoever made it. Time is that of the place: whatever the clocks of the machines say, all of them count the same.
"""

import importlib.util
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Any

S3: dict[str, Any] = {
    "config_kwargs": {"connect_timeout": 5, "read_timeout": 10, "retries": {"max_attempts": 2, "mode": "standard"}}
}
"""So that who waits for a place that is away is told so soon."""


class Remote:
    """Files behind a URL. How long they last is what that place promises."""

    unwanted_seconds = 3600.0

    def __init__(self, url: str) -> None:
        if importlib.util.find_spec("fsspec") is None:
            raise SystemExit("A store behind a URL needs fsspec: pip install 'convoscope[store]'.")
        import fsspec

        self.fs: Any
        try:
            self.fs, self.root = fsspec.core.url_to_fs(url, **(S3 if url.startswith("s3://") else {}))
        except ImportError as error:
            raise SystemExit(f"The store at {url.partition('://')[0]}:// needs a package: {error}") from None
        if url.startswith("s3://"):
            self.fs.retries = 2

    def at(self, name: str) -> str:
        """The place of a name."""
        return f"{self.root.rstrip('/')}/{name}"

    def read(self, name: str) -> bytes | None:
        """The bytes, None when there is no such file. Raises OSError when the place does not answer."""
        with answering():
            try:
                return bytes(self.fs.cat_file(self.at(name)))
            except FileNotFoundError:
                return None

    def create(self, name: str, data: bytes) -> bool:
        """Makes the file, and says whether it was not there. Raises OSError when the place does not answer."""
        with answering():
            try:
                self.fs.pipe_file(self.at(name), data, mode="create")
            except FileExistsError:
                return False
            return True

    def content(self, name: str, data: bytes) -> bool:
        """Makes a file whose name says what is in it. It is written even where it is: so it is new to a sweep."""
        self.replace(name, data)
        return True

    def replace(self, name: str, data: bytes) -> None:
        """Makes the file, in the place of one that is damaged."""
        with answering():
            self.fs.pipe_file(self.at(name), data)

    def remove(self, name: str) -> None:
        """Forgets the file."""
        with answering(), suppress(FileNotFoundError):
            self.fs.rm_file(self.at(name))

    def names(self, folder: str) -> list[str]:
        """The names of the files below a folder."""
        with answering():
            self.fs.invalidate_cache()
            try:
                found = self.fs.find(self.at(folder))
            except FileNotFoundError:
                return []
            return [f"{folder}/{path.rpartition(f'{folder}/')[2]}" for path in found]

    def size(self, name: str) -> int:
        """Bytes of the file, 0 when there is none."""
        with answering(), suppress(FileNotFoundError):
            return int(self.fs.size(self.at(name)))
        return 0

    def used(self, name: str) -> float:
        """When the file was made, in seconds since 1970 as the place says; 0 when there is none."""
        with answering(), suppress(FileNotFoundError, NotImplementedError):
            return float(self.fs.modified(self.at(name)).timestamp())
        return 0

    def use(self, name: str, once_in: float = 0) -> None:
        """Notes nothing: that would cost a request for each look."""

    def now(self) -> float:
        """What time it is where the files are; 0 where files have no times, so that none is ever too old."""
        self.replace("clock", b"")
        return self.used("clock")

    def free(self) -> int | None:
        """Nobody knows."""
        return None

    def can_write(self) -> bool:
        """Whether the place takes a file."""
        try:
            self.replace("clock", b"")
        except OSError:
            return False
        return True

    def alone(self) -> AbstractContextManager[None]:
        """Nothing: behind a URL nobody can be kept out. So what is new is not swept."""
        return nullcontext()

    among_others = alone

    def tidy(self) -> None:
        """Nothing: what is not there as a whole is not there."""


@contextmanager
def answering() -> Iterator[None]:
    """Makes an OSError of whatever a place says that does not answer; each package has errors of its own."""
    try:
        yield
    except (OSError, NotImplementedError):
        raise
    except Exception as error:
        raise OSError(f"the place of the store does not answer: {type(error).__name__}") from error
