"""What these tests share stands beside them, in `shelves`."""
