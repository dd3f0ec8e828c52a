"""A student's files, run in processes of their own: what goes in and what comes out.

given             what a function finds around it: the reference, so that a mistake costs once
protocol          what goes into a student's process, and what comes out
submission        a student's files, run in a process of their own for each check; how safe that is
processes         what is left running
workers           those processes: started, waited for, ended
jail              what shuts one in: namespaces, another user
worker            what it runs: it is self-contained, and never judges
"""
