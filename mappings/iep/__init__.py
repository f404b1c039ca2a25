"""How IEPs stand in the standards, and how records of a standard become IEPs."""
