"""Basisdesk: a self-hosted trading desk for crypto spreads."""

__version__ = "0.1.0"
