"""The usage page: a card over the window with sums, bars, a year's map, lists and every call.

Draws what the core summed up and asks for more of it; sums nothing. Imported when it is first
opened. Only app.ui.window comes in.
"""
