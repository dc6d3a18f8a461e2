"""Licenses: issued, renewed and listed; the server's signing keys.

The format and its verification are `app.licensing`'s.
"""
