"""One file, one layer. The folder is the registry: a file dropped in here is imported and so registered."""

from importlib import import_module
from pkgutil import iter_modules

__all__ = sorted(m.name for m in iter_modules(__path__) if not m.name.startswith("_"))

for _name in __all__:
    import_module(f"{__name__}.{_name}")
