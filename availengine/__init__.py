"""The edge: how the world reaches the core. Imports the core, is never imported by it."""
