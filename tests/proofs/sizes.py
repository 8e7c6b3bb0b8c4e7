"""How large the proofs are: for every commit, or with PROOF=release for a release (GUARANTEES, "The proofs")."""

import os

RELEASE = os.environ.get("PROOF") == "release"

CLIENTS, ROUNDS = (200, 1000) if RELEASE else (50, 40)
CRASHES = 20 if RELEASE else 1
MACHINE_RUNS, MACHINE_STEPS = (2000, 50) if RELEASE else (100, 30)
SCHEMA_EXAMPLES = 1000 if RELEASE else 50

# Money: faults at random per flow, rounds of expiry against payment, flows killed at each call, clicks at once.
ALL_SITES = RELEASE  # each call of each flow, or each call in the code once
FAULT_ROUNDS = 20 if RELEASE else 1
EXPIRY_ROUNDS = 1000 if RELEASE else 50
CLICKERS, CLICK_ROUNDS = (8, 50) if RELEASE else (2, 1)
EVENT_DELAYS = RELEASE
