"""The fixtures of the endpoint tests: deposits are driven as the world drives them."""

from tests.api.conftest import _rival, _salon, _sandbox, _studio, clock, rival, salon, stored, stripe, studio

__all__ = ["_rival", "_salon", "_sandbox", "_studio", "clock", "rival", "salon", "stored", "stripe", "studio"]
