"""Every limit of the server: its name, unit, what it is for, and its value on one's own machine and in a room.

`/api/limits` publishes the column that is in force; docs/limits.md shows both. A limit is set by the environment
variable CONVOSCOPE_LIMITS__NAME, for example CONVOSCOPE_LIMITS__IMAGE_BYTES=1000.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

KiB, MiB, GiB = 1 << 10, 1 << 20, 1 << 30


def _limit(own: int, unit: str, what: str, public: int | None = None) -> Any:
    """A row: the value on one's own machine, and with `--public` where that is another one."""
    extra: JsonDict = {"unit": unit, "public": own if public is None else public}
    return Field(default=own, ge=1, description=what, json_schema_extra=extra)


class Limits(BaseModel):
    """The limits. Each row names what is refused beyond it, or what it bounds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    image_bytes: int = _limit(10 * MiB, "bytes", "Largest picture file that is taken.")
    image_pixels: int = _limit(16_000_000, "pixels", "Largest PNG, WebP, GIF or BMP picture, width times height.")
    image_pixels_jpeg: int = _limit(50_000_000, "pixels", "Largest JPEG picture; it can be decoded at a smaller scale.")
    image_side: int = _limit(16_384, "pixels", "Longest side of a picture.")
    image_stored_side: int = _limit(2_048, "pixels", "A picture with a longer side is shrunk to this one.", 1_024)
    decode_seconds: int = _limit(5, "seconds", "Processor time for decoding one picture.")
    decode_memory: int = _limit(768 * MiB, "bytes", "Memory of the process that decodes one picture.")
    decodes_at_once: int = _limit(2, "processes", "Pictures decoded at the same time; more wait.")
    network_bytes: int = _limit(GiB, "bytes", "Largest network file that is taken.", 64 * MiB)
    network_nodes: int = _limit(20_000, "nodes", "Most nodes of a network.", 2_000)
    network_parameters: int = _limit(300_000_000, "numbers", "Most weights of a network.", 64_000_000)
    network_activations: int = _limit(2 * GiB, "bytes", "All activations of a network on one picture.", 256 * MiB)
    network_macs: int = _limit(
        100_000_000_000, "multiply-accumulates", "Most work of a network on one picture.", 2_000_000_000
    )
    network_seconds: int = _limit(60, "seconds", "Processor time for reading one network file.", 10)
    network_memory: int = _limit(8 * GiB, "bytes", "Memory of the process that reads one network file.", GiB)
    networks_at_once: int = _limit(1, "processes", "Network files read at the same time; more wait.")
    body_bytes: int = _limit(256 * KiB, "bytes", "Largest request body that is no picture and no network.")
    header_bytes: int = _limit(16 * KiB, "bytes", "Largest request line with headers.")
    list_length: int = _limit(64, "names", "Longest list in a query, such as nodes=conv1,relu1.")
    windows: int = _limit(256, "windows", "Most steps of a sliding window in one answer.")
    input_side: int = _limit(2_048, "pixels", "Longest side of an input that an address asks for, as size=64x96.")
    batch: int = _limit(64, "pictures", "Most pictures of one batch.")
    edits: int = _limit(64, "changes", "Most what-if changes of one address.")
    steps: int = _limit(200, "steps", "Most training steps of one address.", 50)
    step_products: int = _limit(
        10_000_000_000, "products", "Multiplications forward of all training steps together.", 2_000_000_000
    )
    convolve_input: int = _limit(1_024, "numbers", "Largest input of the sandbox's convolution.")
    convolve_kernel: int = _limit(512, "numbers", "Largest kernel of the sandbox's convolution, all filters together.")
    convolve_products: int = _limit(20_000, "products", "Multiplications of all of the sandbox's windows together.")
    convolve_frames: int = _limit(200, "frames", "Longest moving picture of the sandbox.")
    at_once: int = _limit(4, "requests", "Requests that are worked on at the same time; more wait.")
    queue_length: int = _limit(200, "requests", "Requests that wait; more are refused.", 600)
    queue_seconds: int = _limit(10, "seconds", "Longest wait that a request may expect; else it is refused.", 2)
    uploads_at_once: int = _limit(32, "files", "Files that are on their way here at the same time; more are refused.")
    head_seconds: int = _limit(10, "seconds", "Time for a request's line and headers to come.")
    body_seconds: int = _limit(600, "seconds", "Time for a request's body to come, or for an answer to go.", 120)
    connections: int = _limit(4_000, "connections", "Open connections; more are refused.")
    half_open: int = _limit(
        500,
        "connections",
        "Connections whose request has not come as a whole; for one more, that which was silent longest is closed.",
    )
    keep_alive_seconds: int = _limit(5, "seconds", "An idle connection is closed after this time.", 15)
    images_memory: int = _limit(256 * MiB, "bytes", "Memory for uploaded pictures; the least recently used goes first.")
    networks_memory: int = _limit(
        4 * GiB, "bytes", "Memory for opened networks; the least recently used goes first.", 512 * MiB
    )
    answers_memory: int = _limit(
        64 * MiB, "bytes", "Memory for answers as sent; the least recently used is made again."
    )
    results_memory: int = _limit(
        512 * MiB,
        "bytes",
        "Memory for traces, gradients and previews; the least recently used is computed again.",
        192 * MiB,
    )

    student_bytes: int = _limit(
        4 * GiB, "bytes", "Uploads of one person that are kept; the least recently used goes first.", 200 * MiB
    )
    store_bytes: int = _limit(10 * GiB, "bytes", "Uploads of all people together; more are refused.")
    disk_free: int = _limit(100 * MiB, "bytes", "What uploads leave free on the disk.", 500 * MiB)
    upload_days: int = _limit(365, "days", "An upload that was not used for so long is forgotten.", 30)

    @classmethod
    def in_force(cls, public: bool, given: "Limits") -> "Limits":
        """The column for one's own machine or for a room, with those limits that were set by hand."""
        if not public:
            return given
        column = {name: value_in_public(name) for name in cls.model_fields}
        return cls(**{**column, **{name: getattr(given, name) for name in given.model_fields_set}})


def rows(limits: Limits) -> list[dict[str, Any]]:
    """The table as it is published: name, value, unit, what."""
    return [
        {"name": name, "value": getattr(limits, name), "unit": unit(name), "what": field.description}
        for name, field in Limits.model_fields.items()
    ]


def unit(name: str) -> str:
    """The unit of a limit."""
    return str(_extra(name)["unit"])


def value_in_public(name: str) -> int:
    """The value of a limit with `--public`, where nothing else was set."""
    return int(str(_extra(name)["public"]))


def _extra(name: str) -> dict[str, Any]:
    extra = Limits.model_fields[name].json_schema_extra
    assert isinstance(extra, dict)
    return extra
