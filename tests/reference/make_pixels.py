"""Pixels of pictures of every kind, as ImageMagick writes and reads them: a second opinion beside Pillow's.

Run by hand where ImageMagick is installed: `python -m tests.reference.make_pixels [--tool magick]`. It writes
pixels.npz: for each kind the file, and the pixels as ImageMagick reads it: the first frame, upright, on white, in 16
bits a channel, as its own 8 bits are cut off instead of rounded. The pictures are drawn here, by waves of numbers.
"""

import argparse
import struct
import subprocess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).with_name("pixels.npz")
WIDTH, HEIGHT = 24, 16
KINDS: dict[str, tuple[str, ...]] = {
    "png colours": ("-alpha", "off", "-depth", "8", "png24:-"),
    "png grey": ("-alpha", "off", "-colorspace", "Gray", "-depth", "8", "png:-"),
    "png one bit": ("-alpha", "off", "-monochrome", "png:-"),
    "png palette": ("-alpha", "off", "-colors", "12", "png8:-"),
    "png palette with transparency": ("-channel", "A", "-threshold", "50%", "+channel", "-colors", "12", "png8:-"),
    "png transparent colours": ("-depth", "8", "png32:-"),
    "png transparent grey": ("-colorspace", "Gray", "-depth", "8", "png:-"),
    "png 16 bits": ("-alpha", "off", "-depth", "16", "png48:-"),
    "png 16 bits grey": ("-alpha", "off", "-colorspace", "Gray", "-depth", "16", "png:-"),
    "png 16 bits transparent": ("-depth", "16", "png64:-"),
    "png interlaced": ("-alpha", "off", "-depth", "8", "-interlace", "PNG", "png24:-"),
    "jpeg": ("-alpha", "off", "-quality", "92", "jpeg:-"),
    "jpeg whole colours": ("-alpha", "off", "-quality", "92", "-sampling-factor", "1x1", "jpeg:-"),
    "jpeg grey": ("-alpha", "off", "-colorspace", "Gray", "-quality", "92", "jpeg:-"),
    "jpeg progressive": ("-alpha", "off", "-interlace", "JPEG", "-quality", "92", "jpeg:-"),
    "jpeg cmyk": ("-alpha", "off", "-colorspace", "CMYK", "-quality", "92", "jpeg:-"),
    "gif": ("-alpha", "off", "-colors", "12", "gif:-"),
    "gif moving": ("-alpha", "off", "-colors", "12", "(", "+clone", "-negate", ")", "gif:-"),
    "bmp": ("-alpha", "off", "bmp3:-"),
    "bmp palette": ("-alpha", "off", "-colors", "12", "-compress", "None", "bmp3:-"),
    "webp": ("-define", "webp:lossless=true", "-depth", "8", "webp:-"),
    "one pixel": ("-alpha", "off", "-crop", "1x1+3+4", "+repage", "png24:-"),
    "one row": ("-alpha", "off", "-crop", "24x1+0+4", "+repage", "png24:-"),
}
"""What ImageMagick is asked for."""
READ = ("-auto-orient", "-background", "white", "-alpha", "remove", "-alpha", "off", "-colorspace", "sRGB")


def drawn() -> NDArray[np.uint16]:
    """Red, green, blue and alpha of 16 bits."""
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float64)
    waves = [np.sin(x / 5 + c) * np.cos(y / 4 - c) for c in range(3)] + [np.sin((x + y) / 7)]
    return np.round((np.stack(waves, -1) + 1) / 2 * 65_535).astype(np.uint16)


def pam(pixels: NDArray[np.uint16]) -> bytes:
    """The plainest file there is, http://netpbm.sourceforge.net/doc/pam.html."""
    head = f"P7\nWIDTH {WIDTH}\nHEIGHT {HEIGHT}\nDEPTH 4\nMAXVAL 65535\nTUPLTYPE RGB_ALPHA\nENDHDR\n"
    return head.encode() + pixels.astype(">u2").tobytes()


def held(jpeg: bytes, orientation: int) -> bytes:
    """The JPEG of a camera that was held in one of eight ways: with an EXIF segment of one entry (CIPA DC-008, 4.6)."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    exif = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


def main() -> None:
    """Writes the file."""
    parser = argparse.ArgumentParser(prog="python -m tests.reference.make_pixels", description=__doc__)
    parser.add_argument("--tool", default="magick", help="ImageMagick; before version 7 it is called convert")
    tool = parser.parse_args().tool

    def made(given: bytes, *how: str) -> bytes:
        return subprocess.run([tool, *how], input=given, stdout=subprocess.PIPE, check=True).stdout

    def pixels(file: bytes) -> NDArray[np.uint16]:
        columns, rows = map(int, made(file, "-[0]", "-auto-orient", "-format", "%w %h", "info:-").split())
        said = made(file, "-[0]", *READ, "-depth", "16", "-endian", "LSB", "rgb:-")
        return np.frombuffer(said, "<u2").reshape(rows, columns, 3)

    files = {name: made(pam(drawn()), "pam:-", "+set", "date:create", *how) for name, how in KINDS.items()}
    files |= {f"jpeg held {k}": held(files["jpeg whole colours"], k) for k in range(1, 9)}
    version = made(b"", "-version").split(b"\n")[0].decode()
    arrays: dict[str, NDArray[np.generic]] = {"by": np.array(version)}
    arrays |= {f"{name} file": np.frombuffer(file, np.uint8) for name, file in files.items()}
    arrays |= {f"{name} pixels": pixels(file) for name, file in files.items()}
    np.savez_compressed(FILE, **arrays)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
