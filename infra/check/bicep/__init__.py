"""Bicep, read and worked out far enough to judge the resources it would deploy.

pycep (the one Bicep parser on a package index) gives strings and names alike as plain text and knows no operator
precedence, so that neither names nor values can be judged on its tree; it serves as a second opinion on syntax.
"""
