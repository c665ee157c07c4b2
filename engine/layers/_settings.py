"""Settings that no layer can have, refused where the layer is made."""

from convoscope.engine.errors import AttributeValueError


def at_least(kind: str, least: int, **settings: float) -> None:
    """Raises AttributeValueError for the first setting below `least`."""
    for name, value in settings.items():
        if value < least:
            raise AttributeValueError(f"{kind}: {name} is {value}; it must be at least {least}.")
