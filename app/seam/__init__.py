"""The one door between window and core: commands, events, views, and the port they go through.

Frozen values that the window can show as they are; no behavior, no queries, no Qt, no asyncio.
Both sides come in: the window and the engine, and the use cases that make views.
"""
