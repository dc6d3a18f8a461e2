"""Tools and assistants: the composer's menu of tools, questions of tools, and the editor.

Not here: how tool calls look in an answer (transcript). The window comes in.
"""
