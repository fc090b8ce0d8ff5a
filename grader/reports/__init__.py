"""What people read: reports in the terminal, as pages and as a gradebook, all derived from Report records."""
