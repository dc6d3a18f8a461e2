"""What this copy may do: the license's format, its verification, and the clock guard.

Pure: bytes and times come in as arguments. No network, keyring, database or Qt.
The account room, the engine and the server come in.
"""
