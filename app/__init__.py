"""Tuppence: a desktop chat client that tells what every message costs.

Here: the two programs' shared code, one folder per room, and the leaf files (errors, money,
clock, config, logs, request) that every room may use. Not here: words about how rooms fit
together; those are in ARCHITECTURE.md. Imports point down, and a test checks it.
"""
