"""The window: everything that imports Qt but for the program that starts it.

Shows views and submits commands; holds no truth and reaches the core through the seam alone
(no store, providers, engine, HTTP, keyring or asyncio). Only app.desktop comes in.
"""
