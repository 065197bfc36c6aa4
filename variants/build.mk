# built by: make programs
