"""The command line: one file for each command, and the table that names them.

Not here: anything that the window needs too; that is a use case (chat) or a room below.
Only __main__ comes in.
"""
