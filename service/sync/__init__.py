"""The nightly sync, one module per step.

fetch -> snapshot -> preflight -> diff -> match -> merge -> plan -> guard -> apply -> publish
"""
