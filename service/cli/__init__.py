"""The command line: thin, and quick to start because commands import what they need."""
