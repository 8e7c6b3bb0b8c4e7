"""PostgreSQL and Valkey as child processes, and the supervisor behind `make run`. Needs no Django settings."""
