"""Mapping tables of Ed-Fi Data Standard 5.2."""
