"""The product's settings with two yardstick views added."""

from availengine.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
