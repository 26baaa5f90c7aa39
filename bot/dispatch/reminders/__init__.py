"""What the bot writes unasked: legal deadlines, check-ins, and the letters both lead to.

deadline_reminders   what is due, and what of it staff have to see
check_in_scheduler   asks whether a person is safe, and compares the answer
reminder_letters     the letters, stored for the courier
"""
