"""The palette: commands, chats and models in one list that is filtered as one types.

Imported when it is first opened. Only app.ui.window comes in.
"""
