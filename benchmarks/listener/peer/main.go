// What benchmarks/listener/server.cc does, with Go's net/http.
package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"sync"
	"time"
)

func main() {
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	body, event := bytes.Repeat([]byte("b"), 1024), append(bytes.Repeat([]byte("e"), 299), '\n')
	var lock sync.Mutex
	watchers := map[chan bool]bool{}
	http.HandleFunc("/bytes", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Write(body)
	})
	http.HandleFunc("/push", func(w http.ResponseWriter, r *http.Request) {
		lock.Lock()
		defer lock.Unlock()
		for watcher := range watchers {
			watcher <- true
		}
	})
	http.HandleFunc("/watch", func(w http.ResponseWriter, r *http.Request) {
		events := make(chan bool, 100)
		lock.Lock()
		watchers[events] = true
		lock.Unlock()
		w.(http.Flusher).Flush()
		for {
			select {
			case <-events:
				w.Write(event)
				w.(http.Flusher).Flush()
			case <-r.Context().Done():
				lock.Lock()
				delete(watchers, events)
				lock.Unlock()
				return
			}
		}
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	server := &http.Server{TLSConfig: &tls.Config{ClientAuth: tls.RequestClientCert,
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
		HTTP2: &http.HTTP2Config{MaxConcurrentStreams: 1000}}
	panic(server.ServeTLS(listener, "", ""))
}
