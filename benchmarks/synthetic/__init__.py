"""News that never happened, in many languages: stories made of facts that can be told anew."""
