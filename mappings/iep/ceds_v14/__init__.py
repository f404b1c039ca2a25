"""Mapping tables of IEPs in CEDS 14."""
