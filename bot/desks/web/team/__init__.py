"""Team pages: staff, shift, workload, approvals, audit, access report."""
