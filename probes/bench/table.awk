# SPDX-License-Identifier: GPL-2.0-or-later
# bench-probes.sh's rows to a table of 72 columns, and to JSON.
function median(s,    a, n, i, j, t, k) {
	n = split(s, a, " ")
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && a[j] + 0 < a[j - 1] + 0; j--) {
			t = a[j]; a[j] = a[j - 1]; a[j - 1] = t
		}
	# 95 % confidence for the median, by rank; with few rounds the whole range.
	k = int((n - 1.96 * sqrt(n)) / 2)
	if (k < 0)
		k = 0
	low = a[k + 1]
	high = a[n - k]
	return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
}
function goal(what, is, limit, unit, least, most,    v) {
	v = most <= limit ? "met" : least > limit ? "missed" : "not resolved"
	printf "goal: %s: %.2f%s (%.2f to %.2f), at most %.2f: %s\n", what, is, unit, least,
		most, limit, v
	goals = goals sprintf("%s\n  {\"what\": \"%s\", \"is\": %.4f, \"low\": %.4f, \"high\": %.4f, \"limit\": %.4f, \"verdict\": \"%s\"}",
		goals ? "," : "", what, is, least, most, limit, v)
}
# What a tool costs more than none, round by round, in @unit ns: text with interval.
function over(t, rounds, x, unit,    r, s) {
	for (r in rounds)
		s = s " " (t[x, r] - t["none", r]) / unit
	r = median(s)
	return sprintf("%.2f (%.2f-%.2f)", r, low, high)
}
# The ratio of two tools' costs, round by round.
function ratio(t, rounds, x, y,    r, s) {
	for (r in rounds)
		s = s " " (t[x, r] - t["none", r]) / (t[y, r] - t["none", r])
	return median(s)
}
$1 == "gathers" {
	tool[++tools] = $2
	text[$2] = $0
	sub(/^gathers [^ ]* /, "", text[$2])
}
$1 == "driver" && $3 != "stats" {
	ns[$2, $3] = $4
	lost[$2] += $5
	own[$2] = own[$2] " " $6
	seen[$3]
}
$1 == "dpair" { dpair[$2, $3] = $4; dpairs[$3] }
$1 == "pair" { thread[$2, $3] = $4; all_threads[$2, $3] = $5; pairs[$3] }
$1 == "trap" { trap[$2, $3] = $4; traps[$3] }
$1 == "stock" { stock[$2, $3] = $4; stocks[$3] }
$1 == "qemu" && $2 == "none" { base[$3] = base[$3] " " $4 }
$1 == "qemu" { io[$2, $3] = io[$2, $3] " " $4; rounds_qemu[$3] }
END {
	for (i = 1; i <= tools; i++) {
		t = tool[i]
		s = ""
		for (r in seen)
			if ((t, r) in ns)
				s = s " " (ns[t, r] - (t == "none" ? 0 : ns["none", r]))
		cost[t] = median(s); cost_low[t] = low; cost_high[t] = high
		s = ""
		for (r in rounds_qemu)
			if ((t, r) in io) {
				split(base[r], two, " ")
				split(io[t, r], mine, " ")
				# The second of the two without says how far apart equals are.
				s = s " " (t == "none" ? 100 * mine[2] / two[1] : 100 * mine[1] / ((two[1] + two[2]) / 2))
			}
		kept[t] = median(s); kept_low[t] = low; kept_high[t] = high
	}
	np = split(perfcalls, p, "\n")
	for (i = 1; i <= np; i++)
		lost["perf"] += all - p[i]
	printf "Linux %s, %d rounds, seed %d, driver of %d elements\n\n", kernel, rounds, seed, elements
	print "             ns an element      lost  tool's  throughput kept, %"
	print "tool         median (95 %)     calls   own ns  median (95 %)"
	for (i = 1; i <= tools; i++) {
		t = tool[i]
		c = t == "qemu-trace" ? "-" : sprintf("%d (%d-%d)", cost[t], cost_low[t], cost_high[t])
		l = t == "qemu-trace" || t == "none" || t == "floor" ? "-" : lost[t]
		o = t == "qemu-trace" || t == "none" ? "-" : sprintf("%d", median(own[t]))
		printf "%-11s  %-16s %7s  %6s  %.1f (%.1f-%.1f)\n", t, c, l, o, kept[t], kept_low[t], kept_high[t]
		rows = rows sprintf("%s\n  {\"tool\": \"%s\", \"ns_per_element\": %s, \"lost_calls\": %s, \"own_ns_per_element\": %s, \"throughput_kept_percent\": %.2f, \"gathers\": \"%s\"}",
			rows ? "," : "", t, t == "qemu-trace" ? "null" : cost[t], l == "-" ? "null" : l,
			o == "-" ? "null" : o, kept[t], text[t])
	}
	print "\n\"none\" is the time without probes, and how far two of its own are apart."
	print "ns an element, calls lost, tool's own ns: the driver.  Throughput: a guest"
	print "under fio, requests a second of QEMU's processor time."
	print "\nwhat it gathers"
	for (i = 1; i <= tools; i++)
		printf "%-11s  %s\n", tool[i], text[tool[i]]
	s = a = ""
	for (r in pairs) {
		s = s " " thread["none", r] / 1000
		a = a " " all_threads["none", r] / 1000
	}
	printf "\nus an element where each probe traps: floor %s,\n",
		over(trap, traps, "floor", 1000)
	printf "vqprobe %s, --light %s\n", over(trap, traps, "vqprobe", 1000),
		over(trap, traps, "light", 1000)
	printf "\nQEMU under fio, us of processor time a request: %.0f, the main thread's\n", median(a)
	printf "%.1f; that is more with floor by %s,\n", median(s), over(thread, pairs, "floor", 1000)
	printf "vqprobe %s, --light %s\n", over(thread, pairs, "vqprobe", 1000),
		over(thread, pairs, "light", 1000)
	printf "Debian's QEMU, stripped: floor %s,\n", over(stock, stocks, "floor", 1000)
	printf "vqprobe %s, --light %s,\n", over(stock, stocks, "vqprobe", 1000),
		over(stock, stocks, "light", 1000)
	printf "vqprobe at the functions' entries %s\n", over(stock, stocks, "naive", 1000)
	printf "\nkernel.bpf_stats: ns an element within the programs: floor %d, vqprobe %d\n\n",
		floor_stats, vqprobe_stats
	r = ratio(dpair, dpairs, "vqprobe", "floor")
	goal("vqprobe / floor, by pairs", r, 1.3, "", low, high)
	r = ratio(ns, seen, "vqprobe", "bpftrace")
	goal("vqprobe / bpftrace", r, 0.5, "", low, high)
	s = ""
	for (r in pairs)
		s = s " " 100 * (thread["vqprobe", r] - thread["none", r]) / all_threads["none", r]
	r = median(s)
	goal("QEMU's time taken, by pairs", r, 3, " %", low, high)
	s = ""
	for (r in traps)
		s = s " " (trap["light", r] - trap["none", r]) / 1000
	r = median(s)
	goal("an element where each probe traps, --light", r, 4, " us", low, high)
	printf "{\"kernel\": \"%s\", \"rounds\": %d, \"seed\": %d, \"elements\": %d,\n \"bpf_stats_ns\": {\"floor\": %d, \"vqprobe\": %d},\n \"tools\": [%s],\n \"goals\": [%s]}\n",
		kernel, rounds, seed, elements, floor_stats, vqprobe_stats, rows, goals >json
}
