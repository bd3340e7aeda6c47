"""Sigma rules against columns: which rows of a case's tables each rule fires on, in one reading of them."""

from unsealed.hunt.evaluate.run import fire

__all__ = ["fire"]
