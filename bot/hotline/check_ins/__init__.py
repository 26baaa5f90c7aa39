"""Check-ins: times agreed with a person at which they are asked whether they are safe."""
