// Runs the official Go clients as a test tells it to: a JSON object a line in, JSON objects a line out
// (tests/clients/driver.py has the protocol).
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"
)

type request struct {
	ID         int             `json:"id"`
	Do         string          `json:"do"`
	Of         int             `json:"of"`
	Connection string          `json:"connection"`
	Hub        string          `json:"hub"`
	Group      string          `json:"group"`
	Way        string          `json:"way"`
	Partition  string          `json:"partition"`
	Key        string          `json:"key"`
	Bodies     []string        `json:"bodies"`
	Size       int             `json:"size"`
	Tiny       int             `json:"tiny"`
	Count      int             `json:"count"`
	Retries    *int32          `json:"retries"`
	Follow     bool            `json:"follow"`
	OwnerLevel *int64          `json:"ownerLevel"`
	Position   position        `json:"position"`
	Storage    string          `json:"storage"`
	Container  string          `json:"container"`
	Blob       string          `json:"blob"`
	File       string          `json:"file"`
	Source     string          `json:"source"`
	Endpoint   string          `json:"endpoint"`
	APIKey     string          `json:"apiKey"`
	Attributes []string        `json:"attributes"`
	Files      []string        `json:"files"`
}

type handler func(ctx context.Context, asked request, got func(any)) (any, error)

var handlers = map[string]handler{
	"send":       send,
	"pump":       pump,
	"receive":    receive,
	"properties": properties,
	"partition":  partition,
	"process":    process,
}

var printing sync.Mutex

func print(answer map[string]any) {
	line, err := json.Marshal(answer)
	if err != nil {
		panic(err)
	}
	printing.Lock()
	defer printing.Unlock()
	fmt.Println(string(line))
}

func main() {
	running := map[int]context.CancelFunc{}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	print(map[string]any{"ready": true})
	for lines.Scan() {
		var asked request
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		if asked.Do == "cancel" {
			running[asked.Of]()
			continue
		}
		ctx, cancel := context.WithCancel(context.Background())
		running[asked.ID] = cancel
		go func() {
			defer cancel()
			got := func(what any) { print(map[string]any{"id": asked.ID, "got": what}) }
			done, err := handlers[asked.Do](ctx, asked, got)
			if err != nil {
				print(map[string]any{"id": asked.ID, "failed": describe(err)})
				return
			}
			print(map[string]any{"id": asked.ID, "done": done})
		}()
	}
}
