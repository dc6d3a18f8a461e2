"""What the operator does and sees: the admin commands and page, audit log, margins, backup.

Acts through the other domains' services, never past them.
"""
