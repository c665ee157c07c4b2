"""The sandbox: any small input and kernel, any setting, every window forward and backward."""

from convoscope.server.convolution import MODES
from convoscope.server.lessons.asked import KERNELS
from convoscope.server.lessons.figures.sandbox import arrays, board
from convoscope.server.lessons.model import Beat, Choice, Image, Lesson, Number, Numbers, Try

FILLS = (("typed", "typed"), ("random", "random"), ("picture", "a picture's patch"), ("life", "Game of Life"))
NAMED = (("typed", "typed"), ("random", "random"), *((name, name) for name in KERNELS))
PRESETS = (
    Try("The lecture: stride 2, pad 1 on 7×7", {"rows": 7, "columns": 7, "stride": 2, "pad": 1, "kernel": "random"}),
    Try("VGG: 3×3, pad 1 keeps the size", {"pad": 1, "kernel": "sharpen"}),
    Try(
        "Count the neighbours in the Game of Life",
        {"fill": "life", "kernel": "neighbours", "pad": 1, "mode": "wrap", "rows": 8, "columns": 8},
    ),
    Try("Edges of a picture", {"fill": "picture", "kernel": "edge", "rows": 12, "columns": 12}),
    Try("Dilation 2: a hollow window", {"dilation": 2, "rows": 8, "columns": 8, "kernel": "random"}),
    Try("Depthwise: groups = channels", {"channels": 2, "filters": 2, "groups": 2, "kernel": "random"}),
    Try(
        "1×1: mix the channels",
        {"channels": 3, "filters": 2, "kh": 1, "kw": 1, "kernel": "random", "rows": 4, "columns": 4},
    ),
    Try(
        "Transposed, stride 2: larger", {"transposed": "yes", "stride": 2, "rows": 3, "columns": 3, "kernel": "random"}
    ),
    Try("A stride of 2 down and 1 across", {"stride": 2, "stride_across": 1, "kernel": "random"}),
    Try(
        "1D and causal: a row, padded on its left only",
        {"rows": 1, "columns": 10, "kh": 1, "kw": 3, "pad": 0, "pad_across": 2, "sides": "before", "kernel": "random"},
    ),
    Try("A true convolution: the kernel is flipped", {"flip": "yes", "kernel": "emboss", "pad": 1}),
    Try("Circular: the window goes round the edge", {"pad": 1, "mode": "wrap", "kernel": "blur"}),
    Try("An output of 4×4, wanted: which input?", {"wanted": 4, "stride": 2, "pad": 1, "kernel": "random"}),
    Try("Reflected padding", {"pad": 2, "mode": "reflect", "kernel": "blur"}),
    Try("Backward: the filter, the other way", {"direction": "backward", "rows": 5, "columns": 5, "kernel": "random"}),
)
SETTINGS = (
    "direction",
    "t",
    "fill",
    "kernel",
    "rows",
    "columns",
    "channels",
    "filters",
    "kh",
    "kw",
    "stride",
    "pad",
    "mode",
    "dilation",
    "groups",
    "transposed",
    "stride_across",
    "pad_across",
    "dilation_across",
    "sides",
    "flip",
    "wanted",
    "extra",
    "bias",
    "seed",
    "image",
    "code",
)
SANDBOX = Lesson(
    slug="sandbox",
    title="Sandbox",
    summary="Any small convolution: every window, forward and backward, with its arithmetic and its code.",
    covers=(),
    controls=(
        Choice("direction", "direction", "forward", (("forward", "forward"), ("backward", "backward"))),
        Number("t", "step", 0, 0, 4095, plays=True, first=1),
        Choice("fill", "input", "random", FILLS),
        Choice("kernel", "kernel", "edge", NAMED),
        Number("rows", "input rows", 6, 1, 32),
        Number("columns", "input columns", 6, 1, 32),
        Number("channels", "input channels", 1, 1, 4),
        Number("filters", "filters", 1, 1, 4),
        Number("kh", "kernel rows", 3, 1, 7),
        Number("kw", "kernel columns", 3, 1, 7),
        Number("stride", "stride", 1, 1, 5),
        Number("pad", "padding", 0, 0, 5),
        Choice("mode", "padding mode", "constant", tuple((m, m) for m in MODES)),
        Number("dilation", "dilation", 1, 1, 4),
        Number("groups", "groups", 1, 1, 4),
        Choice("transposed", "transposed", "no", (("no", "no"), ("yes", "yes"))),
        Number("stride_across", "stride across", 0, 0, 5, least_means="as down"),
        Number("pad_across", "padding across", -1, -1, 5, least_means="as down"),
        Number("dilation_across", "dilation across", 0, 0, 4, least_means="as down"),
        Choice("sides", "padding on", "both", (("both", "both sides"), ("before", "above and left only"))),
        Choice("flip", "kernel flipped", "no", (("no", "no"), ("yes", "yes, a true convolution"))),
        Number("wanted", "output size", 0, 0, 32, least_means="free"),
        Number("extra", "output padding", 0, 0, 4),
        Number("bias", "bias", 0, -9, 9),
        Numbers("biases", "a bias for each filter", 1),
        Number("seed", "seed of the random numbers", 0, 0, 999),
        Image("image", "picture"),
        Choice("code", "code", "none", (("none", "none"), ("numpy", "NumPy"), ("pytorch", "PyTorch"))),
        Numbers("input", "the input", 3),
        Numbers("weights", "the kernel", 4),
    ),
    beats=(
        Beat(
            "run",
            "play",
            "Window by window",
            "Set anything, step window by window, forward or backward; click a cell of the output to stand on it.",
            board,
            SETTINGS,
            tries=PRESETS,
        ),
        Beat(
            "type",
            "play",
            "Type the numbers",
            "Click a number of the input or the kernel and type. Then go back to the run.",
            arrays,
        ),
    ),
)
