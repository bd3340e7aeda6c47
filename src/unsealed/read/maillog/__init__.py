"""What mail servers write to syslog: the envelope of a line, the year it leaves out, and a module a program."""
