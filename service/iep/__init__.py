"""The bridge to the IEP: a mirror that is never written, links, proposals, checks and feeds."""
