"""The receipt of one answer: every call, part, rate and amount, and the rule that applied.

Shows and copies; changes nothing. Imported when it is first opened. Only app.ui.window comes in.
"""
