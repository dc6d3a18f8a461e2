"""Buying: Stripe, Lemon Squeezy and the demo's simulated checkout, their events and their poller.

What a payment gives is the catalog's; what it does to the books is the ledger's. Card data never
comes near.
"""
