"""Administration: accounts, languages, phone numbers, phrases, and the settings of a deployment."""
