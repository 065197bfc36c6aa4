# SPDX-License-Identifier: GPL-2.0-or-later
# usage: Rscript compare.R A B TEXT
#
# What `vqreport compare A B` printed, TEXT, by R's own Welch test from both runs' summary.json:
# each row of guests and of rings, timed and counted, to the digits that it has.
self <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
source(file.path(dirname(self), "printed.R"))

runs <- lapply(argument[1:2], read_summary)
text <- readLines(argument[3])

cell <- function(s, w, ring, v)
  Find(function(c) c$workload == w && c$ring == ring && c$variant == v, s$cells)

# The logs over off, block by block; of off itself, of what it did.
logs <- function(s, w, ring, v) {
  f <- function(v) {
    blocks <- cell(s, w, ring, v)$blocks
    x <- sapply(blocks, function(b) if (is.null(b$throughput)) NA else b$throughput)
    x[match(seq_len(s$blocks_run), sapply(blocks, function(b) b$block))]
  }
  x <- log(f(v))
  if (v != "off")
    x <- x - log(f("off"))
  x[!is.na(x)]
}

word_of <- function(low, high, p) {
  if (low > 1 / 1.05 && high < 1.05) "alike"
  else if (p < 0.05 && low > 1) "higher"
  else if (p < 0.05 && high < 1) "lower"
  else "unresolved"
}

check_row <- function(where, row, a, b, p) {
  test <- t.test(b, a)
  ends <- exp(test$conf.int)
  near(row[1], exp(mean(b) - mean(a)), where)
  near(sub("-.*", "", row[2]), ends[1], where)
  near(sub(".*-", "", row[2]), ends[2], where)
  need(row[3] == word_of(ends[1], ends[2], p), where, "is", row[3])
}

# Lines of a section, from its heading to the next.
section <- function(title) {
  at <- which(text == title)
  if (length(at) == 0)
    return(character())
  rest <- text[(at + 2):length(text)]
  end <- which(grepl("^-+$", rest))
  if (length(end)) rest[seq_len(end[1] - 2)] else rest
}

ring <- workload <- ""
rows <- list()
for (line in section("Throughput in a guest, ratio to each run's own off")) {
  words <- strsplit(trimws(sub("off itself", "off", line)), " +")[[1]]
  if (length(words) > 3 && words[2] == "A" && words[3] == "B") ring <- words[1]
  else if (length(words) == 1 && words[1] != "" && !grepl("^-+$", words[1])) workload <- words[1]
  else if (length(words) == 6 && !grepl("^-", line)) rows <- c(rows, list(c(ring, workload, words)))
}
p_of <- function(r) t.test(logs(runs[[2]], r[2], r[1], r[3]), logs(runs[[1]], r[2], r[1], r[3]))$p.value
for (family in split(rows, sapply(rows, function(r) paste(r[1], r[2])))) {
  others <- Filter(function(r) r[3] != "off", family)
  p <- p.adjust(sapply(others, p_of), "holm")
  for (i in seq_along(others)) {
    r <- others[[i]]
    where <- paste(r[1:3], collapse = " ")
    for (side in 1:2)
      near(r[3 + side], cell(runs[[side]], r[2], r[1], r[3])$to_off$ratio, where)
    check_row(where, r[6:8], logs(runs[[1]], r[2], r[1], r[3]), logs(runs[[2]], r[2], r[1], r[3]), p[i])
  }
  off <- Find(function(r) r[3] == "off", family)
  check_row(paste(off[1:3], collapse = " "), off[6:8], logs(runs[[1]], off[2], off[1], "off"),
            logs(runs[[2]], off[2], off[1], "off"), p_of(off))
}

counted <- 0
for (line in section("Instructions of the device, an element")) {
  words <- strsplit(trimws(line), " +")[[1]]
  if (grepl("^ring-", line) && !grepl(":", words[1])) workload <- words[1]
  if (length(words) != 7 || !(words[2] %in% c("split", "packed")))
    next
  counted <- counted + 1
  x <- lapply(runs, function(s) {
    cells <- Find(function(w) w$workload == workload, s$counted)$cells
    Find(function(c) c$variant == words[1] && c$ring == words[2] && c$order == words[3], cells)
  })
  near(words[4], x[[1]]$device, line)
  near(words[5], x[[2]]$device, line)
  near(sub("~", "", words[6]), x[[2]]$device - x[[1]]$device, line)
  if (words[7] != "-")
    near(words[7], x[[2]]$device_over_off - x[[1]]$device_over_off, line)
}
cat(sprintf("# %d rows of guests, %d counted, %d figures\n", length(rows), counted, seen))
quit(status = if (length(rows) > 0 && seen > 0) 0 else 1)
