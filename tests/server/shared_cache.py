"""A cache that several people share, such as a school's proxy: it keeps all that RFC 9111 lets it keep."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from tests.server.inside import Answer

Ask = Callable[[str, str, bytes, Mapping[str, str]], Answer]
HEURISTIC = (200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501)
"""RFC 9110, 15.1: answers that may be kept although nothing says for how long."""
EXPLICIT = ("public", "max-age", "s-maxage", "must-revalidate")


class Stored(NamedTuple):
    """An answer that was kept, and what was asked."""

    answer: Answer
    asked: Mapping[str, str]


class SharedCache:
    """Between people and a server. stored: by address. It knows nobody by cookie, as HTTP has none for caches."""

    def __init__(self, ask: Ask) -> None:
        self.ask, self.stored = ask, dict[str, list[Stored]]()

    def get(self, path: str, headers: Mapping[str, str]) -> Answer:
        """What somebody gets: from the server, or what somebody else got, where that is allowed (section 4)."""
        for kept in self.stored.get(path, []):
            if not same(kept, headers):
                continue
            if "no-cache" not in directives(kept.answer):
                return kept.answer
            again = self.ask("GET", path, b"", {**headers, "if-none-match": kept.answer.headers.get("etag", '""')})
            return kept.answer if again.status == 304 else again
        answer = self.ask("GET", path, b"", headers)
        if may_store(answer, headers):
            self.stored.setdefault(path, []).append(Stored(answer, headers))
        return answer


def directives(answer: Answer) -> list[str]:
    """The words of Cache-Control."""
    return [part.strip().partition("=")[0] for part in answer.headers.get("cache-control", "").lower().split(",")]


def may_store(answer: Answer, asked: Mapping[str, str]) -> bool:
    """Section 3: whether a cache that several people share may keep it."""
    said = directives(answer)
    if "no-store" in said or "private" in said or answer.status in (206, 304) or answer.status < 200:
        return False
    if "authorization" in asked and not {"public", "s-maxage", "must-revalidate"} & set(said):
        return False
    return answer.status in HEURISTIC or bool(set(EXPLICIT) & set(said)) or "expires" in answer.headers


def same(kept: Stored, headers: Mapping[str, str]) -> bool:
    """Section 4.1: whether what Vary names is the same in both."""
    names = [name.strip().lower() for name in kept.answer.headers.get("vary", "").split(",") if name.strip()]
    return "*" not in names and all(kept.asked.get(name) == headers.get(name) for name in names)
