"""CLR 2.0 and Open Badges 3.0: their classes, vocabularies and contexts."""
