"""Where an update's processor time goes: stages, and what each of them costs."""
