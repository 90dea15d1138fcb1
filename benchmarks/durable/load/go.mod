module annex.example/load

go 1.25
