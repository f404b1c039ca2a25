"""Conversion of files from one standard to another, with an account of every loss."""
