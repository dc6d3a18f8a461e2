"""The book of every metered call and payment: holds, postings and balances, in SQL.

Written once for SQLite and PostgreSQL; the desktop keeps it in its own database file, the credit
server in one of both. What a call may draw on and what it costs is decided in `metering`; no HTTP,
no Qt and no clock here.
"""
