"""OneRoster 1.1 and 1.2, in the tabular form of the CSV binding."""
