"""Memory of forgotten arrays does not stay with the server."""

import ctypes
import json
import platform
import subprocess
import sys

import pytest

from convoscope.server import heap

ARRAYS = 400
FORGET = f"""
import json, os, sys
from convoscope.server import heap

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

held, trimmed, size = sys.argv[1] == "held", sys.argv[2] == "trimmed", int(sys.argv[3])
if held:
    heap.give_back_large()
bytearray(8 << 20)  # kept by nobody: from here on the library would put arrays of this size into its heap
arrays = [bytearray(b"1") * size for _ in range({ARRAYS})]
small = [bytearray(b"1") * 2000 for _ in range(400)]
before = resident()
arrays[::2] = [None] * ({ARRAYS} // 2)
if trimmed:
    heap.give_back_gaps()
print(json.dumps(before - resident()))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has other rules")
@pytest.mark.parametrize(
    ("rule", "gaps", "size", "share"),
    [
        ("held", "left", 200 << 10, 1.0),
        ("as the library has it", "left", 200 << 10, 0.0),
        ("held", "left", 100 << 10, 0.0),
        ("held", "trimmed", 100 << 10, 1.0),
    ],
)
def test_memory_of_every_second_array_goes_back_when_it_is_forgotten(
    rule: str, gaps: str, size: int, share: float
) -> None:
    freed = json.loads(subprocess.check_output([sys.executable, "-c", FORGET, rule, gaps, str(size)]))
    assert freed / (ARRAYS // 2 * size) == pytest.approx(share, abs=0.1)


def test_where_the_c_library_has_no_such_functions_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    heap.give_back_large()
    heap.give_back_gaps()
