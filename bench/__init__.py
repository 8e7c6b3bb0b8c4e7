"""The benchmark: repeatable measurements over HTTP, never part of the tests. See README.md."""
