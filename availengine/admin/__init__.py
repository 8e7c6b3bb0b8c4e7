"""The admin as a place: who gets in, who acts, its own policy, and the host's page. What it shows is in the apps."""
