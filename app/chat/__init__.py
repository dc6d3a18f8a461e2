"""Use cases of a conversation: send, stop, edit, branch, quote, title, attach, import, export.

Works on the store, the providers and the metering rules that it is handed. No Qt, no thread
of its own, no wiring. The engine and the command line come in.
"""
