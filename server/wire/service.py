"""What the server says of itself: its limits, how far a computation is, what went wrong."""

from convoscope.server.wire.base import Wire


class LimitView(Wire):
    name: str
    value: int
    unit: str
    what: str


class LimitList(Wire):
    limits: list[LimitView]


class RoomView(Wire):
    link: str


class ProgressView(Wire):
    share: float | None


class ProblemView(Wire):
    type: str
    title: str
    status: int
    code: str
    detail: str
    limit: int | None = None
    value: int | None = None
    request_id: str

    def body(self) -> bytes:
        """The body as bytes; `limit` and `value` only where the problem has them."""
        return self.__pydantic_serializer__.to_json(self, exclude_none=True)
