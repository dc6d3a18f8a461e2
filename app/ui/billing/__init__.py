"""The billing panel: what was spent today and this month, by key, by model and by day.

Draws one view; sums nothing that the core could sum. Only app.ui.window comes in.
"""
