"""One to four panes side by side: each a header with its model, and a transcript or a greeting.

What a message looks like lives in app.ui.transcript. Only app.ui.window comes in.
"""
