"""Mapping tables of CEDS 14."""
