"""The hosted side as the desktop sees it: servers, sign-in, wallet, purchases, licenses, groups.

What a credit server says is checked here, at the border, and kept in the store; nothing is
charged here. No Qt, no widgets. The chat room and the engine come in.
"""
