"""The compliance check: what the transition section of an IEP must hold, rule by rule."""
