"""OneRoster as files that are converted: CSV packages and JSON collections, read and written."""
