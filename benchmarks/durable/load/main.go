// Creates objects over many connections at once, each with its next request only after the last
// answer, and prints what came of it as JSON. Written close to the socket: it shares the processors
// with the server that it measures.
package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"
)

type result struct {
	millis []float64
	errors []string
}

func main() {
	address := flag.String("address", "", "host:port")
	path := flag.String("path", "", "the collection")
	token := flag.String("token", "", "the bearer token")
	kind := flag.String("kind", "", "kind of the objects")
	apiVersion := flag.String("api-version", "", "their apiVersion")
	run := flag.String("run", "run", "the beginning of their names")
	bytesEach := flag.Int("bytes", 200, "of an annotation")
	connections := flag.Int("connections", 16, "at once")
	seconds := flag.Float64("seconds", 5, "how long; 0: as long as -count takes")
	count := flag.Int("count", 1<<40, "objects at most, for each connection")
	flag.Parse()

	padding := string(bytes.Repeat([]byte("x"), *bytesEach))
	results := make([]result, *connections)
	var group sync.WaitGroup
	begin := time.Now()
	for number := range results {
		group.Go(func() {
			mine := &results[number]
			connection, err := tls.Dial("tcp", *address, &tls.Config{
				InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}})
			if err != nil {
				mine.errors = append(mine.errors, err.Error())
				return
			}
			defer connection.Close()
			reader := bufio.NewReaderSize(connection, 16384)
			for i := 0; i < *count; i++ {
				if *seconds > 0 && time.Since(begin).Seconds() >= *seconds {
					return
				}
				body := fmt.Sprintf(`{"kind":%q,"apiVersion":%q,"metadata":{"name":"%s-%d-%d",`+
					`"annotations":{"padding":%q}}}`, *kind, *apiVersion, *run, number, i, padding)
				request := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"+
					"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
					*path, *token, len(body), body)
				asked := time.Now()
				status, err := exchange(connection, reader, request)
				if err != nil {
					mine.errors = append(mine.errors, err.Error())
					return
				}
				if status != 201 {
					mine.errors = append(mine.errors, strconv.Itoa(status))
					continue
				}
				mine.millis = append(mine.millis, time.Since(asked).Seconds()*1000)
			}
		})
	}
	group.Wait()
	wall := time.Since(begin).Seconds()
	var all []float64
	errors := []string{}
	for _, one := range results {
		all = append(all, one.millis...)
		errors = append(errors, one.errors...)
	}
	if len(all) == 0 {
		fmt.Fprintln(os.Stderr, "nothing was created:", errors)
		os.Exit(1)
	}
	slices.Sort(all)
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{
		"created": len(all), "seconds": wall, "rate": float64(len(all)) / wall,
		"p50": all[len(all)/2], "p99": all[len(all)*99/100], "errors": errors[:min(len(errors), 5)],
		"failed": len(errors)})
}

// exchange writes a request and reads its answer, which has a length; the status.
func exchange(connection io.Writer, reader *bufio.Reader, request string) (int, error) {
	if _, err := io.WriteString(connection, request); err != nil {
		return 0, err
	}
	line, err := reader.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	status, err := strconv.Atoi(string(line[9:12]))
	if err != nil {
		return 0, err
	}
	length := 0
	for {
		line, err = reader.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if name, value, ok := bytes.Cut(line, []byte(": ")); ok &&
			bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, err
			}
		}
	}
	_, err = reader.Discard(length)
	return status, err
}
