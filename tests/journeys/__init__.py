"""Stories that cross the apps, played from end to end."""
