"""Tenants as code: one business from a file, created or updated in one transaction (DESIGN 7).

`read_plan` checks a document and names the path of what is wrong; `apply_plan` makes it so and says what it
issued. The same file twice changes nothing.
"""

from businesses.provisioning.apply import Outcome, apply_plan
from businesses.provisioning.document import DocumentError
from businesses.provisioning.plan import read_plan
from businesses.provisioning.planned import Plan

__all__ = ["DocumentError", "Outcome", "Plan", "apply_plan", "read_plan"]
