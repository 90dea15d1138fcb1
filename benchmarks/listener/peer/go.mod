module annex.example/peer

go 1.21
