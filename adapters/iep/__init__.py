"""IEPs as IEP systems deliver them: files of a standard, or our own CSV layout."""
