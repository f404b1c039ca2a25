"""Flat files of career information systems: which column takes what, as data."""
