"""What people can read without telling anything: rights, help, evidence, numbers."""
