"""How ONNX says a resize: Upsample and Resize-10 by scales alone, and Resize since version 11."""

from typing import Any

import numpy as np

from convoscope.engine.exchange import OnnxNode
from convoscope.engine.layers._interpolation import MODES, NEAREST, POLICIES, TRANSFORMATIONS
from convoscope.engine.layers._onnx import constant, integer, integers, number, refused, shortest, word


def settings(node: OnnxNode) -> dict[str, Any]:
    """The fields of the layer, as Resize says them since version 11."""
    scales, sizes = _floats(node, 2, "scales"), integers(node, "sizes", 3) or ()
    policy = word(node, "keep_aspect_ratio_policy", "stretch", POLICIES)
    transformation = word(node, "coordinate_transformation_mode", "half_pixel", TRANSFORMATIONS)
    crops = transformation == "tf_crop_and_resize"
    given: dict[str, tuple[Any, ...]] = {
        "scales": scales if not sizes else (),
        "sizes": sizes,
        "roi": _floats(node, 1, "roi") if crops else (),
    }
    axes = integers(node, "axes") or tuple(range(len(scales or sizes)))
    if policy == "stretch" and len(axes) == len(scales or sizes):
        axes, given = _changing(node, axes, given)
    return {
        **given,
        "axes": axes,
        "mode": word(node, "mode", "nearest", MODES),
        "coordinate_transformation_mode": transformation,
        "nearest_mode": word(node, "nearest_mode", "round_prefer_floor", tuple(NEAREST)),
        "cubic_coeff_a": number(node, "cubic_coeff_a", -0.75),
        "exclude_outside": bool(integer(node, "exclude_outside", 0)),
        "extrapolation_value": number(node, "extrapolation_value", 0.0),
        "antialias": bool(integer(node, "antialias", 0)),
        "keep_aspect_ratio_policy": policy,
    }


def first_settings(node: OnnxNode) -> dict[str, Any]:
    """As Upsample says them, and Resize in version 10: a place is i / scale, and only scales are given."""
    scales = _floats(node, 1, "scales")
    axes, given = _changing(node, tuple(range(len(scales))), {"scales": scales, "sizes": (), "roi": ()})
    shrinks = {s < 1 for s in given["scales"]}
    if len(shrinks) > 1:
        wanted = "In this version all must be at least 1, or all below: nearest rounds down to grow, up to shrink."
        raise refused(node, "scales", scales, wanted)
    return {
        "scales": given["scales"],
        "axes": axes,
        "mode": word(node, "mode", "nearest", MODES[:2]),
        "coordinate_transformation_mode": "asymmetric",
        "nearest_mode": "ceil" if True in shrinks else "floor",
    }


def _floats(node: OnnxNode, position: int, name: str) -> tuple[float, ...]:
    """Numbers given as an attribute or a constant input; an empty array stands for none."""
    given = node.attributes.get(name)
    values = constant(node, position, name) if given is None else given
    return () if values is None else tuple(map(shortest, np.ravel(np.asarray(values))))


def _changing(
    node: OnnxNode, axes: tuple[int, ...], given: dict[str, tuple[Any, ...]]
) -> tuple[tuple[int, ...], dict[str, tuple[Any, ...]]]:
    """Only the axes that change: neither those that keep their size, nor a batch of any size."""
    x, half = node.shapes.get(0, ()), len(axes)

    def stays(i: int) -> bool:
        if given["roi"] and (given["roi"][i], given["roi"][half + i]) != (0, 1):
            return False
        if given["scales"]:
            return bool(given["scales"][i] == 1)
        known = x[axes[i]] if x else None
        return given["sizes"][i] == known or (axes[i] == 0 and known is None)

    kept = [i for i in range(half) if not stays(i)]
    rois = [*kept, *(half + i for i in kept)]
    taken = {
        name: tuple(values[i] for i in (rois if name == "roi" else kept)) if values else ()
        for name, values in given.items()
    }
    return tuple(axes[i] for i in kept), taken
