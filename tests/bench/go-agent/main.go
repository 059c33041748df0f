// The yardstick of tests/bench/budgets: what an edge agent in Go with the usual libraries costs for the transport part of a
// terminal's work alone. It takes results as JSON lines over TCP, keeps them in an SQLite outbox, committed in groups of a
// second, publishes each group over MQTT with QoS 1, and deletes what was acknowledged. It decides, shows and prints nothing.
package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"flag"
	"log"
	"net"
	"os"
	"time"

	// Go's names of the two libraries; Debian's packages have them under these paths, nothing is fetched.
	mqtt "github.com/eclipse/paho.mqtt.golang"
	_ "github.com/mattn/go-sqlite3"
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func secured(ca, cert, key string) *tls.Config {
	pem, err := os.ReadFile(ca)
	must(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	own, err := tls.LoadX509KeyPair(cert, key)
	must(err)
	return &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{own}}
}

// ready tells a supervisor, as systemd wants it.
func ready() {
	if path := os.Getenv("NOTIFY_SOCKET"); path != "" {
		if line, err := net.Dial("unixgram", path); err == nil {
			line.Write([]byte("READY=1"))
			line.Close()
		}
	}
}

func keep(db *sql.DB, group [][]byte) {
	change, err := db.Begin()
	must(err)
	for _, result := range group {
		_, err = change.Exec("INSERT INTO outbox(event) VALUES (?)", result)
		must(err)
	}
	must(change.Commit())
}

// deliver publishes what the outbox holds, as much as fits a message, and deletes it when the broker has it; whether it did.
func deliver(db *sql.DB, link mqtt.Client, topic string) bool {
	rows, err := db.Query("SELECT number, event FROM outbox ORDER BY number LIMIT 500")
	must(err)
	var batch bytes.Buffer
	last := int64(0)
	for rows.Next() {
		var event []byte
		must(rows.Scan(&last, &event))
		batch.Write(event)
		batch.WriteByte('\n')
	}
	rows.Close()
	if last == 0 {
		return false
	}
	sent := link.Publish(topic, 1, false, batch.Bytes())
	if !sent.WaitTimeout(10*time.Second) || sent.Error() != nil {
		return false
	}
	_, err = db.Exec("DELETE FROM outbox WHERE number <= ?", last)
	must(err)
	return true
}

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "results, one a line")
	broker := flag.String("broker", "", "ssl://HOST:PORT or tcp://HOST:PORT")
	id := flag.String("id", "agent", "client id")
	topic := flag.String("topic", "", "where results go")
	words := flag.String("words", "", "topic that is listened to")
	file := flag.String("db", "outbox.sqlite", "outbox")
	ca, cert, key := flag.String("ca", "", "PEM"), flag.String("cert", "", "PEM"), flag.String("key", "", "PEM")
	flag.Parse()

	db, err := sql.Open("sqlite3", *file+"?_journal_mode=WAL&_synchronous=FULL")
	must(err)
	db.SetMaxOpenConns(1)
	_, err = db.Exec("CREATE TABLE IF NOT EXISTS outbox(number INTEGER PRIMARY KEY AUTOINCREMENT, event BLOB NOT NULL)")
	must(err)

	options := mqtt.NewClientOptions().AddBroker(*broker).SetClientID(*id).SetKeepAlive(30 * time.Second)
	if *ca != "" {
		options.SetTLSConfig(secured(*ca, *cert, *key))
	}
	options.SetOnConnectHandler(func(link mqtt.Client) { link.Subscribe(*words, 1, func(mqtt.Client, mqtt.Message) {}) })
	link := mqtt.NewClient(options)
	if connected := link.Connect(); connected.Wait() && connected.Error() != nil {
		log.Fatal(connected.Error())
	}

	door, err := net.Listen("tcp", *listen)
	must(err)
	results := make(chan []byte, 1000)
	go func() {
		for {
			till, err := door.Accept()
			must(err)
			go func() {
				for lines := bufio.NewScanner(till); lines.Scan(); {
					results <- append([]byte(nil), lines.Bytes()...)
				}
			}()
		}
	}()
	ready()

	for result := range results {
		group := [][]byte{result}
		for end := time.After(time.Second); end != nil; {
			select {
			case more := <-results:
				group = append(group, more)
			case <-end:
				end = nil
			}
		}
		keep(db, group)
		for deliver(db, link, *topic) {
		}
	}
}
