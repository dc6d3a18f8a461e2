"""Which function carries out which command: one table, one file per subject beside it.

Handlers translate between the seam and the use cases; a rule that matters lives further down.
"""
