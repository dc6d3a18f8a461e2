"""The core thread: its event loop, the wiring of the rooms below, one handler per command.

Takes commands in and gives events out, both frozen and both named in the seam. No Qt and no
rules: what a command means is decided in chat. The desktop and the command line come in.
"""
