"""What a person may set: by command line, or by an environment variable CONVOSCOPE_NAME."""

import re
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from convoscope.server.limits import Limits


class Settings(BaseSettings):
    """How this server runs."""

    model_config = SettingsConfigDict(env_prefix="CONVOSCOPE_", env_nested_delimiter="__", frozen=True, extra="ignore")

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65_535, description="Port to listen on; 0 lets the system pick one.")
    allowed_hosts: tuple[str, ...] = Field(
        default=("localhost", "127.0.0.1", "[::1]"), description="Host names that a request may be addressed to."
    )
    public: bool = Field(default=False, description="Open to others who have the room's link.")
    embed_origins: tuple[str, ...] = Field(default=(), description="Sites that may show Convoscope in a frame.")
    data: str = Field(default="", description="Folder or fsspec URL of what is kept; empty for the user's own folder.")
    workers: int = Field(default=1, ge=1, le=64, description="Processes that answer.")
    shared: str = Field(default="", description="Folder in which processes share answers; the command makes one.")
    log: Literal["auto", "json", "off"] = Field(
        default="auto", description="A line of JSON for each request; auto: in a room."
    )
    limits: Limits = Field(default_factory=Limits)

    @field_validator("embed_origins")
    @classmethod
    def _origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [o for o in origins if not re.fullmatch(r"https?://[A-Za-z0-9.\-]+(:\d{1,5})?", o)]:
            raise ValueError(f"{wrong[0]!r} is no origin; one is written https://course.example")
        return origins
