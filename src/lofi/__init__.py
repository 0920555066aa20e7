"""Lofi music for people who write code, made on their own machine."""

__version__ = "0.1.0"
