"""What outlives a run, in the user's state folder: the journal of written patches, projects seen
before, usual speeds, starts, and what the home screen showed. Import the file you need: the first
frame waits for what is imported here."""
