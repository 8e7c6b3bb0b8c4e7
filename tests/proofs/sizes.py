"""How large the proofs are: for every commit, or with PROOF=release for a release (GUARANTEES, "The proofs")."""

import os

RELEASE = os.environ.get("PROOF") == "release"

CLIENTS, ROUNDS = (200, 1000) if RELEASE else (50, 40)
CRASHES = 20 if RELEASE else 1
MACHINE_RUNS, MACHINE_STEPS = (2000, 50) if RELEASE else (100, 30)
SCHEMA_EXAMPLES = 1000 if RELEASE else 50
