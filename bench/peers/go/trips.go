// round-trips: each pair asks and answers, and every trip is timed by who asks: the first from when
// all were told to start, so that waiting for a turn counts.
package main

import (
	"math/bits"
	"time"
)

// How often a trip took how long, by nanoseconds with the last bits, beyond six, left out.
type histogram map[uint64]int

func (h histogram) add(took time.Duration) {
	time := uint64(took.Nanoseconds())
	if shift := bits.Len64(time) - 6; shift > 0 {
		time = time >> shift << shift
	}
	h[time]++
}

func (h histogram) pairs() [][2]uint64 {
	all := make([][2]uint64, 0, len(h))
	for time, count := range h {
		all = append(all, [2]uint64{time, uint64(count)})
	}
	return all
}

type question struct{ pair int }
type answer struct{ pair int }

func answerer(questions <-chan question, answers chan<- answer) {
	for q := range questions {
		answers <- answer{q.pair}
	}
}

func roundTrips(size, count int) result {
	each := most(count/size, 1)
	seen, histograms := make(chan int, size), make(chan histogram, size)
	var asked time.Time
	begin := make(chan struct{})
	for pair := 0; pair < size; pair++ {
		questions, answers := make(chan question), make(chan answer)
		go answerer(questions, answers)
		go func(pair int) {
			took := histogram{}
			<-begin
			last := asked
			for i := 0; i < each; i++ {
				questions <- question{pair}
				<-answers
				now := time.Now()
				took.add(now.Sub(last))
				last = now
			}
			close(questions)
			seen <- each
			histograms <- took
		}(pair)
	}
	start := func() {
		asked = time.Now()
		close(begin)
	}
	did := timed(each*size, start, seen, size, each*size)
	did.latencies = histogram{}
	for i := 0; i < size; i++ {
		for time, times := range <-histograms {
			did.latencies[time] += times
		}
	}
	return did
}
