"""Writes the small state dicts that the reader is tested with. Needs PyTorch; run by hand, never by the tests.

python tests/reference/make_state_dicts.py
"""

from collections import OrderedDict
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent


def tensors() -> "OrderedDict[str, torch.Tensor]":
    """Every type of number, a view with strides, a scalar, an empty tensor and a shared storage."""
    base = torch.arange(12, dtype=torch.float32).reshape(3, 4) / 8
    return OrderedDict(
        weight=base,
        transposed=base.t(),
        row=base[1],
        half=base.half(),
        bfloat=base.bfloat16(),
        double=base.double(),
        count=torch.tensor(7),
        flags=torch.tensor([True, False]),
        empty=torch.zeros(0, 3),
    )


def main() -> None:
    """Both kinds of file, and a training checkpoint around one."""
    torch.save(tensors(), HERE / "state_dict_zip.pt")
    torch.save(tensors(), HERE / "state_dict_legacy.pt", _use_new_zipfile_serialization=False)
    moments = {"state": {0: {"step": torch.tensor(3.0), "average": torch.ones(5, dtype=torch.float64)}}}
    checkpoint = {"epoch": 3, "optimizer": moments, "state_dict": tensors()}
    torch.save(checkpoint, HERE / "checkpoint_legacy.pt", _use_new_zipfile_serialization=False)


if __name__ == "__main__":
    main()
