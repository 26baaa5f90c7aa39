"""On-call: caseworkers who are called for an emergency when none is at a desk."""
