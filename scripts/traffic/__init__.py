"""Made-up traffic: who asks, what is answered, what a filter makes of it."""
