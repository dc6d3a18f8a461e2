"""Where a message is written: text, files, what it would cost, and Send.

Says what was asked for and shows what it is told. Only app.ui.window comes in.
"""
