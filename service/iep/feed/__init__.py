"""The draft of a transition section from a plan's evidence, for people and for systems.

Nothing in it has been decided: content of an IEP is the Team's.
"""
