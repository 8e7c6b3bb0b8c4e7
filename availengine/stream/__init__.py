"""The live stream of events: a small asynchronous server of its own, so that listeners cost no web thread."""
