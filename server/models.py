"""Networks that people bring: a file → a model, read in a process of its own under limits.

    file ──▶ models_child (time, memory and files bounded) ──▶ our own safetensors file ──▶ Model

What the file leaves open is filled in here: how pixels become numbers is guessed from the input's shape, and names of
classes that do not fit are left out; both are said in the model's notes.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

from convoscope import engine
from convoscope.engine.formats.report import FileNode, Unsupported
from convoscope.server.errors import CODES, Problem
from convoscope.server.inputs import suggested
from convoscope.server.library import Model, network_id
from convoscope.server.limits import Limits
from convoscope.server.models_child import GIVEN, READ, onnx_limits
from convoscope.server.reading import Ended, Helpers
from convoscope.server.store import content_id
from convoscope.server.viewmodel.network import blank_trace

LONGEST_TITLE, LONGEST_LABEL = 60, 200
KNOWN = (
    (b"PK\x03\x04", "This is an archive. (A PyTorch checkpoint is one, too.)"),
    (b"\x1f\x8b", "This is a compressed file."),
    (b"\x80\x02", "This is a Python pickle, as older PyTorch checkpoints are; reading one would run code from it."),
    (b"\x89HDF", "This is an HDF5 file, as Keras writes it."),
    (b"\x89PNG", "This is a picture."),
    (b"\xff\xd8\xff", "This is a picture."),
    (b"GIF8", "This is a picture."),
)
"""What people take for a network file, by its first bytes."""
EXPORT = "Export the network as ONNX: torch.onnx.export(model, example, 'model.onnx') or tf2onnx."


class Reader:
    """Reads network files. keeps: whether a process stays ready for the next one."""

    def __init__(self, limits: Limits, keeps: bool = False) -> None:
        self.limits, self.helpers = limits, Helpers(limits, keeps)
        self.failures = 0
        """How often a process of ours ended before it had done its work."""

    def model(self, folder: Path, title: str, gone: Event | None = None) -> Model:
        """The model in the file `given` of this folder, which is otherwise empty.

        title: what a person calls it, a file's name. gone: set when nobody waits any more. Raises Problem.
        """
        with (folder / GIVEN).open("rb") as file:
            refuse_others(file.read(8))
        said = self._read(folder, gone or Event())
        if "refused" in said:
            raise self._refused(*said["refused"])
        network = engine.load_safetensors(folder / READ, limits=onnx_limits(self.limits.model_dump()))
        return brought(replace(network, report=report_of(said["report"])), title)

    def _read(self, folder: Path, gone: Event) -> dict[str, Any]:
        """What the process says that reads the file. Raises Problem when it was ended."""
        try:
            return self.helpers.read(folder, gone)
        except Ended as ended:
            raise self._ended(ended.slow, gone.is_set()) from ended

    def _ended(self, slow: bool, gone: bool) -> Problem:
        if gone:
            return Problem("busy", "Reading the network was stopped, since nobody waited for it.")
        self.failures += 1
        if slow:
            seconds = self.limits.network_seconds
            detail = f"Reading the network took more than {seconds} seconds. Open a smaller one."
            return Problem("network_too_slow", detail, limit=seconds)
        return Problem("network_crashed", "The network crashed its reader. Export it anew as ONNX.")

    def _refused(self, code: str, detail: str, most: int | None, value: int | None) -> Problem:
        if code == "network_memory":
            limit = self.limits.network_memory
            return Problem("model_too_large", f"Reading the network takes more than {limit} bytes.", limit=limit)
        if code == "bad_format":
            return Problem("network_corrupt", f"The file is damaged, or no ONNX network: {detail} {EXPORT}")
        return Problem(code if code in CODES else "engine_error", detail, limit=most, value=value)


def refuse_others(start: bytes) -> None:
    """Raises Problem for files that are known to be something else."""
    what = next((what for sign, what in KNOWN if start.startswith(sign)), None)
    if not start:
        raise Problem("network_format", f"The file is empty. {EXPORT}")
    if what is not None:
        raise Problem("network_format", f"{what} {EXPORT}")


def report_of(said: Mapping[str, Any] | None) -> engine.Report | None:
    """The report that the child sent."""
    if said is None:
        return None
    return engine.Report(
        producer=said["producer"],
        opset=said["opset"],
        unsupported=tuple(Unsupported(**{**node, "inputs": tuple(node["inputs"])}) for node in said["unsupported"]),
        beyond=tuple(FileNode(**{**node, "inputs": tuple(node["inputs"])}) for node in said["beyond"]),
        folded=tuple(said["folded"]),
        renamed=said["renamed"],
        widened=tuple(said["widened"]),
        notes=tuple(said["notes"]),
    )


# -- what a file leaves open


def brought(network: engine.Network, title: str) -> Model:
    """A person's network as a model, with preprocessing and labels that fit. Raises Problem if it reads no picture."""
    channels, *_ = picture_shape(network)
    whole, notes = with_whole_constants(network), list(network.report.notes if network.report else ())
    lost = next((n for n in whole.nodes if not whole.shapes[n.name]), None)
    if lost is not None:
        detail = f"Node {lost.name!r} ({lost.layer.kind}) gives one number for all pictures, without an axis for each."
        raise Problem("network_inputs", detail)
    empty = next((name for name, shape in whole.shapes.items() if 0 in shape), None)
    if empty is not None:
        raise Problem("network_inputs", f"{empty!r} has the shape {whole.shapes[empty]}, which holds no number.")
    how, wrong = own_preprocessing(whole, channels)
    labels, misfit = own_labels(whole)
    notes += filter(None, (wrong, misfit))
    whole = replace(whole, preprocessing=how or suggested(whole), labels=labels)
    named = called(title) or called(network.name) or "Your network"
    content = content_id(network_id(whole).encode(), named.encode(), repr((notes, how is None)).encode())
    return Model(content, named, whole, content, own=True, notes=tuple(notes), guessed=how is None)


def with_whole_constants(network: engine.Network) -> engine.Network:
    """The network with as many axes in its constants as in what they are combined with: a batch axis comes first."""
    ranks: dict[str, int] = {}
    for node in network.nodes:
        for name in node.inputs:
            ranks[name] = max(ranks.get(name, 0), len(network.shapes[node.name]))
    nodes, params = list(network.nodes), dict(network.params)
    for k, node in enumerate(nodes):
        shape = network.shapes[node.name]
        missing = ranks.get(node.name, len(shape)) - len(shape)
        if node.layer.kind == "constant" and missing > 0:
            whole = (1,) * missing + shape
            nodes[k] = replace(node, layer=engine.from_config({"kind": "constant", "shape": whole}))
            params[node.name] = {"value": network.params[node.name]["value"].reshape(whole)}
    return replace(network, nodes=tuple(nodes), params=params)


def own_preprocessing(network: engine.Network, channels: int) -> tuple[engine.Preprocessing | None, str]:
    """What the file says of it, if that can be done, and why it cannot."""
    how = network.preprocessing
    if how is None:
        return None, ""
    try:
        how.check(channels)
    except engine.errors.ConvoscopeError as error:
        return None, f"The file's own preprocessing was left out: {error}"
    if how.size != network.input_shape[1:]:
        return None, f"The file's own preprocessing was left out: it makes {how.size[0]} × {how.size[1]} pixels."
    return how, ""


def own_labels(network: engine.Network) -> tuple[tuple[str, ...], str]:
    """What the file calls the classes, if there are as many, and what is wrong with it."""
    labels, count = network.labels, classes(network)
    if labels and len(labels) != count:
        return (), f"The file's {len(labels)} labels were left out: the network tells {count or 'no'} classes apart."
    return tuple(name.encode("utf-8", "replace").decode()[:LONGEST_LABEL] for name in labels), ""


def picture_shape(network: engine.Network) -> tuple[int, int, int]:
    """Channels, rows and columns of the one picture that the network reads. Raises Problem."""
    told = ", ".join(f"{i.name} {network.shapes[i.name]}" for i in network.inputs[:4])
    if len(network.inputs) > 1:
        raise Problem(
            "network_inputs",
            f"The network reads {len(network.inputs)} inputs ({told}); Convoscope shows those that read one picture. "
            "Export it with the others fixed, or only the part that follows one of them.",
        )
    shape = network.input_shape
    if len(shape) != 3:
        raise Problem(
            "network_inputs", f"The network reads no picture: its input is {told}. A picture is (N, C, H, W)."
        )
    if shape[0] not in (1, 3):
        last = " It looks as if channels came last; export it with channels first." if shape[2] in (1, 3) else ""
        detail = f"The network reads {shape[0]} channels ({told}); a picture has 3, or 1 when it is grey.{last}"
        raise Problem("network_inputs", detail)
    return shape[0], shape[1], shape[2]


def classes(network: engine.Network) -> int | None:
    """How many classes the network tells apart; None where it does not end in one row of logits."""
    shape = network.shapes[blank_trace(network).logits]
    return shape[1] if len(shape) == 2 else None


def called(title: str) -> str:
    """A title as it is shown: printable, of one line, without the ending of a file."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in title).split())
    for ending in (".onnx", ".safetensors", ".json"):
        plain = plain.removesuffix(ending)
    return plain[:LONGEST_TITLE]


def labelled(model: Model, labels: tuple[str, ...]) -> Model:
    """The model with other names for its classes. Raises Problem when there are too few or too many."""
    count = classes(model.network)
    if count is None:
        detail = f"{model.title} has no classes to name: it does not end in one row of numbers."
        raise Problem("labels_do_not_fit", detail)
    if len(labels) != count:
        detail = (
            f"The file names {len(labels)} classes; {model.title} tells {count} apart. Give each one name, in order."
        )
        if len(labels) == count + 1:
            detail += " (Some lists begin with a name for the background: leave that out.)"
        raise Problem("labels_do_not_fit", detail, limit=count, value=len(labels))
    content = content_id(model.content.encode(), b"labels", repr(labels).encode())
    network = replace(model.network, labels=labels)
    return replace(model, name=content, content=content, network=network, own=True)
