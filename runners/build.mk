include runners/guest.mk
# built by: make programs
