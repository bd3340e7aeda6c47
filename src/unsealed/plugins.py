"""Plug-ins are files: one module in a stage's folder, found by its name, with one object of an agreed name."""

import importlib
import pkgutil
from functools import cache
from typing import Any


@cache
def discover(package: str, attribute: str) -> dict[str, Any]:
    """Give the plug-ins of a package by module name, sorted: those modules that carry `attribute`.

    Only modules directly in the package count, and every one of them is imported.
    """
    folder = importlib.import_module(package)
    found = {}
    for info in sorted(pkgutil.iter_modules(folder.__path__), key=lambda i: i.name):
        if info.ispkg:
            continue
        plugin = getattr(importlib.import_module(f"{package}.{info.name}"), attribute, None)
        if plugin is not None:
            found[info.name] = plugin
    return found
