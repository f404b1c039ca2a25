"""The mapping tables of CEDS 14."""
