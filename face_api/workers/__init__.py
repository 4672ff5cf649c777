"""Processes that look at pictures, forked from one that has loaded the models: all of them share the weights."""
