"""The model picker: every model one can use, with what it costs and who would pay.

Draws rows and says what was chosen; which models there are is the core's to know. Imported when it
is first opened. Only app.ui.window and app.ui.panes come in.
"""
