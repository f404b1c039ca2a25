"""Mapping tables of Ed-Fi Data Standard 6.1: those of 5.2, revised."""
