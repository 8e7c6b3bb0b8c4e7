"""What the set-up pages read: Django forms that parse. Rules stay in the core, whose refusals become errors here."""
