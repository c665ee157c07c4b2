"""What a person may set: by command line, or by an environment variable CONVOSCOPE_NAME."""

from pydantic import Field
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
    limits: Limits = Field(default_factory=Limits)
