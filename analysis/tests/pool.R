# SPDX-License-Identifier: GPL-2.0-or-later
# usage: Rscript pool.R TEXT RUN RUN...
#
# What `vqreport RUN RUN...` printed of guests, TEXT, by R: the common ratio is the intercept of
# a linear model with the host as a factor, whether hosts agree is oneway.test().
self <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
source(file.path(dirname(self), "printed.R"))

text <- readLines(argument[1])
runs <- lapply(argument[-1], read_summary)

logs <- function(s, w, ring, v) {
  f <- function(v) {
    c <- Find(function(c) c$workload == w && c$ring == ring && c$variant == v, s$cells)
    at <- sapply(c$blocks, function(b) b$block)
    x <- sapply(c$blocks, function(b) if (is.null(b$throughput)) NA else b$throughput)
    x[match(seq_len(s$blocks_run), at)]
  }
  if (!(v %in% unlist(s$variants)))
    return(numeric())
  x <- log(f(v)) - log(f("off"))
  x[!is.na(x)]
}

ring <- workload <- ""
rows <- list()
for (line in text) {
  words <- strsplit(trimws(sub("hosts differ", "hosts-differ", line)), " +")[[1]]
  if (length(words) > 3 && words[2] == "hosts" && words[3] == "least") ring <- words[1]
  else if (length(words) == 1 && grepl("^[a-z]", words[1])) workload <- words[1]
  else if (length(words) == 7 && words[2] %in% as.character(1:9) && ring != "")
    rows <- c(rows, list(c(ring, workload, words)))
}

fit <- function(r) {
  x <- lapply(runs, logs, r[2], r[1], r[3])
  x <- x[lengths(x) > 0]
  d <- data.frame(x = unlist(x), host = factor(rep(seq_along(x), lengths(x))))
  if (length(x) == 1) {
    t <- t.test(d$x)
    return(list(x = x, ratio = mean(d$x), ci = t$conf.int, p = t$p.value, apart = NA))
  }
  m <- lm(x ~ host, d, contrasts = list(host = "contr.sum"))
  list(x = x, ratio = coef(m)[[1]], ci = confint(m)[1, ], p = summary(m)$coefficients[1, 4],
       apart = oneway.test(x ~ host, d)$p.value)
}

for (family in split(rows, sapply(rows, function(r) paste(r[1], r[2])))) {
  fits <- lapply(family, fit)
  apart <- p.adjust(sapply(fits, function(f) f$apart), "holm")
  p <- p.adjust(sapply(fits, function(f) f$p), "holm")
  for (i in seq_along(family)) {
    r <- family[[i]]
    f <- fits[[i]]
    where <- paste(r[1:3], collapse = " ")
    need(as.integer(r[4]) == length(f$x), where, "is of", length(f$x), "hosts")
    near(r[5], exp(min(sapply(f$x, mean))), where)
    near(r[6], exp(max(sapply(f$x, mean))), where)
    if (!is.na(apart[i]) && apart[i] < 0.05) {
      need(r[7] == "-" && r[9] == "hosts-differ", where, "has hosts that differ")
      next
    }
    ci <- exp(f$ci)
    near(r[7], exp(f$ratio), where)
    near(sub("-.*", "", r[8]), ci[1], where)
    near(sub(".*-", "", r[8]), ci[2], where)
    word <- if (ci[1] > 1 / 1.05 && ci[2] < 1.05) "equivalent"
            else if (p[i] < 0.05 && ci[1] > 1) "faster"
            else if (p[i] < 0.05 && ci[2] < 1) "slower" else "unresolved"
    need(r[9] == word, where, "is", r[9], "and not", word)
  }
}
cat(sprintf("# %d rows, %d figures\n", length(rows), seen))
quit(status = if (length(rows) > 0) 0 else 1)
