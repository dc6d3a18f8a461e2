"""The card behind the line beside Send: what a message will cost, and why.

Draws quotes and says what was chosen; nothing is counted or priced here. Imported when it is
first opened. Only app.ui.window_quotes comes in.
"""
