"""Hosted credit: one folder for each domain, each with endpoints, service, repository, schemas.

Shares catalog, metering, licensing and providers with the desktop, and never imports the
window, the engine, the desktop's store or its use cases. Nothing of the desktop comes in.
"""
