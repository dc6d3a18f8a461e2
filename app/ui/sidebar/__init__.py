"""The sidebar: new chat, search over all chats, the list of chats, who pays.

Shows rows and hits that it is given and says what was asked for; knows nothing of the core.
Only app.ui.window comes in.
"""
