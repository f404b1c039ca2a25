"""Code lists as data: terms, labels and how people really write them."""
