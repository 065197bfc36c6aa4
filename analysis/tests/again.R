# SPDX-License-Identifier: GPL-2.0-or-later
# usage: Rscript again.R RUN
#
# The statistics of a report, a second time and in other hands: from RUN's trial.json and rings/
# to every ratio, interval, p, Holm's correction, equivalence test and verdict, and the sums that
# they rest on, held against RUN/report/summary.json to a millionth.  What R itself knows (t.test,
# p.adjust, median, pbinom) is R's; nothing here was taken from vqreport.
#
# One figure of each kind by hand, of the reference run of 2026-11-26:
#   ratio, interval: in-place, randread-tail, split.  IOPS over off's, block by block:
#     4221.8/10783.7 4837.2/8468.1 4514.2/10891.9 4064.9/9389.8 4781.5/9774.7 4688.3/10735.0
#     = 0.3915 0.5712 0.4145 0.4329 0.4892 0.4367; the two in the middle 0.4329 and 0.4367, of
#     their logs the mean -0.8328, exp 0.4348; six blocks: from the least to the greatest.
#   p: mean of the six logs -0.7932, sd 0.1358, / sqrt 6 = 0.0555: t -14.3 of 5 degrees, 3.0e-5.
#   Holm: the third smallest of six, so times 4: 1.2e-4.
#   equivalence: ln 1.05 = 0.0488; (0.0488 - 0.7932) / 0.0555 = -13.4: 1 - 2e-5.
#   verdict: 1.2e-4 < 0.05 and 0.5712 < 1: slower.
#   timed ratio: hash-table, ring-shuffled, split: of each boot's five rounds the middle one,
#     0.9036 0.9432 0.9451 0.8589 0.9197 0.9161; the middle of these, 0.9161 and 0.9197, 0.9179;
#     from 0.8589 to 0.9451.
#   counted: in-place, ring-read, split, in order: pop 2585.93 + push 1024 = 3609.93, off's
#     2553.89 + 1024 = 3577.89: 32.04 over it.
#
# Prints a line for each figure that differs, then how many of each kind were compared; exits
# with 1 if one differs, or if there was nothing to compare.
suppressPackageStartupMessages(library(jsonlite))

TOLERANCE <- 1e-6
POWER_TOLERANCE <- 0.05 # of detectable_slowdown, which both sides simulate

argument <- commandArgs(trailingOnly = TRUE)
if (length(argument) != 1) {
  message("usage: Rscript again.R RUN")
  quit(status = 2)
}
run <- argument[1]
read <- function(...) fromJSON(file.path(run, ...), simplifyVector = FALSE)

summary <- read("report", "summary.json")
about <- read("run.json")
confidence <- summary$confidence
alpha <- 1 - confidence

# --- what is compared, and how often ---------------------------------------------------------
compared <- list()
wrong <- 0

number <- function(x) if (is.null(x)) NA_real_ else as.numeric(x)

hold <- function(kind, where, theirs, ours, tolerance = TOLERANCE) {
  compared[[kind]] <<- sum(compared[[kind]], 1)
  theirs <- number(theirs)
  if (is.nan(ours)) ours <- NA_real_
  same <- if (is.na(theirs) || is.na(ours)) is.na(theirs) && is.na(ours)
          else abs(theirs - ours) <= tolerance * max(1e-3, abs(ours))
  if (!same) {
    wrong <<- wrong + 1
    cat(sprintf("%s, %s: %s in the summary, %s here\n", kind, where,
                format(theirs, digits = 10), format(ours, digits = 10)))
  }
}

hold_word <- function(kind, where, theirs, ours) {
  compared[[kind]] <<- sum(compared[[kind]], 1)
  if (!identical(theirs, ours)) {
    wrong <<- wrong + 1
    cat(sprintf("%s, %s: %s in the summary, %s here\n", kind, where, theirs, ours))
  }
}

# --- the statistics --------------------------------------------------------------------------

# How often the kth least and the kth greatest of n have the median between them.
covers <- function(n, k) 1 - 2 * pbinom(k - 1, n, 0.5)

# The interval of the median by order statistics; from 8 values on interpolated between two of
# them as Hettmansperger and Sheather (1986) do.  NULL where the range covers too little.
order_interval <- function(x) {
  n <- length(x)
  x <- sort(x)
  if (n < 1 || covers(n, 1) < confidence)
    return(NULL)
  ranks <- seq_len(max(1, n %/% 2))
  # Interpolated of so few it covers less than it is to: it is to cover more.
  aim <- if (n >= 8 && n < 12) confidence + 0.01 else confidence
  k <- max(ranks[covers(n, ranks) >= aim])
  if (n < 8)
    return(c(x[k], x[n + 1 - k]))
  i <- (covers(n, k) - aim) / (covers(n, k) - covers(n, k + 1))
  lambda <- (n - k) * i / (k + (n - 2 * k) * i)
  c((1 - lambda) * x[k] + lambda * x[k + 1], (1 - lambda) * x[n + 1 - k] + lambda * x[n - k])
}

# Of a run that was looked at after each block (its number of blocks followed from its figures)
# all is by signs.  A fair coin's walk of 99 throws, one a block: how likely is it that it is ever
# as extreme as s heads of n, by (n + 1) choose(n, s) / 2^n; on either side, or on that of few heads?
looked <- !is.null(summary$until)
walk <- local({
  known <- list()
  function(n, s, sides) {
    if (2 * s >= n)
      return(1)
    key <- paste(n, s, sides)
    if (is.null(known[[key]])) {
      limit <- (n + 1) * dbinom(s, n, 0.5) * (1 + 1e-9)
      left <- 1
      hit <- 0
      for (m in 1:99) {
        left <- (c(left, 0) + c(0, left)) / 2
        out <- (m + 1) * dbinom(0:m, m, 0.5) <= limit
        if (sides == 1)
          out <- out & 2 * (0:m) <= m
        hit <- hit + sum(left[out])
        left[out] <- 0
      }
      known[[key]] <<- hit
    }
    known[[key]]
  }
})

# How many of the least values, and of the greatest, lie outside of the interval, plus one.
looked_rank <- function(n, level) {
  k <- 0
  while (walk(n, k, 2) <= level) k <- k + 1
  k
}

looked_ends <- function(x) {
  k <- looked_rank(length(x), alpha)
  if (k == 0) NULL else sort(x)[c(k, length(x) + 1 - k)]
}

# Of the logs of at least two blocks.
compare_looked <- function(x) {
  n <- length(x)
  edge <- log(1 + summary$margin)
  ends <- looked_ends(x)
  if (is.null(ends))
    ends <- c(NA, NA)
  list(n = n, ratio = exp(median(x)), low = exp(ends[1]), high = exp(ends[2]), sd = sd(x),
       p = walk(n, n - max(sum(x > 1e-12), sum(x < -1e-12)), 2),
       equal = max(walk(n, sum(x <= -edge), 1), walk(n, sum(x >= edge), 1)))
}

# t.test() refuses what does not vary; such figures are equal but for their last bit.
constant <- function(x) sd(x) < 1e-11

t_p <- function(x, ...) {
  if (constant(x)) NA_real_ else t.test(x, ...)$p.value
}

none <- list(n = 0, ratio = NA, low = NA, high = NA, sd = NA, p = NA, equal = NA)

# Of the logs of one ratio a block.
compare <- function(x) {
  n <- length(x)
  if (n == 0)
    return(none)
  r <- modifyList(none, list(n = n, ratio = exp(median(x))))
  if (n < 2)
    return(r)
  if (looked)
    return(compare_looked(x))
  ends <- order_interval(x)
  if (is.null(ends))
    ends <- if (constant(x)) range(x) else range(x, t.test(x, conf.level = confidence)$conf.int)
  edge <- log(1 + summary$margin)
  r$low <- exp(ends[1])
  r$high <- exp(ends[2])
  r$sd <- sd(x)
  r$p <- if (constant(x)) as.numeric(abs(mean(x)) < 1e-12) else t_p(x)
  # Two one-sided tests: beyond doubt above the lower edge, and below the upper.
  r$equal <- if (constant(x)) as.numeric(abs(mean(x)) >= edge)
             else max(t_p(x, mu = -edge, alternative = "greater"),
                      t_p(x, mu = edge, alternative = "less"))
  r
}

# The slowdown that would have been seen four times in five, from the family's pooled noise. A
# shift of d estimated standard errors is seen if it is more than this sample needed, and the
# estimate is of another run: d is a quantile of needed / estimate.
detectable <- local({
  known <- list()
  function(n, level, df) {
    key <- paste(n, level, df)
    if (is.null(known[[key]])) {
      set.seed(1)
      draws <- 40000
      z <- matrix(rnorm(n * draws), draws, n)
      k <- if (looked) looked_rank(n, level) else 0
      if (looked && k == 0)
        return(Inf)
      mean_z <- rowMeans(z)
      sd_z <- sqrt(rowSums((z - mean_z)^2) / (n - 1))
      need <- qt(1 - level / 2, n - 1) * sd_z + sqrt(n) * mean_z
      high <- if (n < 8) do.call(pmax, as.data.frame(z))
              else apply(z, 1, function(x) order_interval(x)[2])
      need <- pmax(need, sqrt(n) * high)
      if (looked)
        need <- sqrt(n) * apply(z, 1, function(x) sort(x)[n + 1 - k])
      known[[key]] <<- quantile(need / sqrt(rchisq(draws, df) / df), summary$power, names = FALSE)
    }
    known[[key]]
  }
})

family_power <- function(family) {
  tests <- Filter(function(c) c$n >= 2, family)
  if (length(tests) == 0)
    return(rep(NA_real_, length(family)))
  degrees <- sapply(tests, function(c) c$n - 1)
  pooled <- sqrt(sum(degrees * sapply(tests, function(c) c$sd^2)) / sum(degrees))
  # One baseline for all: their variances correlate by a quarter.
  df <- sum(degrees) / (1 + (length(tests) - 1) / 4)
  sapply(family, function(c) if (c$n < 2) NA_real_
         else 1 - exp(-detectable(c$n, alpha / length(tests), df) * pooled / sqrt(c$n)))
}

verdict_of <- function(c, p, equal) {
  edge <- 1 + summary$margin
  if (c$n == 0) "no data"
  else if (c$n == 1) "one block"
  else if (is.na(c$low)) "unresolved"
  else if (equal < alpha && c$low > 1 / edge && c$high < edge) "equivalent"
  else if (p < alpha && c$low > 1) "faster"
  else if (p < alpha && c$high < 1) "slower"
  else "unresolved"
}

hold_comparison <- function(where, theirs, c, p, equal, power) {
  hold("ratio", where, theirs$ratio, c$ratio)
  hold("interval", where, theirs$ci_low, c$low)
  hold("interval", where, theirs$ci_high, c$high)
  hold("p", where, theirs$p, c$p)
  hold("p by Holm", where, theirs$p_holm, p)
  hold("equivalence", where, theirs$p_equivalence, c$equal)
  hold("equivalence by Holm", where, theirs$p_equivalence_holm, equal)
  hold("detectable", where, theirs$detectable_slowdown, power, POWER_TOLERANCE)
  hold_word("verdict", where, theirs$verdict, verdict_of(c, p, equal))
}

# --- the trials ------------------------------------------------------------------------------
files <- Sys.glob(file.path(run, "trials", "*", "trial.json"))
trials <- lapply(files, function(f) fromJSON(f, simplifyVector = FALSE))
trials <- Filter(function(t) !isTRUE(t$counting), trials)
variants <- unlist(summary$variants)
strategy <- setNames(unlist(summary$strategies), variants)
blocks <- sort(unique(sapply(trials, function(t) t$block)))
by_place <- new.env()
for (t in trials)
  assign(paste(t$block, t$ring, t$variant), t, by_place)

find_phase <- function(block, ring, variant, workload, probes) {
  t <- by_place[[paste(block, ring, variant)]]
  for (p in t$phases)
    if (p$workload == workload && p$probes == probes && p$state == "ok" &&
        (t$state == "ok" || "counted" %in% names(p)))
      return(p)
  NULL
}

# The workloads of which less is better.
lower <- sapply(Filter(function(w) identical(w$better, "lower"),
                       read("run.json")$workloads),
                function(w) w$name)

or <- function(x, default) if (is.null(x)) default else x

# Throughput, CPU ms and switches for 1000 I/Os or packets or a Gbit, packets a second and what
# was lost, of the phase without probes.
load_figures <- function(p) {
  if (is.null(p))
    return(c(throughput = NA, cpu = NA, switches = NA, busy = NA, p50 = NA, p99 = NA, packets = NA, lost = NA,
             speed = NA))
  d <- p$datagrams
  counted <- p$kind == "fio" || !is.null(d)
  work <- if (counted) or(p$perf_window$requests, p$ios)
          else p$throughput * or(p$perf_window$seconds, p$seconds)
  c(throughput = p$throughput,
    cpu = if (work > 0) number(p$cpu_s) * (if (counted) 1e6 else 1e3) / work else NA,
    switches = if (work > 0) number(p$ctx_switches) / work else NA,
    busy = number(p$cpu_s) / or(p$perf_window$seconds, p$seconds),
    p50 = number(p$lat_us$p50), p99 = number(p$lat_us$p99), packets = number(p$packets_per_s),
    lost = if (is.null(d)) NA else d$lost / (d$received + d$lost),
    speed = if (p$workload %in% lower) 1 / p$throughput else p$throughput)
}

add_up <- function(queues, name) sum(sapply(queues, function(q) as.numeric(or(q[[name]], 0))))

# Pairs of value and count, added up.
pool <- function(pairs) {
  if (length(pairs) == 0)
    return(matrix(0, 0, 2))
  m <- matrix(as.numeric(unlist(pairs)), ncol = 2, byrow = TRUE)
  count <- tapply(m[, 2], m[, 1], sum)
  cbind(as.numeric(names(count)), as.numeric(count))
}

bias <- function(probe, f) {
  mode <- ""
  for (s in probe$sites)
    if (s$`function` == f && s$kind == "entry") mode <- s$mode
  all <- Filter(function(c) c$`function` == f, probe$calibration)
  same <- Filter(function(c) c$mode == mode, all)
  if (length(same)) same[[1]]$bias_ns$median
  else if (length(all)) all[[length(all)]]$bias_ns$median
  else NA
}

order_figures <- function(p) {
  q <- p$probe$queues
  elements <- add_up(q, "fills")
  depth <- pool(unlist(lapply(q, function(x) x$depth), recursive = FALSE))
  raw <- (add_up(q, "fill_sum_ns") + add_up(q, "flush_sum_ns")) / elements
  list(elements = elements, violations = add_up(q, "order_violations"),
       lost = p$probe$lost_events, depth = depth,
       stashed = add_up(q, "stashed") / elements,
       depth_p50 = depth[which(cumsum(depth[, 2]) >= 0.5 * sum(depth[, 2]))[1], 1],
       hold = add_up(q, "hold_sum_ns") / add_up(q, "published"),
       raw = raw,
       cost = raw - bias(p$probe, "virtqueue_fill") -
         bias(p$probe, "virtqueue_flush") * add_up(q, "flushes") / elements)
}

hold_range <- function(kind, where, theirs, x) {
  x <- x[!is.na(x)]
  hold(kind, where, theirs$n, length(x))
  if (length(x) == 0)
    x <- NA
  hold(kind, where, theirs$min, min(x))
  hold(kind, where, theirs$median, median(x))
  hold(kind, where, theirs$max, max(x))
}

check_ordering <- function(where, cell, bare) {
  probed <- lapply(blocks, function(b) find_phase(b, cell$ring, cell$variant, cell$workload, TRUE))
  seen <- lapply(Filter(function(p) !is.null(p) && !is.null(p$probe), probed), order_figures)
  o <- cell$ordering
  each <- function(name) sapply(seen, function(f) f[[name]])
  hold("elements", where, o$elements, sum(each("elements"), 0))
  hold("violations", where, o$order_violations, sum(each("violations"), 0))
  hold("lost events", where, o$lost_events, sum(each("lost"), 0))
  ours <- pool(lapply(seen, function(f) as.list(as.vector(t(f$depth)))))
  theirs <- pool(o$depth)
  hold_word("depths", where, paste(theirs, collapse = " "), paste(ours, collapse = " "))
  for (pair in list(c("stashed_share", "stashed"), c("depth_p50", "depth_p50"),
                    c("hold_mean_ns", "hold"), c("order_cost_raw_ns", "raw"),
                    c("order_cost_ns", "cost")))
    hold_range("ordering", paste(where, pair[1]), o[[pair[1]]], unlist(each(pair[2])))
  tax <- sapply(probed, function(p) if (is.null(p)) NA else load_figures(p)[["speed"]]) / bare
  hold_range("ordering", paste(where, "probe_tax"), o$probe_tax, tax)
}

# figures[[variant]]: a row a block
check_family <- function(cells, figures, base, answer, figure, ordered_only) {
  members <- Filter(function(v) v != base && !(ordered_only && strategy[[v]] == "off"), variants)
  if (!(base %in% variants))
    return()
  family <- lapply(members, function(v) {
    ratio <- figures[[v]][, figure] / figures[[base]][, figure]
    compare(log(ratio[is.finite(ratio) & ratio > 0]))
  })
  p <- p.adjust(sapply(family, function(c) c$p), "holm")
  equal <- p.adjust(sapply(family, function(c) c$equal), "holm")
  power <- family_power(family)
  for (i in seq_along(members)) {
    cell <- cells[[members[i]]]
    where <- paste(cell$workload, cell$ring, members[i], answer)
    hold_comparison(where, cell[[answer]], family[[i]], p[i], equal[i], power[i])
  }
}

for (workload in unique(sapply(summary$cells, function(c) c$workload)))
  for (ring in unlist(summary$rings)) {
    cells <- Filter(function(c) c$workload == workload && c$ring == ring, summary$cells)
    if (length(cells) == 0)
      next
    names(cells) <- sapply(cells, function(c) c$variant)
    figures <- lapply(setNames(variants, variants), function(v)
      t(sapply(blocks, function(b) load_figures(find_phase(b, ring, v, workload, FALSE)))))
    for (cell in cells) {
      where <- paste(workload, ring, cell$variant)
      f <- figures[[cell$variant]]
      names <- names(cell)
      hold_range("load", where, cell$throughput, f[, "throughput"])
      hold_range("load", where, cell[[grep("^cpu_ms", names)]], f[, "cpu"])
      hold_range("load", where, cell[[grep("^switches_per", names)]], f[, "switches"])
      hold_range("load", where, cell$busy_processors, f[, "busy"])
      hold_range("load", where, cell$latency_p50_us, f[, "p50"])
      hold_range("load", where, cell$latency_p99_us, f[, "p99"])
      if (any(!is.na(f[, "packets"]))) {
        hold_range("packets", where, cell$packets_per_s, f[, "packets"])
        hold_range("packets", where, cell$lost_share, f[, "lost"])
      }
      check_ordering(where, cell, f[, "speed"])
    }
    check_family(cells, figures, "off", "to_off", "speed", FALSE)
    check_family(cells, figures, "qemu", "to_qemu", "speed", TRUE)
    check_family(cells, figures, "off", "cpu_to_off", "cpu", FALSE)
    check_family(cells, figures, "off", "switches_to_off", "switches", FALSE)
    if (!is.null(cells[[1]]$packets_to_off))
      check_family(cells, figures, "off", "packets_to_off", "packets", FALSE)
  }

# --- rings without a guest -------------------------------------------------------------------
rates <- function(device) sapply(device$turns, function(t) t$elements / t$seconds)

check_timed <- function(workload) {
  pattern <- sprintf("%s-%s-b*.json", workload$workload, workload$ring)
  boots <- unlist(lapply(sort(Sys.glob(file.path(run, "rings", pattern))), function(f)
    fromJSON(f, simplifyVector = FALSE)$boots), recursive = FALSE)
  device <- function(boot, label)
    Find(function(d) d$label == label && d$state == "ok", boot$devices)
  log_ratio <- function(boot, label) {
    a <- device(boot, label)
    b <- device(boot, "off")
    if (is.null(a) || is.null(b))
      return(NA)
    rounds <- seq_len(min(length(a$turns), length(b$turns)))
    x <- log(rates(a)[rounds] / rates(b)[rounds])
    x <- median(x[!is.na(x)])
    if (is.finite(x)) x else NA
  }
  for (v in workload$variants) {
    where <- paste(workload$workload, workload$ring, v$variant)
    x <- sapply(boots, log_ratio, v$variant)
    x <- x[!is.na(x)]
    rate <- sapply(boots, function(b) median(rates(or(device(b, v$variant), list(turns = list())))))
    ends <- if (looked) looked_ends(x) else order_interval(x)
    if (is.null(ends))
      ends <- c(NA, NA)
    hold("timed ratio", where, v$ratio_to_off, exp(median(x)))
    hold("timed interval", where, v$ci_low, exp(ends[1]))
    hold("timed interval", where, v$ci_high, exp(ends[2]))
    hold("timed rate", where, v$elements_per_s, median(unlist(rate), na.rm = TRUE))
  }
}

# Of a device, pop and push; where it fills and flushes apart (rx), these.
device_cost <- function(cell) {
  n <- cell$instructions
  n$virtqueue_pop + or(n$virtqueue_push, sum(n$virtqueue_fill, n$virtqueue_flush))
}

check_counted <- function(workload) {
  cells <- fromJSON(file.path(run, "rings", paste0(workload$workload, ".json")),
                    simplifyVector = FALSE)$cells
  find <- function(label, ring, order)
    Find(function(c) c$label == label && c$ring == ring && c$order == order && c$state == "ok",
         cells)
  for (c in workload$cells) {
    mine <- find(c$variant, c$ring, c$order)
    off <- find("off", c$ring, c$order)
    where <- paste(workload$workload, c$ring, c$order, c$variant)
    cost <- if (is.null(mine)) NA else device_cost(mine)
    hold("counted", where, c$device, cost)
    hold("counted", where, c$device_over_off, if (is.null(off)) NA else cost - device_cost(off))
  }
}

for (w in summary$timed)
  check_timed(w)
for (w in summary$counted)
  check_counted(w)

for (kind in names(compared))
  cat(sprintf("# %s: %d compared\n", kind, compared[[kind]]))
quit(status = if (wrong > 0 || is.null(compared$ratio)) 1 else 0)
