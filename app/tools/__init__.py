"""What a model may call: each tool behind one protocol, with what it may touch written down.

Not here: when a tool runs and what it costs (chat, metering). The use cases and the engine
come in.
"""
