"""Budgets as the window shows them: bars, lines, the form, and the question before a send.

Belongs here: what draws a budget or a guard. Not: the settings' page around it, which is in
settings, nor any rule about money. Comes in: settings, billing, the window.
"""
