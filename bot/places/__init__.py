"""What is true in one country, as data: numbers, who answers, and where each fact was read."""
