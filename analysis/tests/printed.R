# SPDX-License-Identifier: GPL-2.0-or-later
# For compare.R and pool.R: a run's summary, and printed figures held to what they should be.
suppressPackageStartupMessages(library(jsonlite))

argument <- commandArgs(trailingOnly = TRUE)
read_summary <- function(run)
  fromJSON(file.path(run, "report", "summary.json"), simplifyVector = FALSE)
seen <- 0

need <- function(ok, ...) {
  if (!isTRUE(ok)) {
    cat("#", ..., "\n")
    quit(status = 1)
  }
}

near <- function(printed, value, where) {
  half <- 0.5 * 10^-nchar(sub("^[^.]*\\.?", "", printed))
  seen <<- seen + 1
  need(abs(as.numeric(printed) - value) <= half + 1e-9, where, "is", value, "and not", printed)
}
