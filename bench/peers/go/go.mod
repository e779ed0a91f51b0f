module souk/peer

go 1.18
