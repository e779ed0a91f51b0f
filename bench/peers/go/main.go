// Workloads of `souk bench` in Go, each with the same work and payloads.
//
//	go build -o peer . && GOMAXPROCS=1 ./peer pingpong 0 2000000     (WORKLOAD SIZE COUNT)
//
// Prints one JSON object. Each workload runs once to warm up, with a tenth of the work, then counts;
// goroutines are in place before the clock starts. What did not arrive is an error.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"
)

// As much room as a channel has where senders shall not wait for each message.
const room = 128

type workload struct {
	unit string
	run  func(size, count int) result
}

type result struct {
	amount      int
	seconds     float64
	coreSeconds float64
	latencies   histogram // of a workload that times single events
}

var workloads = map[string]workload{
	"pingpong":             {"messages/s", pingpong},
	"ring":                 {"hops/s", ring},
	"counting":             {"messages/s", counting},
	"fork-join-throughput": {"messages/s", forkJoinThroughput},
	"big":                  {"messages/s", big},
	"pairs":                {"messages/s", pairs},
	"round-trips":          {"answers/s", roundTrips},
	"fan-out":              {"deliveries/s", fanOut},
	"chameneos":            {"meetings/s", chameneos},
	"fork-join-create":     {"processes/s", forkJoinCreate},
	"skynet":               {"processes/s", skynet},
}

var weights = map[string]struct {
	unit string
	run  func(size, count int) float64
}{
	"idle":    {"bytes/process", idle},
	"backlog": {"bytes/message", backlog},
}

func fail(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, "peer: "+format+"\n", arguments...)
	os.Exit(1)
}

func expect(seen, expected int) {
	if seen != expected {
		fail("%d were seen, not %d", seen, expected)
	}
}

func coreSeconds() float64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		fail("%v", err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()).Seconds()
}

// What it takes to start, and until `reporters` have reported `expected` together.
func timed(amount int, start func(), seen <-chan int, reporters, expected int) result {
	begin, used := time.Now(), coreSeconds()
	start()
	sum := 0
	for i := 0; i < reporters; i++ {
		sum += <-seen
	}
	took := result{amount: amount, seconds: time.Since(begin).Seconds(), coreSeconds: coreSeconds() - used}
	expect(sum, expected)
	return took
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		fail("%v", err)
	}
	return n
}

func main() {
	if len(os.Args) != 4 {
		fail("usage: peer WORKLOAD SIZE COUNT")
	}
	name, size, count := os.Args[1], number(os.Args[2]), number(os.Args[3])
	line := map[string]any{"workload": name}
	if w, known := workloads[name]; known {
		w.run(size, most(count/10, 1))
		did := w.run(size, count)
		line["value"], line["unit"] = float64(did.amount)/did.seconds, w.unit
		line["per_core_second"] = float64(did.amount) / did.coreSeconds
		if did.latencies != nil {
			line["latencies"] = did.latencies.pairs()
		}
	} else if w, known := weights[name]; known {
		line["value"], line["unit"] = w.run(size, count), w.unit
	} else {
		fail("there is no workload %q", name)
	}
	if err := json.NewEncoder(os.Stdout).Encode(line); err != nil {
		fail("%v", err)
	}
}

func most(a, b int) int {
	if a > b {
		return a
	}
	return b
}
