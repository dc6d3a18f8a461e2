"""The parts of the server's bench: a scripted provider, a bare pass-through, a load, processes."""
