// counting, fork-join-throughput, fan-out, fork-join-create, skynet, idle, backlog.
package main

import (
	"os"
	"strconv"
	"strings"
)

type increment struct{ left int }

func counting(_, count int) result {
	seen := make(chan int, 1)
	start := make(chan struct{})
	increments := make(chan increment, room)
	totals := make(chan int, 1)
	go func() {
		total := 0
		for range increments {
			total++
		}
		totals <- total
	}()
	go func() {
		<-start
		for left := count; left > 0; left-- {
			increments <- increment{left}
		}
		close(increments) // no more to come: the question how many there were
		seen <- <-totals
	}()
	return timed(count, func() { close(start) }, seen, 1, count)
}

type job struct{ number int }

// One sender, a job for each of the others a round.
func toAll(size, count int) result {
	each := most(count/size, 1)
	seen := make(chan int, size)
	start := make(chan struct{})
	all := make([]chan job, size)
	for i := range all {
		jobs := make(chan job, room)
		all[i] = jobs
		go func() {
			handled := 0
			for range jobs {
				handled++
			}
			seen <- handled
		}()
	}
	go func() {
		<-start
		for left := each; left > 0; left-- {
			for _, jobs := range all {
				jobs <- job{left}
			}
		}
		for _, jobs := range all {
			close(jobs)
		}
	}()
	return timed(each*size, func() { close(start) }, seen, size, each*size)
}

func forkJoinThroughput(size, count int) result { return toAll(size, count) }

// A channel has one receiver for each value, so a publisher sends to each subscriber.
func fanOut(size, count int) result { return toAll(size, count) }

type joined struct{ number int }

func forkJoinCreate(_, count int) result {
	seen := make(chan int, 1)
	start := make(chan struct{})
	done := make(chan joined, room)
	go func() {
		sum := 0
		for ; sum < count; sum++ {
			<-done
		}
		seen <- sum
	}()
	go func() {
		<-start
		for left := count; left > 0; left-- {
			go func(number int) { done <- joined{number} }(left)
		}
	}()
	return timed(count, func() { close(start) }, seen, 1, count)
}

const branches = 10

func node(parent chan<- int, first, leaves int) {
	if leaves == 1 {
		parent <- first
		return
	}
	sums := make(chan int)
	share := leaves / branches
	for i := 0; i < branches; i++ {
		go node(sums, first+i*share, share)
	}
	sum := 0
	for i := 0; i < branches; i++ {
		sum += <-sums
	}
	parent <- sum
}

func skynet(_, count int) result {
	leaves, all := 1, 1
	for leaves*branches <= count {
		leaves *= branches
		all += leaves
	}
	seen := make(chan int)
	return timed(all, func() { go node(seen, 0, leaves) }, seen, 1, leaves*(leaves-1)/2)
}

func residentBytes() int {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		fail("%v", err)
	}
	fields := strings.Fields(string(text))
	resident, err := strconv.Atoi(fields[1])
	if err != nil {
		fail("%v", err)
	}
	shared, err := strconv.Atoi(fields[2]) // pages of files: the program's own code, as it is used
	if err != nil {
		fail("%v", err)
	}
	return (resident - shared) * os.Getpagesize()
}

type wake struct{ number int }

func idle(size, _ int) float64 {
	awake := make(chan int)
	sleepers := make([]chan wake, size)
	before := residentBytes()
	ready := make(chan struct{})
	for i := range sleepers {
		sleepers[i] = make(chan wake)
		mailbox := sleepers[i]
		go func() {
			ready <- struct{}{}
			for range mailbox {
				awake <- 1
			}
		}()
	}
	for range sleepers {
		<-ready
	}
	bytes := residentBytes() - before
	for _, s := range sleepers {
		s <- wake{1}
		<-awake
	}
	return float64(bytes) / float64(size)
}

func backlog(_, count int) float64 {
	before := residentBytes()
	letters := make(chan job, count)
	for i := 0; i < count; i++ {
		letters <- job{i}
	}
	bytes := residentBytes() - before
	close(letters)
	seen := 0
	for range letters {
		seen++
	}
	expect(seen, count)
	return float64(bytes) / float64(count)
}
