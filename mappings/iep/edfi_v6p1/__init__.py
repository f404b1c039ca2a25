"""Mapping tables of the special education domain of Ed-Fi 6.1 (early access)."""
