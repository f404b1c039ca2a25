"""The transition section of an Individualized Education Program, as an IEP system delivers it.

Planbridge mirrors these records and never writes them: only a decision of the IEP Team changes an
IEP (34 CFR 300.320 to 300.324). Which rule asks for a part, and how closely it is kept, stands in
the annotation `Part` of each part of `Iep`.
"""
