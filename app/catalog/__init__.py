"""What is sold and what it costs: model cards, prices, plans, and how they are looked up.

Pure: it reads the files it is pointed at and nothing else; no network, clock, database or Qt.
Everyone above may come in. It imports the leaf files alone.
"""
