"""Synthetic districts: OneRoster CSV 1.2.1 packages of any size, with changes that are known."""

from service.synth.district import NightReport, SynthReport, write_district
from service.synth.options import SynthOptions, SynthRefused

__all__ = ["NightReport", "SynthOptions", "SynthRefused", "SynthReport", "write_district"]
