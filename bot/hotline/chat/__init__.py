"""The conversation between a caseworker and a person: messages, takeover, phrases, passphrases."""
