"""Uploads: bytes → a picture, decoded in a child process under limits."""

from convoscope.server.decode import Refused, decode
from convoscope.server.errors import Problem
from convoscope.server.limits import Limits
from convoscope.server.pictures import Picture


class Decoder:
    """Decodes uploads."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    def picture(self, data: bytes) -> Picture:
        """The picture in these bytes. Raises Problem."""
        try:
            width, height, pixels, animated = decode(data, self.limits)
        except Refused as e:
            code, detail, limit, value = e.args
            raise Problem(code, detail, limit=limit, value=value) from e
        except Exception as e:
            raise Problem("image_corrupt", "The file is damaged: it ends early or contradicts itself.") from e
        return Picture(width, height, pixels, animated=animated)
