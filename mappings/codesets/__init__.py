"""Crosswalks between our codes and those of the standards, one CSV file each."""
