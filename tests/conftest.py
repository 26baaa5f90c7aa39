"""What all tests share: transcripts are tests as well, and no test has a deadline."""

from hypothesis import settings

pytest_plugins = ["tests.transcripts_plugin"]

settings.register_profile("haven", deadline=None)
settings.load_profile("haven")
