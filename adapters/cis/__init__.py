"""Files for career information systems and from them: written, read, delivered and picked up."""
