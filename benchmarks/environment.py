"""What is settled before NumPy is first imported: BLAS on one thread, with the kernels that it chooses itself."""

import os

HELD_BACK = os.environ.pop("OPENBLAS_CORETYPE", "")
"""An older processor's kernels that the environment asked for; what this one can do is measured instead."""
os.environ.pop("OPENBLAS_L2_SIZE", None)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
