"""What waits for a person: conflicts between two edits, and who is who."""
