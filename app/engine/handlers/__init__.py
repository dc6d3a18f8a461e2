"""One handler for each family of commands: translate, call a use case, tell what happened.

Not here: rules (chat, metering) or queries (store). Only the engine's dispatch comes in.
"""
