"""Ten small pictures, one per CIFAR-10 class, drawn by the code below: something to look at with nothing installed.

Each is painted at four times its size and scaled down, on a background with the grain of a photograph. The same
seed gives the same pixels.
"""

from collections.abc import Callable
from math import sin

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIDE = 96
SCALE = 4
CANVAS = SIDE * SCALE

Colour = tuple[int, int, int]
Point = tuple[float, float]


class Brush:
    """Draws in units of the final picture: x to the right, y down, 0 to 96."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.image = Image.new("RGB", (CANVAS, CANVAS))
        self.pen = ImageDraw.Draw(self.image)

    def field(self, top: Colour, bottom: Colour, y0: float = 0, y1: float = SIDE, grain: float = 8) -> None:
        """A band from y0 to y1 that goes from one colour to the other, with grain."""
        rows = int((y1 - y0) * SCALE)
        mix = np.linspace(0, 1, rows)[:, None, None]
        band = (1 - mix) * np.array(top) + mix * np.array(bottom) + np.zeros((rows, CANVAS, 3))
        coarse = self.rng.normal(0, grain, (rows // 8 + 1, CANVAS // 8, 1)).repeat(8, 0).repeat(8, 1)[:rows]
        pixels = np.clip(band + coarse, 0, 255).astype(np.uint8)
        self.image.paste(Image.fromarray(pixels), (0, int(y0 * SCALE)))

    def oval(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        """A filled ellipse around (x, y)."""
        self.pen.ellipse([(x - rx) * SCALE, (y - ry) * SCALE, (x + rx) * SCALE, (y + ry) * SCALE], fill=colour)

    def shape(self, points: list[Point], colour: Colour) -> None:
        """A filled polygon."""
        self.pen.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=colour)

    def line(self, points: list[Point], colour: Colour, width: float) -> None:
        """A line with round joints."""
        self.pen.line([(x * SCALE, y * SCALE) for x, y in points], fill=colour, width=int(width * SCALE), joint="curve")

    def blob(self, x: float, y: float, rx: float, ry: float, light: Colour, dark: Colour) -> None:
        """An ellipse lit from above left: darker at its lower right edge."""
        steps = 12
        for k in range(steps):
            s = k / (steps - 1)
            tone = tuple(int(d + (li - d) * s) for li, d in zip(light, dark, strict=True))
            shrink = 1 - 0.6 * s
            self.oval(x - 0.25 * rx * s, y - 0.3 * ry * s, rx * shrink, ry * shrink, (tone[0], tone[1], tone[2]))

    def speckle(self, amount: float) -> None:
        """Fine grain over everything, as a sensor has it."""
        pixels = np.asarray(self.image, np.float32)
        noise = self.rng.normal(0, amount, (CANVAS // 4, CANVAS // 4, 1)).repeat(4, 0).repeat(4, 1)
        self.image = Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))

    def finished(self) -> Image.Image:
        """The picture at its own size."""
        self.speckle(5)
        soft = self.image.filter(ImageFilter.GaussianBlur(SCALE * 0.35))
        return soft.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def airplane(b: Brush) -> None:
    """An airliner in a clear sky, seen from below left."""
    b.field((96, 150, 214), (190, 216, 240))
    body, shade, dark = (236, 239, 244), (168, 178, 194), (92, 104, 124)
    b.shape([(40, 46), (60, 46), (78, 78), (70, 80)], shade)
    b.shape([(42, 44), (58, 43), (64, 18), (58, 18)], shade)
    b.shape([(74, 44), (84, 43), (92, 26), (86, 26)], shade)
    b.line([(12, 50), (86, 43)], body, 10)
    b.oval(12, 50, 6, 5, body)
    b.line([(14, 53.5), (86, 46.5)], shade, 3)
    b.line([(18, 48), (76, 42.6)], dark, 1.2)
    b.oval(56, 62, 5, 2.6, dark)


def automobile(b: Brush) -> None:
    """A red car on a grey road, from the side and front."""
    b.field((176, 184, 190), (150, 158, 160), 0, 56)
    b.field((112, 112, 114), (84, 84, 88), 56, 96)
    red, dark, glass = (196, 30, 34), (120, 14, 20), (52, 66, 84)
    b.oval(48, 79, 42, 5, (46, 46, 50))
    b.shape([(24, 46), (34, 28), (64, 28), (76, 46)], red)
    b.shape([(28, 45), (36, 31), (48, 31), (48, 45)], glass)
    b.shape([(51, 45), (51, 31), (62, 31), (71, 45)], glass)
    b.shape([(7, 52), (14, 46), (80, 45), (90, 52), (91, 70), (7, 71)], red)
    b.shape([(7, 64), (91, 63), (91, 71), (7, 72)], dark)
    b.oval(12, 56, 4, 3, (250, 240, 200))
    b.oval(88, 56, 3, 3, (255, 170, 60))
    for x in (25, 73):
        b.oval(x, 71, 10, 10, (22, 22, 24))
        b.oval(x, 71, 5, 5, (170, 174, 180))


def bird(b: Brush) -> None:
    """A small bird on a branch, green behind it."""
    b.field((150, 168, 120), (104, 130, 82), grain=10)
    b.line([(0, 80), (40, 76), (96, 84)], (84, 62, 44), 5)
    b.blob(46, 50, 19, 22, (188, 142, 92), (112, 78, 48))
    b.shape([(52, 56), (66, 62), (88, 92), (76, 92), (56, 70)], (92, 66, 46))
    b.shape([(44, 42), (62, 52), (68, 70), (50, 62)], (116, 84, 56))
    b.blob(38, 28, 13, 12, (176, 130, 84), (120, 84, 52))
    b.oval(42, 58, 9, 12, (226, 206, 176))
    b.shape([(27, 27), (14, 31), (27, 33)], (70, 56, 40))
    b.oval(34, 26, 2.2, 2.2, (12, 10, 10))
    b.line([(44, 70), (43, 78)], (70, 54, 40), 1.6)
    b.line([(51, 70), (52, 78)], (70, 54, 40), 1.6)


def cat(b: Brush) -> None:
    """A tabby's face, close."""
    b.field((128, 112, 98), (94, 82, 74), grain=10)
    fur, dark, pale = (166, 136, 104), (92, 70, 50), (222, 204, 182)
    b.blob(48, 100, 40, 34, fur, dark)
    for side in (-1, 1):
        b.shape([(48 + side * 32, 44), (48 + side * 30, 6), (48 + side * 8, 26)], dark)
        b.shape([(48 + side * 28, 38), (48 + side * 27, 14), (48 + side * 14, 28)], (206, 156, 140))
    b.blob(48, 50, 34, 31, (184, 152, 116), (120, 94, 68))
    for k in (-2, -1, 0, 1, 2):
        b.line([(48 + 4 * k, 20), (48 + 3 * k, 34)], dark, 1.8)
    for side in (-1, 1):
        for k in (0, 1, 2):
            b.line([(48 + side * 20, 56 + 5 * k), (48 + side * 34, 52 + 7 * k)], dark, 1.6)
        b.oval(48 + side * 14, 46, 7, 6, (206, 196, 96))
        b.oval(48 + side * 14, 46, 2.4, 5.6, (10, 10, 10))
    b.oval(48, 66, 14, 10, pale)
    b.shape([(43, 58), (53, 58), (48, 64)], (196, 120, 112))
    b.line([(48, 64), (48, 68), (42, 71)], dark, 1.3)
    b.line([(48, 68), (54, 71)], dark, 1.3)


def deer(b: Brush) -> None:
    """A deer standing in a meadow before a wood."""
    b.field((70, 92, 58), (88, 110, 62), 0, 50, 14)
    b.field((138, 146, 82), (116, 124, 64), 50, 96, 12)
    coat, dark = (158, 112, 70), (104, 70, 42)
    for x in (36, 43, 64, 71):
        b.line([(x, 60), (x + 1, 90)], dark if x in (43, 64) else coat, 3.6)
    b.blob(54, 55, 22, 12, (176, 128, 82), dark)
    b.shape([(30, 26), (40, 24), (50, 50), (36, 56)], coat)
    b.blob(28, 26, 11, 7, (176, 128, 82), dark)
    b.oval(18, 29, 3, 2.4, (40, 28, 22))
    b.shape([(34, 20), (44, 12), (40, 24)], coat)
    b.oval(26, 24, 1.5, 1.5, (14, 10, 8))
    for side in (-1, 1):
        x = 32 + 3 * side
        b.line([(x, 20), (x + 6 * side, 10), (x + 4 * side, 2)], (86, 64, 44), 1.8)
        b.line([(x + 6 * side, 10), (x + 12 * side, 4)], (86, 64, 44), 1.6)
    b.oval(76, 52, 4, 5, (236, 226, 208))


def dog(b: Brush) -> None:
    """A brown and white dog looking at you."""
    b.field((128, 140, 112), (108, 118, 92), grain=10)
    coat, dark, white = (150, 98, 56), (88, 54, 30), (238, 232, 222)
    b.blob(48, 98, 32, 30, white, (176, 166, 152))
    for side in (-1, 1):
        b.shape([(48 + side * 20, 22), (48 + side * 38, 34), (48 + side * 36, 66), (48 + side * 24, 56)], dark)
    b.blob(48, 44, 26, 28, coat, dark)
    b.shape([(44, 16), (52, 16), (56, 52), (40, 52)], white)
    b.blob(48, 62, 16, 14, white, (198, 188, 174))
    b.oval(48, 56, 6.5, 4.6, (22, 18, 18))
    b.line([(48, 60), (48, 68)], (60, 46, 40), 1.4)
    b.line([(40, 70), (48, 68), (56, 70)], (60, 46, 40), 1.4)
    b.oval(48, 75, 4, 5, (206, 110, 116))
    for side in (-1, 1):
        b.oval(48 + side * 12, 41, 3.8, 3.8, (26, 18, 14))
        b.oval(49 + side * 12, 40, 1.2, 1.2, (250, 250, 250))


def frog(b: Brush) -> None:
    """A green frog on wet ground."""
    b.field((112, 92, 66), (84, 68, 48), grain=14)
    skin, dark, pale = (104, 150, 54), (56, 90, 30), (206, 212, 150)
    b.blob(20, 68, 18, 14, skin, dark)
    b.blob(76, 68, 18, 14, skin, dark)
    b.blob(48, 58, 30, 25, (130, 176, 70), dark)
    b.oval(48, 68, 20, 13, pale)
    for side in (-1, 1):
        b.blob(48 + side * 18, 32, 10, 10, skin, dark)
        b.oval(48 + side * 18, 31, 6, 6, (220, 196, 80))
        b.oval(48 + side * 18, 31, 3.4, 4.4, (12, 12, 10))
        b.line([(48 + side * 24, 76), (48 + side * 32, 88)], dark, 6)
        for k in (-1, 0, 1):
            b.line([(48 + side * 32, 87), (48 + side * (34 + 4 * k), 93)], dark, 2.4)
    b.line([(24, 54), (48, 62), (72, 54)], (44, 66, 26), 1.8)
    for x, y in ((36, 44), (60, 42), (48, 38), (30, 56), (66, 56)):
        b.oval(x, y, 2.6, 2, dark)


def horse(b: Brush) -> None:
    """A chestnut horse on grass, from the side."""
    b.field((164, 194, 220), (196, 212, 216), 0, 46)
    b.field((110, 146, 66), (88, 122, 52), 46, 96, 12)
    coat, dark, mane = (126, 70, 38), (82, 42, 24), (34, 22, 18)
    for x, colour in ((32, dark), (40, coat), (66, dark), (74, coat)):
        b.line([(x, 58), (x - 1, 76), (x, 90)], colour, 4.8)
        b.line([(x - 2, 90), (x + 2, 90)], mane, 4)
    b.blob(52, 52, 27, 14, (152, 88, 48), dark)
    b.shape([(20, 22), (32, 16), (46, 44), (30, 54)], coat)
    b.shape([(10, 36), (20, 18), (32, 18), (26, 32), (16, 42)], coat)
    b.oval(13, 38, 5, 5, dark)
    b.shape([(26, 18), (29, 8), (33, 18)], coat)
    b.line([(31, 14), (40, 28), (47, 42)], mane, 6)
    b.oval(22, 24, 1.6, 1.8, (10, 8, 8))
    b.line([(77, 46), (86, 56), (86, 76)], mane, 6)


def ship(b: Brush) -> None:
    """A cargo ship at sea."""
    b.field((140, 184, 222), (204, 222, 234), 0, 54)
    b.field((44, 92, 134), (26, 66, 104), 54, 96, 14)
    b.shape([(4, 50), (92, 46), (84, 68), (14, 68)], (40, 48, 62))
    b.shape([(12, 63), (86, 62), (84, 68), (14, 68)], (150, 40, 36))
    b.shape([(60, 47), (60, 24), (82, 24), (82, 46)], (240, 242, 244))
    for y in (28, 34, 40):
        b.line([(62, y), (80, y)], (70, 90, 112), 1.8)
    b.shape([(66, 24), (66, 12), (74, 12), (74, 24)], (196, 60, 48))
    for x, colour in ((14, (196, 120, 44)), (26, (62, 110, 150)), (38, (170, 60, 52)), (49, (96, 132, 84))):
        b.shape([(x, 50), (x, 38), (x + 10, 38), (x + 10, 50)], colour)
    b.line([(30, 38), (30, 14)], (90, 96, 104), 1.4)
    for k in range(9):
        b.line([(k * 12, 74 + 3 * sin(k)), (k * 12 + 7, 74 + 3 * sin(k))], (150, 186, 208), 1.2)
    b.line([(4, 69), (92, 69)], (214, 228, 236), 1.6)


def truck(b: Brush) -> None:
    """A lorry with a white box, from the side."""
    b.field((170, 196, 218), (206, 214, 218), 0, 62)
    b.field((120, 118, 116), (96, 94, 92), 62, 96)
    b.oval(48, 82, 44, 4, (56, 54, 54))
    b.shape([(30, 18), (92, 18), (92, 70), (30, 70)], (236, 236, 232))
    b.shape([(30, 64), (92, 64), (92, 70), (30, 70)], (150, 152, 156))
    for x in range(38, 92, 9):
        b.line([(x, 20), (x, 63)], (206, 206, 204), 0.8)
    b.shape([(6, 50), (12, 32), (28, 32), (28, 72), (6, 72)], (34, 84, 156))
    b.shape([(9, 49), (14, 36), (25, 36), (25, 49)], (48, 62, 80))
    b.line([(4, 72), (92, 72)], (48, 48, 52), 4)
    b.oval(8, 62, 2, 2.6, (250, 240, 190))
    for x in (18, 66, 82):
        b.oval(x, 76, 8, 8, (20, 20, 22))
        b.oval(x, 76, 3.6, 3.6, (164, 166, 170))


PAINTERS: dict[str, Callable[[Brush], None]] = {
    p.__name__: p for p in (airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck)
}


def names() -> tuple[str, ...]:
    """What is drawn, in the order of CIFAR-10's classes."""
    return tuple(PAINTERS)


def draw(name: str, seed: int = 7) -> Image.Image:
    """The picture of `name`, 96×96 RGB; the same seed gives the same pixels."""
    brush = Brush(np.random.default_rng([seed, names().index(name)]))
    PAINTERS[name](brush)
    return brush.finished()
