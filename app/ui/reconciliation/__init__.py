"""The card that holds a month of own keys against the provider's own figure.

What is compared is decided in the core; here it is only shown. The window alone opens it.
"""
