"""Career information systems: students' files out, results back."""
