"""`python -m infra.check`: are the templates right, before anyone pays for finding out?"""
