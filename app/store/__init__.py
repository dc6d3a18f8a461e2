"""What is remembered: the database and its tables, drafts, files, usage, settings, secrets.

The only room that knows the database library, and, in keychain.py alone, the keyring library.
Synchronous; called on the engine's thread. No prices, no providers, no Qt.
"""
