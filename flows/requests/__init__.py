"""What reaches the hotline: reports, requests for help, a person to talk to, what follows."""
