"""A customer's own page of a booking, /b/{token}: to look at, to put into a calendar, to move, to cancel; to take out
or erase what is stored. The link's token is the key to it.
"""
