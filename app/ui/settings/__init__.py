"""The settings: keys, appearance, shortcuts, network, data and what this program is made of.

Each change is a command; what is shown is what the core answered. Imported when it is first opened.
Only app.ui.window and the first run come in.
"""
