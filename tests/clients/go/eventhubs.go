package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azeventhubs/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azeventhubs/v2/checkpoints"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/go-amqp"
)

type position struct {
	Latest    bool    `json:"latest"`
	Offset    *string `json:"offset"`
	Sequence  *int64  `json:"sequence"`
	TimeMs    *int64  `json:"timeMs"`
	Inclusive bool    `json:"inclusive"`
}

func (p position) start() azeventhubs.StartPosition {
	yes := true
	switch {
	case p.Offset != nil:
		return azeventhubs.StartPosition{Offset: p.Offset, Inclusive: p.Inclusive}
	case p.Sequence != nil:
		return azeventhubs.StartPosition{SequenceNumber: p.Sequence, Inclusive: p.Inclusive}
	case p.TimeMs != nil:
		when := time.UnixMilli(*p.TimeMs)
		return azeventhubs.StartPosition{EnqueuedTime: &when, Inclusive: p.Inclusive}
	case p.Latest:
		return azeventhubs.StartPosition{Latest: &yes}
	}
	return azeventhubs.StartPosition{Earliest: &yes}
}

func describe(err error) map[string]any {
	about := map[string]any{"type": fmt.Sprintf("%T", err), "condition": "", "message": err.Error()}
	var ofService *azeventhubs.Error
	if errors.As(err, &ofService) {
		about["type"], about["condition"] = "azeventhubs.Error", string(ofService.Code)
	}
	var ofAMQP *amqp.Error
	if errors.As(err, &ofAMQP) {
		about["condition"] = string(ofAMQP.Condition)
	}
	if errors.Is(err, azeventhubs.ErrEventDataTooLarge) {
		about["type"], about["condition"] = "azeventhubs.ErrEventDataTooLarge", "amqp:link:message-size-exceeded"
	}
	return about
}

func (asked request) retrying() azeventhubs.RetryOptions {
	options := azeventhubs.RetryOptions{RetryDelay: 200 * time.Millisecond, MaxRetryDelay: time.Second}
	if asked.Retries != nil {
		options.MaxRetries = *asked.Retries
		if options.MaxRetries == 0 {
			options.MaxRetries = -1
		}
	}
	return options
}

func (asked request) producer() (*azeventhubs.ProducerClient, error) {
	options := &azeventhubs.ProducerClientOptions{RetryOptions: asked.retrying()}
	return azeventhubs.NewProducerClientFromConnectionString(asked.Connection, asked.Hub, options)
}

func (asked request) consumer() (*azeventhubs.ConsumerClient, error) {
	group := asked.Group
	if group == "" {
		group = azeventhubs.DefaultConsumerGroup
	}
	options := &azeventhubs.ConsumerClientOptions{RetryOptions: asked.retrying()}
	return azeventhubs.NewConsumerClientFromConnectionString(asked.Connection, asked.Hub, group, options)
}

func (asked request) batch(ctx context.Context, producer *azeventhubs.ProducerClient) (*azeventhubs.EventDataBatch, error) {
	options := &azeventhubs.EventDataBatchOptions{}
	if asked.Partition != "" {
		options.PartitionID = &asked.Partition
	}
	if asked.Key != "" {
		options.PartitionKey = &asked.Key
	}
	return producer.NewEventDataBatch(ctx, options)
}

// send fills one batch, the one way to send that this library has, and sends it.
func send(ctx context.Context, asked request, _ func(any)) (any, error) {
	producer, err := asked.producer()
	if err != nil {
		return nil, err
	}
	defer producer.Close(ctx)
	batch, err := asked.batch(ctx, producer)
	if err != nil {
		return nil, err
	}
	for _, body := range asked.Bodies {
		if err := batch.AddEventData(&azeventhubs.EventData{Body: []byte(body)}, nil); err != nil {
			return nil, err
		}
	}
	if asked.Size > 0 {
		body := make([]byte, asked.Size)
		for at := range body {
			body[at] = 'x'
		}
		if err := batch.AddEventData(&azeventhubs.EventData{Body: body}, nil); err != nil {
			return nil, err
		}
	}
	for range asked.Tiny {
		err := batch.AddEventData(&azeventhubs.EventData{Body: []byte("x")}, nil)
		if errors.Is(err, azeventhubs.ErrEventDataTooLarge) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	if err := producer.SendEventDataBatch(ctx, batch, nil); err != nil {
		return nil, err
	}
	return map[string]any{"sent": batch.NumEvents()}, nil
}

// pump sends numbers one by one, each after the last was acknowledged.
func pump(ctx context.Context, asked request, got func(any)) (any, error) {
	producer, err := asked.producer()
	if err != nil {
		return nil, err
	}
	defer producer.Close(ctx)
	for number := range asked.Count {
		batch, err := asked.batch(ctx, producer)
		if err != nil {
			return nil, err
		}
		if err := batch.AddEventData(&azeventhubs.EventData{Body: []byte(strconv.Itoa(number))}, nil); err != nil {
			return nil, err
		}
		if err := producer.SendEventDataBatch(ctx, batch, nil); err != nil {
			return nil, err
		}
		got(number)
	}
	return map[string]any{"sent": asked.Count}, nil
}

func about(event *azeventhubs.ReceivedEventData) map[string]any {
	key := ""
	if event.PartitionKey != nil {
		key = *event.PartitionKey
	}
	return map[string]any{
		"size": len(event.Body), "body": string(event.Body[:min(len(event.Body), 32)]), "sequence": event.SequenceNumber,
		"offset": event.Offset, "timeMs": event.EnqueuedTime.UnixMilli(), "key": key,
	}
}

func receive(ctx context.Context, asked request, got func(any)) (any, error) {
	consumer, err := asked.consumer()
	if err != nil {
		return nil, err
	}
	defer consumer.Close(ctx)
	options := &azeventhubs.PartitionClientOptions{StartPosition: asked.Position.start(), OwnerLevel: asked.OwnerLevel}
	client, err := consumer.NewPartitionClient(asked.Partition, options)
	if err != nil {
		return nil, err
	}
	defer client.Close(ctx)
	events := []any{}
	for len(events) < asked.Count {
		some, err := client.ReceiveEvents(ctx, 1, nil)
		if err != nil {
			return nil, err
		}
		for _, event := range some {
			events = append(events, about(event))
			if asked.Follow {
				got(about(event))
			}
		}
	}
	return map[string]any{"events": events}, nil
}

func properties(ctx context.Context, asked request, _ func(any)) (any, error) {
	producer, err := asked.producer()
	if err != nil {
		return nil, err
	}
	defer producer.Close(ctx)
	hub, err := producer.GetEventHubProperties(ctx, nil)
	if err != nil {
		return nil, err
	}
	return map[string]any{"name": hub.Name, "partitions": hub.PartitionIDs}, nil
}

func partition(ctx context.Context, asked request, _ func(any)) (any, error) {
	producer, err := asked.producer()
	if err != nil {
		return nil, err
	}
	defer producer.Close(ctx)
	found, err := producer.GetPartitionProperties(ctx, asked.Partition, nil)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"first": found.BeginningSequenceNumber, "last": found.LastEnqueuedSequenceNumber,
		"offset": found.LastEnqueuedOffset, "empty": found.IsEmpty,
	}, nil
}

// process shares the partitions with the other processors of the container, and keeps checkpoints in it.
func process(ctx context.Context, asked request, got func(any)) (any, error) {
	blobs, err := container.NewClientFromConnectionString(asked.Storage, asked.Container, nil)
	if err != nil {
		return nil, err
	}
	store, err := checkpoints.NewBlobStore(blobs, nil)
	if err != nil {
		return nil, err
	}
	consumer, err := asked.consumer()
	if err != nil {
		return nil, err
	}
	earliest := true
	processor, err := azeventhubs.NewProcessor(consumer, store, &azeventhubs.ProcessorOptions{
		UpdateInterval:              500 * time.Millisecond,
		PartitionExpirationDuration: 3 * time.Second,
		StartPositions:              azeventhubs.StartPositions{Default: azeventhubs.StartPosition{Earliest: &earliest}},
	})
	if err != nil {
		return nil, err
	}
	go func() {
		for {
			client := processor.NextPartitionClient(ctx)
			if client == nil {
				return
			}
			go read(ctx, client, got)
		}
	}()
	return nil, processor.Run(ctx)
}

func read(ctx context.Context, client *azeventhubs.ProcessorPartitionClient, got func(any)) {
	defer client.Close(context.Background())
	for {
		events, err := client.ReceiveEvents(ctx, 1, nil)
		if err != nil {
			return // the partition is another's now
		}
		for _, event := range events {
			got(map[string]any{"partition": client.PartitionID(), "body": string(event.Body)})
			if err := client.UpdateCheckpoint(ctx, event, nil); err != nil {
				return
			}
		}
	}
}
