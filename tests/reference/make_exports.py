"""Exports a network from PyTorch as its users do, with both exporters, and writes what PyTorch makes of two inputs.

PYTHONPATH=. python tests/reference/make_exports.py        (needs PyTorch, onnx and onnxscript; run by hand)

The files go through our own reader and writer of the wire format once, which leaves out the exporter's stack traces.
"""

import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  as everybody does

from convoscope.engine.formats.onnx_proto import ModelProto
from convoscope.engine.formats.protowire import Quota, decode, encode, whole

HERE = Path(__file__).resolve().parent
FREE: dict[str, Any] = {"x": {0: "batch"}, "y": {0: "batch"}}
EXPORTS: dict[str, dict[str, Any]] = {
    "exported_legacy_13": {"dynamo": False, "opset_version": 13, "dynamic_axes": FREE},
    "exported_legacy_17_batch_of_one": {"dynamo": False, "opset_version": 17},
    "exported_dynamo": {"dynamo": True, "external_data": False},
}


class Net(nn.Module):  # type: ignore[misc]  # PyTorch is not there when types are checked
    """What exporters write in their own way: views, chunks, upsampling, padding, norms, means, slices with steps."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2))
        self.norms = nn.Sequential(nn.GroupNorm(2, 8), nn.InstanceNorm2d(8, affine=True))
        self.up = nn.Upsample(scale_factor=2, mode="bilinear")
        self.curves = nn.ModuleList([nn.Hardswish(), nn.Mish(), nn.SiLU(), nn.ELU()])
        self.wide = nn.Sequential(nn.PixelShuffle(2), nn.ConvTranspose2d(2, 8, 2, 2), nn.PReLU(8))
        self.tail = nn.Sequential(nn.AvgPool2d(16), nn.GELU(), nn.Flatten(), nn.Dropout(), nn.Linear(32, 5))
        self.last = nn.LayerNorm(5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norms(self.up(self.head(x)))
        x = sum(curve(x) for curve in self.curves)
        n = x.shape[0]
        x = x.view(n, 2, 4, 16, 16).transpose(1, 2).reshape(n, 8, 16, 16)
        x = F.interpolate(F.pad(x, (1, 1, 1, 1), mode="reflect"), size=(16, 16), mode="nearest")
        a, b = x.chunk(2, 1)
        x = self.wide(torch.cat([a * torch.sigmoid(b), b], 1))[:, :, ::2, ::2]
        x = x - x.mean((2, 3), keepdim=True)
        x = x / (x.pow(2).mean(1, keepdim=True) + 1e-3).sqrt()
        return torch.softmax(self.last(self.tail(F.interpolate(x, size=(32, 32), mode="nearest"))), -1)


def main() -> None:
    """All exports, and the numbers."""
    torch.manual_seed(0)
    net = Net().eval()
    x = torch.randn(3, 3, 16, 16)
    np.savez_compressed(HERE / "exported.npz", x=x.numpy(), y=net(x).detach().numpy())
    for name, settings in EXPORTS.items():
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            path = Path(folder) / "net.onnx"
            torch.onnx.export(net, (x[:1],), path, input_names=["x"], output_names=["y"], **settings)
            model = decode(ModelProto, whole(path.read_bytes()), Quota(10**6))
        (HERE / f"{name}.onnx").write_bytes(encode(model))


if __name__ == "__main__":
    main()
