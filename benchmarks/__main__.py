"""`python -m benchmarks`: all benchmarks."""

from benchmarks.night import main

main()
