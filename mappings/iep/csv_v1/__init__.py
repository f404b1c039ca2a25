"""Mapping tables of our own CSV layout for IEP systems that only export files."""
