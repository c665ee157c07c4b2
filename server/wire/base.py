"""What every body is: a frozen record of named fields, and the media types that travel.

Numbers that JSON cannot say travel as the strings "NaN", "Infinity" and "-Infinity".
"""

from pydantic import BaseModel, ConfigDict

JSON, SAFETENSORS, PROBLEM = "application/json", "application/vnd.safetensors", "application/problem+json"


class Wire(BaseModel):
    """A JSON body."""

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")

    def body(self) -> bytes:
        """The body as bytes."""
        return self.__pydantic_serializer__.to_json(self)
