"""Moving in: what another system says of a business, as a provisioning file and bookings to take over.

`fetching` asks the other system, `booqara…` and `bookingflow…` know what it speaks, `draft` is what they make of it,
`planning` writes that down for people, `writing` takes it over, `folder` keeps everything between the steps. The
command is `manage.py import_business`.
"""
