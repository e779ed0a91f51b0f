// pingpong, pairs, ring, big, chameneos: who answers whom.
package main

import "math/rand"

type ping struct{ left int }
type pong struct{ left int }

// The number is how many messages are to come. A channel each way, as both wait for each other.
func pair(seen chan<- int) chan<- ping {
	pings, pongs := make(chan ping), make(chan pong)
	go func() {
		handled := 0
		for p := range pings {
			handled++
			if p.left > 0 {
				pongs <- pong{p.left - 1}
			}
			if p.left <= 1 {
				break
			}
		}
		seen <- handled
	}()
	go func() {
		handled := 0
		for p := range pongs {
			handled++
			if p.left > 0 {
				pings <- ping{p.left - 1}
			}
			if p.left <= 1 {
				break
			}
		}
		seen <- handled
	}()
	return pings
}

func pingpong(_, count int) result { return pairs(1, count) }

func pairs(size, count int) result {
	messages := 2 * most(count/(2*size), 1)
	seen := make(chan int, 2*size)
	first := make([]chan<- ping, size)
	for i := range first {
		first[i] = pair(seen)
	}
	start := func() {
		for _, p := range first {
			p <- ping{messages - 1}
		}
	}
	return timed(messages*size, start, seen, 2*size, messages*size)
}

type hop struct{ left, hops int }

func ring(size, count int) result {
	hops := most(count/size, 1) * size
	seen := make(chan int, 1)
	stations := make([]chan hop, size)
	for i := range stations {
		stations[i] = make(chan hop)
	}
	for i := range stations {
		here, next := stations[i], stations[(i+1)%size]
		go func() {
			for h := range here {
				if h.left == 0 {
					seen <- h.hops + 1
				} else {
					next <- hop{h.left - 1, h.hops + 1}
				}
			}
		}()
	}
	took := timed(hops, func() { stations[0] <- hop{hops - 1, 0} }, seen, 1, hops)
	for _, s := range stations {
		close(s)
	}
	return took
}

// A mailbox that takes two kinds of messages: who asks gets the answer in its own.
type letter struct {
	from   int
	answer bool
}

func big(size, count int) result {
	pings := most(count/(2*size), 1)
	seen := make(chan int, size)
	start := make(chan struct{})
	mailboxes := make([]chan letter, size)
	for i := range mailboxes {
		mailboxes[i] = make(chan letter, size+1) // an answer, and a question of each
	}
	for i := range mailboxes {
		me := i
		random := rand.New(rand.NewSource(int64(me)))
		go func() {
			call := func() {
				other := random.Intn(size - 1)
				if other >= me {
					other++
				}
				mailboxes[other] <- letter{from: me}
			}
			<-start
			call()
			answered := 0
			for l := range mailboxes[me] {
				if !l.answer {
					mailboxes[l.from] <- letter{me, true}
				} else if answered++; answered < pings {
					call()
				} else {
					seen <- answered
				}
			}
		}()
	}
	took := timed(2*pings*size, func() { close(start) }, seen, size, pings*size)
	for _, m := range mailboxes {
		close(m)
	}
	return took
}

type visitor struct {
	colour int
	reply  chan meeting
}

// An invitation to meet `other`, or the colour to become, or the news that the mall is closed.
type meeting struct {
	other  chan meeting
	colour int
	closed bool
}

func mall(meetings int, arrivals <-chan visitor) {
	for ; meetings > 0; meetings-- {
		first, second := <-arrivals, <-arrivals
		first.reply <- meeting{other: second.reply, colour: second.colour}
	}
	for v := range arrivals {
		v.reply <- meeting{closed: true}
	}
}

func complement(a, b int) int {
	if a == b {
		return a
	}
	return 3 - a - b
}

func chameneos(size, count int) result {
	seen := make(chan int, size)
	start := make(chan struct{})
	arrivals := make(chan visitor, room)
	go mall(count, arrivals)
	for i := 0; i < size; i++ {
		colour := i % 3
		go func() {
			mailbox := make(chan meeting, 1)
			meetings := 0
			<-start
			for {
				arrivals <- visitor{colour, mailbox}
				m := <-mailbox
				if m.closed {
					break
				}
				meetings++
				if m.other == nil {
					colour = m.colour
				} else {
					colour = complement(colour, m.colour)
					m.other <- meeting{colour: colour}
				}
			}
			seen <- meetings
		}()
	}
	took := timed(count, func() { close(start) }, seen, size, 2*count)
	close(arrivals)
	return took
}
