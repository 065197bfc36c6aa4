/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gates on a network card's load: what it says, the tap, the queues and the driver. */
#include "judged.h"

/* TCP from the guest for 2 s. */
static const struct phase net = {
	.has_load = true,
	.load = {.seconds = 2,
		 .throughput = 0.4,
		 .bytes = 100000000,
		 .to_host = {.bytes = 100000000}},
	.has_counted = true,
	.counted = {.net = true,
		    .tap = {.to_host = 2000,
			    .to_host_bytes = 101000000,
			    .to_guest = 1000,
			    .to_guest_bytes = 66000}},
	.has_received = true,
	.received = {66000, 66000},
	.busy_s = 1.9,
};

static void test_net(void)
{
	struct phase ph = net;

	ph.probe = probe_of(1, 2005, 2005, 2005);
	expect(&ph, "iperf3", true, "elements"); /* nothing of queue 0 */
	ph.counted.tap.to_guest = 0;
	expect(&ph, "iperf3", true, "");
	ph.probe = probe_of(1, 900, 900, 900);
	expect(&ph, "iperf3", true, "elements");
	/* The receiver cannot have more than went through the tap, nor much less. */
	ph = net;
	expect(&ph, "iperf3", false, "");
	ph.load.to_host.bytes *= 2;
	expect(&ph, "iperf3", false, "traffic");
	ph.load.to_host.bytes /= 4;
	expect(&ph, "iperf3", false, "traffic");
	/* Each connection has a receiver, whose buffers hold 8 MiB at most. */
	ph = net;
	ph.load.to_host.bytes = 80000000;
	expect(&ph, "iperf3", false, "traffic");
	net_streams = 4;
	expect(&ph, "iperf3", false, "");
	ph.load.to_host.bytes = 50000000;
	expect(&ph, "iperf3", false, "traffic");
	net_streams = 1;
	/* Each direction for itself. */
	ph = net;
	ph.load.to_guest.bytes = 60000;
	expect(&ph, "iperf3", false, "");
	ph.load.to_guest.bytes = 66001;
	expect(&ph, "iperf3", false, "traffic");
}

/* Two pairs: queues 1 and 3 send, 0 and 2 receive, and 4 is for control. */
static void test_queues(void)
{
	static const char queue[] = "{\"index\":%d,\"pops\":%d,\"fills\":%d,\"flushes\":%d,"
				    "\"conserved\":true,\"order_violations\":0,"
				    "\"length_mismatches\":0}";
	static const int counts[] = {600, 1500, 400, 500, 100000};
	g_autoptr(GString) text =
		g_string_new("{\"lost_events\":0,\"unreadable_rings\":0,\"queues\":[");
	struct phase ph = net;
	int i;

	for (i = 0; i < 5; i++) {
		g_string_append(text, i ? "," : "");
		g_string_append_printf(text, queue, i, counts[i], counts[i], counts[i]);
	}
	g_string_append(text, "]}");
	ph.probe = json(text->str);
	net_queues = 2;
	net_bits = "0x130400000"; /* and bit 22 */
	expect(&ph, "iperf3", true, "");
	/* Those of the second pair are missed. */
	ph.counted.tap.to_host = 1500;
	ph.load.to_host.bytes /= 2;
	ph.counted.tap.to_host_bytes /= 2;
	expect(&ph, "iperf3", true, "elements");
	/* The guest's driver asked for one. */
	ph = net;
	net_bits = PLAIN;
	expect(&ph, "iperf3", false, "features");
	net_queues = 1;
	expect(&ph, "iperf3", false, "");
	net_bits = NULL;
}

/* Headers are most of small datagrams; some are lost before the tap, and some behind it. */
static void test_udp(void)
{
	struct phase ph = net;

	ph.load.udp = true;
	ph.load.to_host = (struct load_flow){.bytes = 128000, .sent = 2100, .received = 1950};
	expect(&ph, "iperf3", false, "");
	ph.load.to_host.received = 2001;
	expect(&ph, "iperf3", false, "traffic");
	ph.load.to_host.received = 1950;
	ph.load.to_host.sent = 1900;
	expect(&ph, "iperf3", false, "traffic");
}

/* A used entry said more, or less, than the device wrote. */
static void test_received(void)
{
	struct phase ph = net;

	ph.received.by_driver += 1;
	expect(&ph, "iperf3", false, "length");
	/* A frame for nobody; a frame that waits for the next. */
	ph.received.by_driver -= 71;
	expect(&ph, "iperf3", false, "");
	ph.received = (struct received){100000000, 98000000};
	expect(&ph, "iperf3", false, "length");
	ph.received.by_driver = 99000000;
	expect(&ph, "iperf3", false, "");
	ph.has_received = false;
	expect(&ph, "iperf3", false, "length");
}

/* A few packets of a network are seen by one count and not by the other. */
static void test_net_counters(void)
{
	struct phase ph = net;
	g_autofree char *same = NULL, *fewer = NULL, *other = NULL;

	ph.counted.tap.to_guest = 0;
	ph.probe = json("{\"lost_events\":0,\"unreadable_rings\":0,\"queues\":[{\"index\":1,"
			"\"pops\":2000,\"fills\":2000,\"flushes\":2000,\"published\":2000,"
			"\"used_entries\":140,\"assumed_published\":0,\"conserved\":true,"
			"\"order_violations\":0,\"length_mismatches\":0}]}");
	ph.strategy = json_node_get_object(
		json("{\"strategy\":\"batch-used\",\"active\":true,\"pops\":2001,"
		     "\"fills\":2001,\"published\":2001,\"entries\":141}"));
	same = faults(&ph, "iperf3", "batch-used", true);
	g_assert_cmpstr(same, ==, "");
	json_object_set_int_member(ph.strategy, "entries", 120);
	fewer = faults(&ph, "iperf3", "batch-used", true);
	g_assert_cmpstr(fewer, ==, "counters");
	json_object_set_int_member(ph.strategy, "entries", 141);
	json_object_set_int_member(ph.strategy, "published", 2030);
	other = faults(&ph, "iperf3", "batch-used", true);
	g_assert_cmpstr(other, ==, "counters");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/gates/net", test_net);
	g_test_add_func("/gates/net/queues", test_queues);
	g_test_add_func("/gates/net/udp", test_udp);
	g_test_add_func("/gates/net/received", test_received);
	g_test_add_func("/gates/net/counters", test_net_counters);
	return g_test_run();
}
