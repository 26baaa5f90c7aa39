"""What all tests share: transcripts are tests as well."""

pytest_plugins = ["tests.transcripts_plugin"]
