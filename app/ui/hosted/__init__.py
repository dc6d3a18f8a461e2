"""Hosted tokens in the window: the account, what is left, and the ways on when nothing is.

Draws the views of `app/seam/hosted_views.py`; every figure came from the core.
"""
