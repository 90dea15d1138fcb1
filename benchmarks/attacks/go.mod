module annex.example/attacks

go 1.21
