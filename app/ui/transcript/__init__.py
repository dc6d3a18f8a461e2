"""The conversation as cards in a virtual scroll area.

Here belong the reading of Markdown, the widgets of a card and the view that mounts them.
Not here: panes, the composer, dialogs, and anything that talks to the core: the view takes
frozen views from `app.seam` and answers with signals. The window and the panes come in through
`view.TranscriptView`; everything else is for this package and its tests.
"""
