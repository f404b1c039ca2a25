"""Mapping tables of IEP dates and programs in Ed-Fi Data Standard 5.2."""
