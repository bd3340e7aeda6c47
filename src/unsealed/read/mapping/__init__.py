"""Mapping files: how a responder tells what the columns of an unknown log mean."""

from unsealed.read.mapping.files import Mapping, load

__all__ = ["Mapping", "load"]
