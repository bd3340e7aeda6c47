"""An invented breach to learn on: believable mail, overlapping logs, and the truth beside them."""

from unsealed.demo.generate import generate

__all__ = ["generate"]
