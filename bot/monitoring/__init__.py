"""What operators watch: health, metrics, alert rules, a dashboard, and the alarm for staff."""
