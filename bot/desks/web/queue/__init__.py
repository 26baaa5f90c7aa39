"""The queue page: lists, filters, closing several cases."""
